import { ConfigError, loadStorageSetupConfig } from '@aisha/config';
import { createLogger, retryTransient } from '@aisha/service';
import { createStorage, type Storage } from './storage.ts';

type Config = ReturnType<typeof loadStorageSetupConfig>;

async function makeBuckets(storage: Storage, { storage: own, grant }: Config): Promise<void> {
  await storage.ensureBuckets();
  // Who made them may use them.
  if (grant.principal !== null && grant.accessKey !== own.accessKey) await storage.grant(grant.principal);
}

/** `pnpm storage:setup`: makes the buckets that are missing, and lets the processes use them; may run as often as one likes. */
async function setUp(): Promise<void> {
  const config = loadStorageSetupConfig();
  const log = createLogger(config.process, { secrets: [config.storage.accessKey, config.storage.secretKey] });
  const storage = createStorage(config.storage, { log });
  try {
    // A storage that is just being started gets half a minute.
    await retryTransient(() => makeBuckets(storage, config), {
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
