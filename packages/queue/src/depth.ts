import type { Logger, Metrics } from '@aisha/service';
import type { RedisConnection } from './connection.ts';
import { openQueue } from './producer.ts';

/** One look at a queue. */
export interface QueueDepth {
  /** Ready to be taken by any worker. */
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  /** How long the oldest waiting job has been due. */
  readonly oldestSeconds: number;
}

export interface DepthCollector {
  /** The last look, not older than two intervals; null when there is none (Redis is away). */
  latest(queue: string): QueueDepth | null;
  /** Looks now; the interval does so by itself. */
  collect(): Promise<void>;
  close(): Promise<void>;
}

export interface DepthCollectorOptions {
  readonly connection: RedisConnection;
  readonly queues: readonly string[];
  readonly metrics: Pick<Metrics, 'queueJobs' | 'queueOldestSeconds'>;
  readonly log: Logger;
  readonly intervalMs?: number;
}

const states = ['waiting', 'active', 'delayed', 'failed'] as const;

/** Keeps the queue gauges fresh, and the picture by which a worker that takes nothing is noticed. */
export function startDepthCollector(options: DepthCollectorOptions): DepthCollector {
  const { metrics, log } = options;
  const intervalMs = options.intervalMs ?? 5_000;
  const queues = options.queues.map((name) => {
    const queue = openQueue(name, options.connection);
    queue.on('error', (error) => log.debug('queue connection', { queue: name, error }));
    return { name, queue };
  });
  const looks = new Map<string, { readonly at: number; readonly depth: QueueDepth }>();

  async function look({ name, queue }: (typeof queues)[number]): Promise<void> {
    const [counts, ...heads] = await Promise.all([
      queue.getJobCounts(...states, 'prioritized'),
      // Those that have a turn wait apart from the others.
      queue.getJobs(['waiting'], 0, 0, true),
      queue.getJobs(['prioritized'], 0, 0, true),
    ]);
    // BullMQ may name the state `wait`; a job may also vanish between the list and the look at it.
    const dues = heads.flat().map((oldest) => oldest.timestamp + (oldest.opts.delay ?? 0));
    const depth: QueueDepth = {
      waiting: (counts['waiting'] ?? counts['wait'] ?? 0) + (counts['prioritized'] ?? 0),
      active: counts['active'] ?? 0,
      delayed: counts['delayed'] ?? 0,
      failed: counts['failed'] ?? 0,
      oldestSeconds: Math.max(0, ...dues.map((due) => Date.now() - due)) / 1000,
    };
    looks.set(name, { at: performance.now(), depth });
    for (const state of states) metrics.queueJobs.set({ queue: name, state }, depth[state]);
    metrics.queueOldestSeconds.set({ queue: name }, depth.oldestSeconds);
  }

  async function collect(): Promise<void> {
    try {
      await Promise.all(queues.map(look));
    } catch (error) {
      log.debug('cannot look at the queues', { error });
    }
  }

  let underWay: Promise<void> | null = null;
  const timer = setInterval(() => {
    underWay ??= collect().finally(() => {
      underWay = null;
    });
  }, intervalMs);
  timer.unref();

  return {
    latest: (queue) => {
      const last = looks.get(queue);
      return last === undefined || performance.now() - last.at > 2 * intervalMs ? null : last.depth;
    },
    collect,
    close: async () => {
      clearInterval(timer);
      await underWay;
      await Promise.allSettled(queues.map(({ queue }) => queue.close()));
    },
  };
}
