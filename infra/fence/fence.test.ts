import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findViolations, type Finding } from './cruise.ts';
import { INSIDE } from './inside.ts';

const root = mkdtempSync(join(tmpdir(), 'aisha-fence-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const PACKAGES = [
  'config',
  'service',
  'db',
  'storage',
  'queue',
  'providers',
  'media',
  'core',
  'bot',
  'sandbox',
  'e2e',
  'bench',
  'stray',
];
const APPS = ['worker', 'webhook-api', 'bot-polling'];

/** A repository in small: every package imports its lower neighbour, which is allowed. */
const ALLOWED: Record<string, string> = {
  'packages/service/src/index.ts': `import '@aisha/config';`,
  'packages/db/src/index.ts': `import type { X } from '@aisha/service'; export type Y = X;`,
  'packages/core/src/index.ts': `import '@aisha/db'; import '@aisha/queue';`,
  'packages/db/src/inside.ts': `export const inside = 1;`,
  'packages/bot/src/index.ts': `import '@aisha/core'; import 'telegraf';`,
  'packages/db/src/db.test.ts': `import '@aisha/sandbox'; import 'chai';`,
  'packages/db/src/testing.ts': `import '@aisha/sandbox';`,
  'packages/core/src/core.test.ts': `import '../../db/src/testing.ts';`,
  'packages/e2e/src/index.ts': `import '@aisha/sandbox'; import '@aisha/db';`,
  'apps/worker/src/main.ts': `import '@aisha/bot'; import '@aisha/core';`,
  'apps/webhook-api/src/app.ts': `import '@aisha/core';`,
  'infra/dev/src/main.ts': `import '@aisha/sandbox';`,
};

/** One forbidden import each: where it is written, what is written, and the rule that must name it. */
const FORBIDDEN: [rule: string, file: string, text: string][] = [
  ['layer-packages-config', 'packages/config/src/up.ts', `import '@aisha/service';`],
  ['layer-packages-service', 'packages/service/src/up.ts', `import '@aisha/db';`],
  ['layer-packages-db', 'packages/db/src/sideways.ts', `import '@aisha/queue';`],
  [
    'layer-packages-storage',
    'packages/storage/src/up.ts',
    `import type { A } from '@aisha/core'; export type B = A;`,
  ],
  ['layer-packages-queue', 'packages/queue/src/up.ts', `export * from '@aisha/core';`],
  ['layer-packages-providers', 'packages/providers/src/up.ts', `await import('@aisha/bot');`],
  ['layer-packages-media', 'packages/media/src/sideways.ts', `import '@aisha/storage';`],
  ['layer-packages-export', 'packages/export/src/sideways.ts', `import '@aisha/media';`],
  ['layer-packages-core', 'packages/core/src/up.ts', `import '@aisha/bot';`],
  ['layer-packages-bot', 'packages/bot/src/up.ts', `import '../../../apps/worker/src/main.ts';`],
  ['layer-packages-sandbox', 'packages/sandbox/src/up.ts', `import '@aisha/db';`],
  ['layer-infra-dev', 'infra/dev/src/up.ts', `import '@aisha/core';`],
  ['layer-apps-webhook-api', 'apps/webhook-api/src/talk.ts', `import '@aisha/bot';`],
  ['no-app-to-app', 'apps/worker/src/sideways.ts', `import '../../webhook-api/src/main.ts';`],
  ['no-deep-import', 'apps/worker/src/deep.ts', `import '../../../packages/db/src/inside.ts';`],
  ['sandbox-only-for-tests', 'packages/core/src/sandboxed.ts', `import '@aisha/sandbox';`],
  [
    'sandbox-only-for-tests',
    'apps/worker/src/sandboxed.ts',
    `import type { S } from '@aisha/sandbox'; export type T = S;`,
  ],
  [
    'core-knows-no-framework',
    'packages/core/src/chat.ts',
    `import type { Context } from 'telegraf'; export type C = Context;`,
  ],
  ['core-knows-no-framework', 'packages/core/src/web.ts', `import 'express';`],
  ['no-cycle', 'packages/db/src/one.ts', `import './two.ts'; export const one = 1;`],
  [
    'no-cycle',
    'packages/queue/src/one.ts',
    `import type { Two } from './two.ts'; export interface One { two?: Two }`,
  ],
  ['no-test-in-production', 'packages/db/src/tested.ts', `import './db.test.ts';`],
  ['no-test-in-production', 'packages/core/src/tested.ts', `import '../../db/src/testing.ts';`],
  ['no-dev-dependency-in-production', 'packages/db/src/dev.ts', `import 'chai';`],
  ['no-unlisted-dependency', 'packages/storage/src/unlisted.ts', `import 'chai';`],
  ['resolvable', 'packages/db/src/missing.ts', `import './nowhere.ts';`],
  ['in-no-layer', 'packages/stray/src/out.ts', `import './index.ts';`],
  ['to-no-layer', 'packages/core/src/stray.ts', `import '@aisha/stray';`],
];

/** Inside a package, lowest first: none may import one of a later row; of the same row neither. */
const ORDER: Record<string, readonly (readonly string[])[]> = {
  core: [
    ['unit.ts', 'overdue.ts', 'foundation.ts'],
    ['parts.ts'],
    ['users', 'credits', 'notifications', 'spending', 'maintenance'],
    ['groups', 'settings'],
    ['masking'],
    ['breaker'],
    ['orders'],
    ['fal', 'inbox'],
    ['avatars', 'recordings', 'payments', 'referrals', 'support', 'broadcasts'],
    ['images', 'documents'],
    ['exports'],
    ['privacy', 'history'],
    ['operators'],
    ['order-kinds.ts', 'prices-check.ts', 'message-keepers.ts', 'sweeper.ts', 'retention.ts'],
    ['handlers.ts'],
    ['index.ts'],
  ],
  bot: [
    ['texts'],
    ['chat'],
    ['buttons.ts'],
    ['menu'],
    ['privacy'],
    ['orders'],
    ['exports'],
    ['documents', 'images', 'avatars', 'credits', 'groups'],
    ['recordings', 'albums', 'settings', 'operators'],
    ['history'],
    ['bindings.ts'],
    ['notify'],
    ['index.ts'],
  ],
  media: [
    ['limits.ts', 'sniff.ts'],
    ['scratch.ts'],
    ['child'],
    ['parts.ts'],
    ['pictures', 'sound', 'texts'],
    ['archives', 'faces'],
    ['parsers.ts'],
    ['main.ts', 'index.ts'],
  ],
};

/** A subject knows its own lower neighbour, not that of the other pair. */
const STRANGERS: [name: string, from: string, to: string][] = [
  ['core', 'images', 'recordings'],
  ['core', 'documents', 'avatars'],
  ['bot', 'recordings', 'images'],
  ['bot', 'recordings', 'avatars'],
];

const UPWARD = [
  ...Object.entries(ORDER).flatMap(([name, rows]) =>
    rows.flatMap((row, i) =>
      row.flatMap((from) =>
        rows
          .slice(i)
          .flat()
          .filter((to) => to !== from)
          .map((to): [string, string, string] => [name, from, to]),
      ),
    ),
  ),
  ...STRANGERS,
];

const fileOf = (name: string, part: string, file: string) =>
  `packages/${name}/src/${part.endsWith('.ts') ? part : `${part}/${file}`}`;
const importOf = (part: string) => (part.endsWith('.ts') ? part : `${part}/any.ts`);
/** A file of `part` that imports others of its package. */
function putInside(name: string, part: string, file: string, imported: readonly string[]) {
  const up = part.endsWith('.ts') ? './' : '../';
  put(
    fileOf(name, part, file),
    imported.map((one) => `import '${up}${importOf(one)}';`).join('\n') || 'export {};',
  );
}

let clean: { modules: number; findings: Finding[] };
let broken: { modules: number; findings: Finding[] };

beforeAll(async () => {
  const external = ['telegraf', 'express', 'chai'];
  for (const name of external) {
    put(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    put(`node_modules/${name}/index.js`, 'module.exports = {};');
  }
  put('package.json', JSON.stringify({ name: 'small', private: true, devDependencies: { chai: '1' } }));
  mkdirSync(join(root, 'node_modules/@aisha'), { recursive: true });
  const manifest = (folder: string, name: string, dependencies: readonly string[]) =>
    put(
      `${folder}/package.json`,
      JSON.stringify({
        name: `@aisha/${name}`,
        exports: { '.': { '@aisha/source': './src/index.ts', default: './dist/index.js' } },
        dependencies: Object.fromEntries(dependencies.map((one) => [one, '*'])),
        devDependencies: name === 'storage' ? {} : { chai: '1' },
      }),
    );
  const ours = PACKAGES.map((name) => `@aisha/${name}`);
  for (const name of PACKAGES) {
    manifest(`packages/${name}`, name, [...ours, 'telegraf', 'express']);
    put(`packages/${name}/src/index.ts`, 'export type X = 1;');
    symlinkSync(join(root, 'packages', name), join(root, 'node_modules/@aisha', name));
  }
  for (const name of APPS) {
    manifest(`apps/${name}`, name, ours);
    put(`apps/${name}/src/main.ts`, 'export {};');
  }
  manifest('infra/dev', 'dev', ours);
  put('infra/fence/main.ts', 'export {};');
  rmSync(join(root, 'packages/stray/src/index.ts'));
  for (const [path, text] of Object.entries(ALLOWED)) put(path, text);
  for (const [folder, inside] of Object.entries(INSIDE)) {
    const name = folder.replace('packages/', '');
    for (const part of Object.keys(inside)) putInside(name, part, 'any.ts', []);
    for (const [part, allowed] of Object.entries(inside)) putInside(name, part, 'down.ts', allowed);
  }
  clean = await findViolations(root);
  put('packages/stray/src/index.ts', 'export {};');
  put('packages/db/src/two.ts', `import './one.ts';`);
  put('packages/queue/src/two.ts', `import type { One } from './one.ts'; export interface Two { one?: One }`);
  for (const [, file, text] of FORBIDDEN) put(file, text);
  for (const [name, rows] of Object.entries(ORDER))
    for (const from of rows.flat())
      putInside(
        name,
        from,
        'up.ts',
        UPWARD.flatMap(([of, part, to]) => (of === name && part === from ? [to] : [])),
      );
  put('packages/core/src/helpers/any.ts', `import '../unit.ts';`);
  broken = await findViolations(root);
}, 60_000);

describe('the fence', () => {
  test('reads the tree and lets allowed imports pass', () => {
    expect(clean.findings).toEqual([]);
    expect(clean.modules).toBeGreaterThan(15);
  });

  test.each(FORBIDDEN)('%s: %s', (rule, file) => {
    const rules = broken.findings.filter(({ from }) => from === file).map((finding) => finding.rule);
    expect(rules).toContain(rule);
  });

  test.each(UPWARD)('inside %s: %s does not import %s', (name, from, to) => {
    const finding = {
      rule: `inside-${name}-${from}`,
      from: fileOf(name, from, 'up.ts'),
      to: fileOf(name, to, 'any.ts'),
    };
    expect(broken.findings).toContainEqual(finding);
  });

  test('knows a place for every folder inside', () => {
    for (const [folder, inside] of Object.entries(INSIDE))
      expect(new Set(ORDER[folder.replace('packages/', '')]?.flat())).toEqual(new Set(Object.keys(inside)));
    const finding = { rule: 'inside-core-no-place', from: 'packages/core/src/helpers/any.ts' };
    expect(broken.findings).toContainEqual(expect.objectContaining(finding));
  });
});
