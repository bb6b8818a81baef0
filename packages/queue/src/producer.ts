import { classifyError, TransientError, type Logger } from '@aisha/service';
import { type Job, Queue, type JobsOptions } from 'bullmq';
import { randomUUID } from 'node:crypto';
import { KEY_PREFIX, type RedisConnection } from './connection.ts';
import { keyOf, type Catalog, type JobDefinition } from './definition.ts';

export interface EnqueueOptions {
  /** Not before this many milliseconds from now. */
  readonly delayMs?: number;
  /** Runs when nobody has asked for it for this long: each enqueue puts a waiting one off again. */
  readonly debounceMs?: number;
  /** 0, the first, and up: among what waits, lower ones are taken before higher ones. */
  readonly turn?: number;
  /** Whose it is (a person, or a chat that is written to): a worker runs `mostOfOne` of theirs at once. */
  readonly by?: number;
  /** Distinguishes a deliberate repetition; part of the job's key. */
  readonly attempt?: string;
}

/** `duplicate`: an unfinished job with the same key is there already (and was hastened, or will run again). */
export type EnqueueOutcome = 'added' | 'duplicate';

export interface Producer<P> {
  /** Rejects with a TransientError within about two seconds when Redis is away. */
  enqueue<N extends keyof P & string>(
    name: N,
    payload: P[N],
    options?: EnqueueOptions,
  ): Promise<EnqueueOutcome>;
  /**
   * Takes jobs out of all queues by their data: those that wait, and those that were given up. What runs is counted and
   * left: it cannot be taken away from its worker.
   */
  forget(
    isMeant: (data: unknown) => boolean,
  ): Promise<{ readonly removed: number; readonly running: number }>;
  /** Ends its use of the connection; the connection belongs to the caller. */
  close(): Promise<void>;
}

export interface ProducerOptions {
  readonly log: Logger;
}

/** Payloads are ids; anything bigger is a blob on its way into Redis. */
const MAX_PAYLOAD_BYTES = 4_096;

const LAST_TURN = 2_000_000;

/** The queue's events go to a Redis stream that nobody here reads; a short one is enough for a look by hand. */
const EVENT_STREAM_LENGTH = 200;

export function createProducerFor<P>(
  catalog: Catalog<P>,
  connection: RedisConnection,
  { log }: ProducerOptions,
): Producer<P> {
  const opened = new Map<string, Queue>();

  function open(queue: string): Queue {
    const known = opened.get(queue);
    if (known !== undefined) return known;
    const fresh = openQueue(queue, connection);
    fresh.on('error', (error) => log.debug('queue connection', { queue, error }));
    opened.set(queue, fresh);
    return fresh;
  }

  return {
    enqueue: async (name, payload, options = {}) => {
      const definition = catalog[name];
      // A payload that does not fit its schema is a bug of the caller: let it surface here, not in a worker.
      const data = definition.schema.parse(payload);
      const opts = jobOptions(definition, keyOf(name, definition, data, options.attempt), options);
      try {
        await waitForFirstConnection(connection);
        const { by } = options;
        const added = await open(definition.queue).add(name, by === undefined ? data : { ...data, by }, opts);
        return added.id === opts.jobId ? 'added' : 'duplicate';
      } catch (error) {
        if (classifyError(error) !== 'transient') throw error;
        throw new TransientError(`cannot enqueue ${name}: Redis is away`, { cause: error });
      }
    },
    forget: async (isMeant) => {
      let removed = 0;
      let running = 0;
      for (const name of new Set(queuesOf(catalog))) {
        const queue = open(name);
        for (const state of WAITING)
          for (const one of await meantIn(queue, state, isMeant)) {
            await one.remove();
            removed += 1;
          }
        running += (await meantIn(queue, 'active', isMeant)).length;
      }
      return { removed, running };
    },
    close: async () => {
      await Promise.all([...opened.values()].map((queue) => queue.close()));
      opened.clear();
    },
  };
}

/** A job that is being taken while this looks is found among those that run, which are looked at last. */
const WAITING = ['failed', 'delayed', 'prioritized', 'waiting'] as const;
/** Jobs read at once. */
const PAGE = 1_000;

function queuesOf<P>(catalog: Catalog<P>): string[] {
  const queues: string[] = [];
  for (const name in catalog) queues.push(catalog[name].queue);
  return queues;
}

async function meantIn(
  queue: Queue,
  state: (typeof WAITING)[number] | 'active',
  isMeant: (data: unknown) => boolean,
): Promise<Job[]> {
  const meant: Job[] = [];
  for (let from = 0; ; from += PAGE) {
    const page = await queue.getJobs([state], from, from + PAGE - 1, true);
    // One that ended meanwhile has no data any more.
    meant.push(...page.filter((one) => one !== undefined && isMeant(one.data)));
    if (page.length < PAGE) return meant;
  }
}

/**
 * A queue that asks nothing of Redis when it is made: otherwise a process that starts while Redis is away would
 * keep a queue that never works.
 */
export function openQueue(name: string, connection: RedisConnection): Queue {
  return new Queue(name, {
    connection,
    prefix: KEY_PREFIX,
    skipVersionCheck: true,
    skipWaitingForReady: true,
    streams: { events: { maxLen: EVENT_STREAM_LENGTH } },
  });
}

/**
 * BullMQ's deduplication rather than equal job ids: a finished or failed job then never blocks the next one, and
 * the answer says for certain which of the two it was.
 */
function jobOptions<Payload>(
  definition: JobDefinition<Payload>,
  key: string,
  options: EnqueueOptions,
): JobsOptions & { readonly jobId: string } {
  const delay = options.debounceMs ?? options.delayMs ?? 0;
  const hastens = definition.whenDelayed === 'hasten' && delay === 0;
  return {
    jobId: `${key}~${randomUUID().slice(0, 8)}`,
    deduplication: {
      id: key,
      keepLastIfActive: definition.whenActive === 'again',
      reschedule: hastens || options.debounceMs !== undefined,
    },
    delay,
    // BullMQ's priorities end at two million.
    priority: Math.min(Math.max(0, Math.trunc(options.turn ?? 0)), LAST_TURN),
    attempts: definition.attempts,
    backoff: { type: 'exponential', delay: definition.backoff.delayMs, jitter: definition.backoff.jitter },
    // The truth is in PostgreSQL; of what failed, some stays for operators to look at.
    removeOnComplete: true,
    removeOnFail: { age: 3 * 24 * 3600, count: 200 },
    stackTraceLimit: 3,
    sizeLimit: MAX_PAYLOAD_BYTES,
  };
}

/** Right after the start the first connection may still be under way; later there is no waiting. */
async function waitForFirstConnection(connection: RedisConnection): Promise<void> {
  if (connection.status !== 'connecting' && connection.status !== 'connect') return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      connection.off('ready', done);
      connection.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, 1_000);
    connection.once('ready', done);
    connection.once('close', done);
  });
}
