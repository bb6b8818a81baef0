import { parseArgs } from 'node:util';
import { loadParts } from '@aisha/config';
import { KEY_PREFIX, openRedis, queueNames } from '@aisha/queue';
import { Queue } from 'bullmq';
import { type ExitStatus, type Io, UsageError } from '../command.ts';
import { age, duration, table } from '../table.ts';

const MOST = 50;

/** `aisha jobs`: how much waits in each queue and for how long, and which jobs failed. */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
  const [what, ...rest] = positionals;
  if (rest.length > 0 || (what !== undefined && what !== 'failed'))
    throw new UsageError('nothing, or "failed"');
  const { redis: config } = loadParts('jobs', ['redis'], io.env);
  // BullMQ wants a connection that never gives up a command; this one gives up connecting instead.
  const redis = openRedis(config, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    connectTimeout: 5_000,
    retryStrategy: () => null,
  });
  let trouble: unknown;
  redis.on('error', (error) => (trouble = error));
  try {
    await redis.connect().catch((error: unknown) => {
      throw trouble instanceof Error ? trouble : error;
    });
    const queues = queueNames.map(
      (name) => new Queue(name, { connection: redis, prefix: KEY_PREFIX, skipVersionCheck: true }),
    );
    io.out(what === 'failed' ? await failures(queues) : await depths(queues));
    await Promise.all(queues.map((queue) => queue.close()));
    return 0;
  } finally {
    redis.disconnect();
  }
}

async function depths(queues: readonly Queue[]): Promise<string> {
  const rows = await Promise.all(
    queues.map(async (queue) => {
      const [counts, [oldest], workers] = await Promise.all([
        queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed'),
        queue.getJobs(['waiting', 'prioritized'], 0, 0, true),
        queue.getWorkersCount(),
      ]);
      const due = oldest ? oldest.timestamp + (oldest.opts.delay ?? 0) : null;
      return [
        queue.name,
        String((counts['waiting'] ?? 0) + (counts['prioritized'] ?? 0)),
        ...['active', 'delayed', 'failed'].map((state) => String(counts[state] ?? 0)),
        due === null ? '-' : duration(Math.max(0, Date.now() - due) / 1_000),
        String(workers),
      ];
    }),
  );
  return table(['QUEUE', 'WAITING', 'ACTIVE', 'DELAYED', 'FAILED', 'OLDEST', 'WORKERS'], rows);
}

/** Kept for three days. A failed job was told to its user; what is still owed is enqueued again by the sweeper. */
async function failures(queues: readonly Queue[]): Promise<string> {
  const found = await Promise.all(queues.map((queue) => queue.getFailed(0, MOST - 1)));
  const jobs = found.flat().toSorted((a, b) => (b.finishedOn ?? 0) - (a.finishedOn ?? 0));
  if (jobs.length === 0) return 'No job failed in the last three days.\n';
  return table(
    ['AGO', 'JOB', 'ABOUT', 'ATTEMPTS', 'REASON'],
    jobs
      .slice(0, MOST)
      .map((job) => [
        job.finishedOn === undefined ? '' : age(new Date(job.finishedOn)),
        job.name,
        JSON.stringify(job.data),
        String(job.attemptsMade),
        (job.failedReason ?? '').split('\n')[0] ?? '',
      ]),
  );
}
