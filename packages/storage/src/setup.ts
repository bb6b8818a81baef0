import { ConfigError, loadStorageSetupConfig } from '@aisha/config';
import { createLogger, retryTransient } from '@aisha/service';
import { createStorage } from './storage.ts';

/** `pnpm storage:setup`: makes the buckets that are missing; may run as often as one likes. */
async function setUp(): Promise<void> {
  const config = loadStorageSetupConfig();
  const log = createLogger(config.process, { secrets: [config.storage.accessKey, config.storage.secretKey] });
  const storage = createStorage(config.storage, { log });
  try {
    // A storage that is just being started gets half a minute.
    await retryTransient(() => storage.ensureBuckets(), {
      attempts: 12,
      minDelayMs: 250,
      maxDelayMs: 4_000,
      onRetry: (error, attempt) => log.warn('storage does not answer yet', { attempt, error }),
    });
  } catch (error) {
    log.error('cannot make the buckets', { error });
    process.exitCode = 1;
  } finally {
    storage.close();
  }
}

try {
  await setUp();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
