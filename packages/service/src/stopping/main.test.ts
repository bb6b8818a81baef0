import { getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { silentLogger } from '../logging/logger.ts';
import { createLifecycle } from './lifecycle.ts';
import { runMain } from './main.ts';

const nodes = getDefaultAutoSelectFamilyAttemptTimeout();
afterAll(() => setDefaultAutoSelectFamilyAttemptTimeout(nodes));

test('each address of a name gets longer than Node gives it', async () => {
  const lifecycle = createLifecycle({ log: silentLogger, deadlineMs: 1_000 });
  await runMain(async () => ({ ...lifecycle, run: () => undefined }));
  // A hand-shake with a far server takes 300 ms and more.
  expect(getDefaultAutoSelectFamilyAttemptTimeout()).toBeGreaterThanOrEqual(1_000);
});
