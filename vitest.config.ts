import { defineConfig } from 'vitest/config';

/**
 * Tests run the sources, never what an earlier build left in `dist`. Vite's usual `module` is left out: it picks files
 * meant for bundlers (of the AWS SDK, for one), which Node itself cannot load.
 */
const ssr = { resolve: { conditions: ['@aisha/source', 'node', 'development|production'] } };

/** They measure what others wait and what processes hold, or start the launcher that builds. */
const ALONE = ['packages/e2e/src/attacks/**/*.test.ts', 'infra/dev/src/launcher.e2e.test.ts'];

export default defineConfig({
  ssr,
  test: {
    // Two cores: more files at once only make each other slow.
    maxWorkers: 2,
    // One kind after the other (groupOrder): what measures whole processes does not share the cores with the rest.
    projects: [
      {
        ssr,
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          // A busy machine is no failure; what must be quick measures itself.
          testTimeout: 20_000,
          include: ['{apps,packages}/*/src/**/*.test.ts', 'infra/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.{integration,e2e}.test.ts', 'packages/e2e/**'],
        },
      },
      {
        ssr,
        test: {
          name: 'integration',
          sequence: { groupOrder: 1 },
          include: ['{apps,packages}/*/src/**/*.integration.test.ts', 'infra/**/*.integration.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', 'packages/e2e/**'],
          globalSetup: ['packages/sandbox/src/services/global-setup.ts'],
          // The long forms: LEDGER_TRIES=10000 LEDGER_RUNS=1000; SPEECH_PROOF_HOURS=3 SPEECH_PROOF_FORMAT=mp3.
          provide: {
            ledger: {
              tries: Number(process.env['LEDGER_TRIES'] ?? 300),
              runs: Number(process.env['LEDGER_RUNS'] ?? 5),
            },
            talk: {
              hours: Number(process.env['SPEECH_PROOF_HOURS'] ?? 0.025),
              format: process.env['SPEECH_PROOF_FORMAT'] ?? 'ogg',
            },
          },
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      // Each file starts the whole product, which waits for more than half of its time: two at once.
      {
        ssr,
        test: {
          // Before its neighbours, since it takes the longest: vitest orders projects of a group by their names.
          name: 'chaos',
          sequence: { groupOrder: 2 },
          include: ['packages/e2e/src/chaos/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        ssr,
        test: {
          name: 'e2e',
          sequence: { groupOrder: 2 },
          include: ['packages/e2e/src/**/*.test.ts', 'infra/**/*.e2e.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', ...ALONE, 'packages/e2e/src/{browser,chaos}/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        ssr,
        test: {
          name: 'alone',
          sequence: { groupOrder: 3 },
          include: ALONE,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        ssr,
        test: {
          name: 'browser',
          sequence: { groupOrder: 4 },
          include: ['packages/e2e/src/browser/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
