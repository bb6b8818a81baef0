import type { RedisConfig } from '@aisha/config';
import type { Logger } from '@aisha/service';
import { Cluster, Redis, type RedisOptions } from 'ioredis';

/**
 * All queues' keys begin with this. The braces are a Redis Cluster hash tag: BullMQ's scripts touch several keys
 * of a queue at once, which must live in one slot.
 */
export const KEY_PREFIX = '{aisha}';

const common = {
  // After a restart of Redis everybody is back within about a second, not all in the same moment.
  retryStrategy: (times: number) => Math.min(25 * 2 ** Math.min(times, 5), 800) + Math.random() * 200,
  // After a fail-over the old master answers READONLY: reconnect, and send the command again.
  reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 2 : false),
  connectTimeout: 5_000,
} satisfies RedisOptions;

/** One Redis, the master that sentinels name, or a cluster: the same commands either way. */
export type RedisConnection = Redis | Cluster;

/** What replies look like is nobody's to choose here: BullMQ reads them too. */
type ConnectionOptions = Omit<RedisOptions, 'replyMapping'>;

/** A connection as the configuration says; the options are those of each single server. */
export function openRedis(config: RedisConfig, options: ConnectionOptions): RedisConnection {
  const { sentinels, cluster, tls } = config;
  const encrypted = tls && {
    tls: { rejectUnauthorized: tls.verify, ...(tls.ca !== undefined && { ca: tls.ca }) },
  };
  if (!sentinels && !cluster) return new Redis(config.url, { ...options, ...encrypted });
  const url = new URL(config.url);
  const own: ConnectionOptions = {
    ...options,
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...encrypted,
  };
  if (cluster) {
    const { enableOfflineQueue = true, lazyConnect = false, enableAutoPipelining = false } = options;
    return new Cluster([...cluster], {
      enableOfflineQueue,
      lazyConnect,
      enableAutoPipelining,
      // A node that is away is asked for the others' whereabouts again, as long as its caller waits.
      clusterRetryStrategy: (times) => options.retryStrategy?.(times) ?? null,
      slotsRefreshTimeout: 5_000,
      redisOptions: own,
    });
  }
  return new Redis({
    ...own,
    db: Number(url.pathname.slice(1) || 0),
    sentinels: sentinels?.nodes ?? [],
    name: sentinels?.name ?? '',
    ...(sentinels?.password !== undefined && { sentinelPassword: sentinels.password }),
    ...(encrypted && { enableTLSForSentinelMode: true, sentinelTLS: encrypted.tls }),
    sentinelRetryStrategy: (times) => options.retryStrategy?.(times) ?? null,
    // A fail-over is noticed at once, not with the next command that fails.
    failoverDetector: true,
  });
}

/**
 * For whoever must answer somebody (a webhook, an update): when Redis is away a command fails within about two
 * seconds instead of waiting, so that the caller can say 503 or leave the work to the sweeper.
 */
export function connectProducer(redis: RedisConfig, log: Logger): RedisConnection {
  const connection = openRedis(redis, {
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
export function connectConsumer(redis: RedisConfig, log: Logger): RedisConnection {
  const connection = openRedis(redis, {
    ...common,
    maxRetriesPerRequest: null,
    // Longer than BullMQ's longest blocking read (10 s), shorter than anybody's patience with a dead connection.
    socketTimeout: 20_000,
    connectionName: 'aisha-consumer',
  });
  return reportState(connection, log.child({ connection: 'consumer' }));
}

/** Resolves when Redis answered a ping; for health checks. */
export async function pingRedis(connection: RedisConnection, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await connection.ping();
}

/** One line when Redis goes away and one when it is back, not one per attempt. */
function reportState<C extends RedisConnection>(connection: C, log: Logger): C {
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
