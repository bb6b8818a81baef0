import { createMetrics, silentLogger, type Logger } from '@aisha/service';
import { startRedis, type RedisService } from '@aisha/sandbox';
import { Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { connectProducer, type RedisConnection } from '../connection.ts';
import { createProducerFor, type Producer } from '../producer.ts';
import type { Handler } from '../run-job.ts';
import { startWorkersFor, type Workers, type WorkersOptions } from '../workers.ts';
import { testJobs, testQueues } from './bench-catalog.ts';

type TestPayloads = typeof testJobs extends infer C
  ? { readonly [N in keyof C]: C[N] extends { readonly key: (payload: infer T) => unknown } ? T : never }
  : never;
type TestQueue = keyof typeof testQueues;

export interface Stand {
  readonly service: RedisService;
  readonly producer: Producer<TestPayloads>;
  readonly producerConnection: RedisConnection;
  /** Its own Redis client, for looks behind the scenes. */
  readonly redis: Redis;
  work(
    options: Partial<WorkersOptions<TestPayloads, TestQueue>> & { handle: HandlerMap; giveUp?: GiveUp },
  ): Workers<TestQueue>;
  close(): Promise<void>;
}

export type HandlerMap = { readonly [N in keyof TestPayloads]?: Handler<TestPayloads[N]>['handle'] };
type GiveUp = (job: keyof TestPayloads, payload: unknown, error: unknown) => Promise<void>;

const idle = async () => undefined;

/** A Redis of its own that a test may restart and empty, with a producer and as many workers as wanted. */
export async function startStand({
  log = silentLogger,
  cluster = false,
}: { log?: Logger; cluster?: boolean } = {}): Promise<Stand> {
  const dir = mkdtempSync(join(tmpdir(), 'aisha-queue-'));
  const service = await startRedis({
    dataDir: join(dir, 'redis'),
    runDir: join(dir, 'run'),
    log: () => undefined,
    cluster,
  });
  const redis = new Redis(service.url);
  redis.on('error', () => undefined);
  if (cluster) await takeAllSlots(redis);
  const config = {
    url: service.appUrl,
    ...(cluster && { cluster: [{ host: service.host, port: service.port }] }),
  };
  const producerConnection = connectProducer(config, log);
  const producer = createProducerFor(testJobs, producerConnection, { log });
  const metrics = createMetrics({ app: 'worker', instanceId: 'test' });
  const started: Workers[] = [];
  return {
    service,
    producer,
    producerConnection,
    redis,
    work: ({ handle: { once = idle, again = idle, elsewhere = idle }, giveUp = idle, ...options }) => {
      const ending = (job: keyof TestPayloads) => (payload: unknown, error: unknown) =>
        giveUp(job, payload, error);
      const handlers = {
        once: { handle: once, giveUp: ending('once') },
        again: { handle: again, giveUp: ending('again') },
        elsewhere: { handle: elsewhere, giveUp: ending('elsewhere') },
      };
      const workers = startWorkersFor(testQueues, testJobs, {
        redis: config,
        log,
        metrics,
        abortGraceMs: 100,
        ...options,
        handlers,
      });
      started.push(workers);
      return workers;
    },
    close: async () => {
      await Promise.all(started.map((workers) => workers.close(2_000)));
      await producer.close();
      producerConnection.disconnect();
      redis.disconnect();
      await service.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Makes a node a whole cluster. */
async function takeAllSlots(redis: Redis): Promise<void> {
  await redis.cluster('ADDSLOTS', ...Array.from({ length: 16_384 }, (_, slot) => slot));
  await vi.waitUntil(async () => (await redis.cluster('INFO')).includes('cluster_state:ok'), {
    timeout: 10_000,
  });
}
