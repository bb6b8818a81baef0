import type { IForbiddenRuleType } from 'dependency-cruiser';
import { insideRules } from './inside.ts';

/** Package → the packages that it may import: one way, config ← service ← db, storage, queue, providers, media, export ← core ← bot ← apps. */
const base = ['config', 'service'];
const stores = [...base, 'db', 'storage', 'queue', 'providers', 'media', 'export'];
const product = [...stores, 'core', 'bot'];
const LAYERS: Record<string, readonly string[]> = {
  'packages/config': [],
  'packages/service': ['config'],
  'packages/db': base,
  'packages/storage': base,
  'packages/queue': base,
  'packages/providers': base,
  'packages/media': base,
  'packages/export': base,
  'packages/core': stores,
  'packages/bot': [...stores, 'core'],
  'packages/sandbox': base,
  'packages/e2e': [...product, 'sandbox'],
  'packages/bench': [...product, 'sandbox', 'e2e'],
  'apps/bot-polling': product,
  'apps/worker': product,
  'apps/webhook-api': [...stores, 'core'],
  'apps/cli': product,
  'infra/dev': ['config', 'sandbox'],
  'infra/fence': [],
};

/** What the sandbox and the test servers may be imported from, beside the packages above that name it. */
const TESTS = String.raw`(\.test\.ts$|/testing(/|\.ts$))`;
const OWN = '^(packages|apps|infra)/';
const either = (names: readonly string[]) => `(${names.join('|')})`;

const layers = Object.entries(LAYERS).map(([folder, allowed]): IForbiddenRuleType => ({
  name: `layer-${folder.replace('/', '-')}`,
  comment: `${folder} may import ${allowed.length === 0 ? 'no package of ours' : allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^${folder}/` },
  to: {
    path: OWN,
    pathNot: [
      `^${folder}/`,
      ...(allowed.length === 0 ? [] : [`^packages/${either(allowed)}/`]),
      '^packages/sandbox/',
    ],
  },
}));

const known = `^${either(Object.keys(LAYERS))}/`;

/** All at error; there are no exceptions and no inline ones. */
export const FORBIDDEN: IForbiddenRuleType[] = [
  ...layers,
  ...insideRules(TESTS),
  {
    name: 'in-no-layer',
    comment: 'A package that the list above does not name has no place in the order of imports.',
    severity: 'error',
    from: { path: OWN, pathNot: [known] },
    to: {},
  },
  {
    name: 'to-no-layer',
    severity: 'error',
    from: {},
    to: { path: OWN, pathNot: [known] },
  },
  {
    name: 'no-cycle',
    comment: 'Of types neither.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-deep-import',
    comment:
      "A package's face is its src/index.ts; some have a second for tests, the sandbox a third for the launcher, and the storage one that brings the client of S3.",
    severity: 'error',
    from: { path: '^(packages|apps|infra)/([^/]+)/' },
    to: {
      path: OWN,
      pathNot: [
        '^$1/$2/',
        String.raw`^packages/[^/]+/src/index\.ts$`,
        String.raw`^packages/(sandbox|db|core)/src/testing\.ts$`,
        String.raw`^packages/sandbox/src/stack/index\.ts$`,
        String.raw`^packages/storage/src/storage\.ts$`,
      ],
    },
  },
  {
    name: 'no-app-to-app',
    severity: 'error',
    from: { path: '^apps/([^/]+)/' },
    to: { path: '^apps/', pathNot: ['^apps/$1/'] },
  },
  {
    name: 'sandbox-only-for-tests',
    comment: 'Stand-ins never reach production: only tests, the launcher and the benchmarks import them.',
    severity: 'error',
    from: { pathNot: ['^packages/(sandbox|e2e|bench)/', '^infra/dev/', TESTS] },
    to: { path: '^packages/sandbox/' },
  },
  {
    name: 'core-knows-no-framework',
    comment: 'What Aisha does is said in core without the chat and the web around it.',
    severity: 'error',
    from: { path: '^packages/core/' },
    to: { path: String.raw`(^|node_modules/)(telegraf|express)(/|$)` },
  },
  {
    name: 'no-test-in-production',
    severity: 'error',
    from: { path: OWN, pathNot: [TESTS, '^packages/(e2e|bench|sandbox)/'] },
    to: { path: String.raw`(\.test|/src/testing)\.ts$` },
  },
  {
    name: 'no-dev-dependency-in-production',
    comment: 'It is not installed there.',
    severity: 'error',
    from: {
      path: '^(packages|apps)/[^/]+/src/',
      pathNot: [TESTS, '^packages/(e2e|bench)/', '^packages/sandbox/src/services/global-setup'],
    },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no-unlisted-dependency',
    comment: "What a package imports stands in its own package.json; the root's does not count.",
    severity: 'error',
    from: { path: '^(packages|apps|infra/dev)/' },
    // Every package is tested with the root's vitest.
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], pathNot: '/node_modules/vitest/' },
  },
  {
    name: 'resolvable',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
];

/** Fewer files than this and the fence has gone blind (see cruise.ts). */
export const FEWEST_MODULES = 200;
export const FOLDERS = ['apps', 'packages', 'infra/dev', 'infra/fence'];
