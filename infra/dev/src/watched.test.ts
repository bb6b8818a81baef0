import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { watchedFolders } from './watched.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

test('an app is restarted for its own sources and what they stand on, not for another app or the stand-ins', () => {
  const folders = watchedFolders(ROOT, 'webhook-api').map((path) => path.slice(ROOT.length));
  expect(folders).toEqual(
    expect.arrayContaining(['apps/webhook-api/src', 'packages/core/src', 'packages/config/src']),
  );
  expect(folders.filter((path) => /sandbox|e2e|apps\/worker|packages\/bot\//.test(path))).toEqual([]);
});

test('a package that another checkout links to is no change; a line of ours is', async () => {
  const root = mkdtempSync(join(tmpdir(), 'aisha-watched-'));
  mkdirSync(join(root, 'apps/a/src'), { recursive: true });
  mkdirSync(join(root, 'apps/a/node_modules/theirs'), { recursive: true });
  writeFileSync(join(root, 'apps/a/package.json'), '{"dependencies": {"theirs": "1"}}');
  const theirs = join(root, 'apps/a/node_modules/theirs/index.mjs');
  writeFileSync(theirs, 'export {};');
  const main = join(root, 'apps/a/src/main.mjs');
  const program = (said: string) =>
    `import '../node_modules/theirs/index.mjs'; console.log('${said}'); setInterval(() => {}, 1000);`;
  writeFileSync(main, program('first'));
  const flags = watchedFolders(root, 'a').map((folder) => `--watch-path=${folder}`);
  const child = spawn(process.execPath, [...flags, '--watch-preserve-output', main]);
  try {
    const said: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    await expect.poll(() => said.join(''), { timeout: 10_000 }).toContain('first');
    linkSync(theirs, join(root, 'elsewhere.mjs'));
    writeFileSync(main, program('second'));
    await expect.poll(() => said.join(''), { timeout: 10_000 }).toContain('second');
    expect(said.join('').match(/Change detected/g)).toHaveLength(1);
  } finally {
    child.kill();
    rmSync(root, { recursive: true, force: true });
  }
});
