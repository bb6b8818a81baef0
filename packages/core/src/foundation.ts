import type { DatabaseConfig, ProcessConfig, RedisConfig } from '@aisha/config';
import { connectDatabase, requireMigrations } from '@aisha/db';
import { connectProducer, createProducer, pingRedis } from '@aisha/queue';
import { createLifecycle, createMetrics, type Logger } from '@aisha/service';

export interface FoundationConfig {
  readonly process: ProcessConfig;
  readonly database: DatabaseConfig;
  readonly redis: RedisConfig;
}

const CHECK_MS = 3_000;

/**
 * What every process stands on: its life, a database with all migrations (or a refusal to start), Redis, the queues' way in, and
 * how healthy those are. `stopMs`: the whole stop, shorter than a container's grace period of 30 s. Whoever opens it closes it, in
 * the order of its own stop.
 */
export async function openFoundation(
  config: FoundationConfig,
  log: Logger,
  { stopMs }: { readonly stopMs: number },
) {
  const lifecycle = createLifecycle({ log, deadlineMs: stopMs });
  await requireMigrations(config.database, { lifecycle, log });
  const metrics = createMetrics(config.process);
  const database = connectDatabase(config.database, {
    name: config.process.instanceId,
    onError: (error) => log.warn('database connection', { error }),
  });
  const redis = connectProducer(config.redis, log);
  const producer = createProducer(redis, { log });
  const checks = {
    database: { check: () => database.check(), needed: true, timeoutMs: CHECK_MS },
    redis: { check: (signal: AbortSignal) => pingRedis(redis, signal), needed: true, timeoutMs: CHECK_MS },
  };
  return { lifecycle, metrics, database, redis, producer, checks };
}
