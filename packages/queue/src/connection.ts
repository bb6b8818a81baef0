import type { RedisConfig } from '@aisha/config';
import type { Logger } from '@aisha/service';
import { Redis, type RedisOptions } from 'ioredis';

/**
 * All queues' keys begin with this. The braces are a Redis Cluster hash tag: BullMQ's scripts touch several keys
 * of a queue at once, which must live in one slot.
 */
export const keyPrefix = '{aisha}';

const common = {
  // After a restart of Redis everybody is back within about a second, not all in the same moment.
  retryStrategy: (times: number) => Math.min(25 * 2 ** Math.min(times, 5), 800) + Math.random() * 200,
  // After a fail-over the old master answers READONLY: reconnect, and send the command again.
  reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 2 : false),
  connectTimeout: 5_000,
} satisfies RedisOptions;

/**
 * For whoever must answer somebody (a webhook, an update): when Redis is away a command fails within about two
 * seconds instead of waiting, so that the caller can say 503 or leave the work to the sweeper.
 */
export function connectProducer(redis: RedisConfig, log: Logger): Redis {
  const connection = new Redis(redis.url, {
    ...common,
    enableOfflineQueue: false,
    commandTimeout: 2_000,
    // Drops a connection that accepts commands and answers none, so that the next one gets a fresh one.
    socketTimeout: 5_000,
    maxRetriesPerRequest: 1,
    connectionName: 'aisha-producer',
    enableAutoPipelining: true,
  });
  return reportState(connection, log.child({ connection: 'producer' }));
}

/** For workers: commands wait for Redis to come back, however long that takes. */
export function connectConsumer(redis: RedisConfig, log: Logger): Redis {
  const connection = new Redis(redis.url, {
    ...common,
    maxRetriesPerRequest: null,
    // Longer than BullMQ's longest blocking read (10 s), shorter than anybody's patience with a dead connection.
    socketTimeout: 20_000,
    connectionName: 'aisha-consumer',
  });
  return reportState(connection, log.child({ connection: 'consumer' }));
}

/** Resolves when Redis answered a ping; for health checks. */
export async function pingRedis(connection: Redis, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await connection.ping();
}

/** One line when Redis goes away and one when it is back, not one per attempt. */
function reportState(connection: Redis, log: Logger): Redis {
  let away = false;
  connection.on('error', (error: Error) => {
    if (away) return;
    away = true;
    log.warn('redis is away', { error });
  });
  connection.on('ready', () => {
    if (away) log.info('redis is back');
    away = false;
  });
  return connection;
}
