import { TransientError, UserError } from '@aisha/service';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { KEY_PREFIX } from '../connection.ts';
import { openQueue } from '../producer.ts';
import type { JobContext } from '../run-job.ts';
import type { Stand } from './stand.ts';
import type { Workers } from '../workers.ts';

/** A handler that waits until it is let go, and tells when it began. */
function gate() {
  const begun = Promise.withResolvers<void>();
  const open = Promise.withResolvers<void>();
  return {
    begun: begun.promise,
    open: () => open.resolve(),
    handler: async () => {
      begun.resolve();
      await open.promise;
    },
  };
}

/** What the queue must do, on whatever Redis it stands: producer and workers together are its port. */
export function describeQueue(name: string, start: () => Promise<Stand>): void {
  describe(`the queue on ${name}`, () => {
    let stand: Stand;
    const running: Workers[] = [];
    beforeAll(async () => {
      stand = await start();
    });
    afterAll(() => stand.close());
    beforeEach(() => stand.redis.flushall());
    afterEach(async () => {
      await Promise.all(running.splice(0).map((workers) => workers.close(500)));
    });

    function work(...args: Parameters<Stand['work']>): Workers {
      const workers = stand.work(...args);
      running.push(workers);
      return workers;
    }

    describe('enqueue', () => {
      test('what has a later turn waits for what has an earlier one, whenever it came', async () => {
        const taken: string[] = [];
        for (const [id, turn] of [
          ['c', 2],
          ['b', 1],
          ['a', 0],
          ['b2', 1],
        ] as const)
          await stand.producer.enqueue('elsewhere', { id }, { turn });
        work({ handle: { elsewhere: async ({ id }) => void taken.push(id) } });
        await expect.poll(() => taken).toEqual(['a', 'b', 'b2', 'c']);
      });

      test('one person has only so many places, others find one, and all of it is done', async () => {
        const taken: string[] = [];
        const first = gate();
        const handle = {
          once: async ({ id }: { id: string }) => {
            taken.push(id);
            if (id.startsWith('mine')) await first.handler();
          },
        };
        for (let n = 0; n < 6; n++) await stand.producer.enqueue('once', { id: `mine${n}` }, { by: 1 });
        work({ handle });
        await first.begun;
        // Behind six that came before it, in a queue of four places.
        await stand.producer.enqueue('once', { id: 'other' }, { by: 2, turn: 9 });
        await expect.poll(() => taken).toContain('other');
        expect(taken.filter((id) => id.startsWith('mine'))).toHaveLength(2);
        first.open();
        await expect.poll(() => taken.length, { timeout: 5_000 }).toBe(7);
      });

      test('says whether the job is new, and a finished or failed one does not block the next', async () => {
        expect(await stand.producer.enqueue('once', { id: 'a' })).toBe('added');
        expect(await stand.producer.enqueue('once', { id: 'a' })).toBe('duplicate');
        expect(await stand.producer.enqueue('once', { id: 'a' }, { attempt: '2' })).toBe('added');
        const fail = vi.fn<() => Promise<void>>(async () => Promise.reject(new UserError('no')));
        work({ handle: { once: fail } });
        await expect.poll(() => fail.mock.calls.length).toBe(2);
        await expect.poll(() => stand.producer.enqueue('once', { id: 'a' })).toBe('added');
      });

      test('strips unknown fields and refuses a payload that does not fit', async () => {
        const payload = { id: 'a', note: 'n', extra: true };
        await stand.producer.enqueue('once', payload);
        const queue = openQueue('quick', stand.redis);
        const [job] = await queue.getWaiting();
        expect(job?.data).toEqual({ id: 'a', note: 'n' });
        expect(job?.id).toMatch(/^once\/a~[0-9a-f]{8}$/);
        await queue.close();
        // @ts-expect-error a number is no id
        await expect(stand.producer.enqueue('once', { id: 7 })).rejects.toThrow('invalid_type');
        await expect(stand.producer.enqueue('once', { id: 'a', note: 'x'.repeat(5_000) })).rejects.toThrow(
          'size',
        );
      });

      test('many at once, in order', async () => {
        await stand.producer.enqueue('once', { id: '7' });
        const ids = Array.from({ length: 500 }, (_, index) => ({ id: String(index) }));
        const outcomes = await Promise.all(ids.map((payload) => stand.producer.enqueue('once', payload)));
        expect(outcomes.flatMap((outcome, index) => (outcome === 'duplicate' ? [index] : []))).toEqual([7]);
        expect(await stand.redis.llen(`${KEY_PREFIX}:quick:wait`)).toBe(500);
      });

      test('while the job runs: again runs it once more afterwards, drop does not', async () => {
        const again = gate();
        const once = gate();
        const runs: string[] = [];
        work({
          handle: {
            again: async ({ id }) => {
              runs.push(id);
              await again.handler();
            },
            once: async ({ id }) => {
              runs.push(id);
              await once.handler();
            },
          },
        });
        await stand.producer.enqueue('again', { id: 'again' });
        await stand.producer.enqueue('once', { id: 'once' });
        await Promise.all([again.begun, once.begun]);
        for (let n = 0; n < 3; n++) {
          expect(await stand.producer.enqueue('again', { id: 'again' })).toBe('duplicate');
          expect(await stand.producer.enqueue('once', { id: 'once' })).toBe('duplicate');
        }
        expect(runs.toSorted()).toEqual(['again', 'once']);
        again.open();
        once.open();
        await expect.poll(() => runs.toSorted()).toEqual(['again', 'again', 'once']);
        await expect.poll(() => stand.redis.keys(`${KEY_PREFIX}:quick:de:*`)).toEqual([]);
        expect(runs).toHaveLength(3);
      });

      test('while the job waits for its time: hasten runs it now, keep does not, debounce puts it off', async () => {
        const ran: string[] = [];
        work({
          handle: { again: async ({ id }) => void ran.push(id), once: async ({ id }) => void ran.push(id) },
        });
        await stand.producer.enqueue('again', { id: 'later' }, { delayMs: 60_000 });
        await stand.producer.enqueue('once', { id: 'kept' }, { delayMs: 60_000 });
        expect(await stand.producer.enqueue('again', { id: 'later' })).toBe('duplicate');
        expect(await stand.producer.enqueue('once', { id: 'kept' })).toBe('duplicate');
        await expect.poll(() => ran).toEqual(['later']);
        const due = async () => {
          const queue = openQueue('quick', stand.redis);
          const [job] = await queue.getDelayed();
          await queue.close();
          return job === undefined ? 0 : job.timestamp + job.delay - Date.now();
        };
        expect(await due()).toBeGreaterThan(50_000);
        await stand.producer.enqueue('once', { id: 'kept' }, { debounceMs: 120_000 });
        await expect.poll(due).toBeGreaterThan(110_000);
      });
    });

    describe('a failure', () => {
      test('of the user ends the job at once; a bug or a passing one uses up the attempts; each is told once', async () => {
        const contexts: Pick<JobContext, 'attempt' | 'lastAttempt'>[] = [];
        const given: unknown[] = [];
        work({
          handle: {
            once: async ({ id }, { attempt, lastAttempt }) => {
              if (id === 'user') throw new UserError('too_big', { max: 20 });
              contexts.push({ attempt, lastAttempt });
              throw new TypeError('oops');
            },
          },
          giveUp: async (job, payload, error) => {
            given.push([job, payload, error instanceof Error ? error.name : null]);
          },
        });
        await stand.producer.enqueue('once', { id: 'user' });
        await expect.poll(() => given).toEqual([['once', { id: 'user' }, 'UserError']]);
        await stand.producer.enqueue('once', { id: 'bug' });
        await expect.poll(() => given).toHaveLength(2);
        expect(given[1]).toEqual(['once', { id: 'bug' }, 'TypeError']);
        expect(contexts).toEqual([
          { attempt: 1, lastAttempt: false },
          { attempt: 2, lastAttempt: false },
          { attempt: 3, lastAttempt: true },
        ]);
      });

      test('that says when to come back uses up no attempt', async () => {
        const attempts: number[] = [];
        work({
          handle: {
            once: async (_payload, { attempt }) => {
              attempts.push(attempt);
              if (attempts.length < 6) throw new TransientError('429', { retryAfterMs: 100 });
            },
          },
        });
        await stand.producer.enqueue('once', { id: 'a' });
        await expect.poll(() => attempts, { timeout: 5_000 }).toEqual([1, 1, 1, 1, 1, 1]);
      });

      test('keeps no secret in Redis', async () => {
        const given = vi.fn<() => Promise<void>>(async () => undefined);
        work({
          handle: {
            once: async () =>
              Promise.reject(new UserError('x', {}, { cause: null })).catch(() => {
                throw new Error(
                  'GET https://api.telegram.org/bot123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/getMe',
                );
              }),
          },
          giveUp: given,
        });
        await stand.producer.enqueue('once', { id: 'a' });
        await expect.poll(() => given.mock.calls.length).toBe(1);
        const failed = await vi.waitUntil(
          async () => (await stand.redis.keys(`${KEY_PREFIX}:quick:once/a~*`))[0],
        );
        await expect.poll(() => stand.redis.hget(failed, 'failedReason')).toContain('/bot[redacted]/getMe');
        expect(JSON.stringify(await stand.redis.hgetall(failed))).not.toContain('AAAA');
      });

      test('over the time limit aborts the signal and counts as passing, even if the handler does not listen', async () => {
        const reasons: unknown[] = [];
        const given = vi.fn<() => Promise<void>>(async () => undefined);
        work({
          handle: {
            again: async ({ id }, { signal }) => {
              const aborted = new Promise<never>((_, reject) => {
                signal.addEventListener('abort', () => {
                  reasons.push(signal.reason instanceof Error ? signal.reason.name : null);
                  if (id === 'listens') reject(signal.reason);
                });
              });
              await aborted;
            },
          },
          giveUp: given,
        });
        for (const id of ['listens', 'deaf']) await stand.producer.enqueue('again', { id });
        await expect.poll(() => given.mock.calls.length, { timeout: 5_000 }).toBe(2);
        expect(reasons).toEqual(Array.from({ length: 6 }, () => 'TimeoutError'));
      });
    });

    describe('what does not belong in the queue', () => {
      test('an unknown job waits for a newer worker, a bad payload fails; neither harms the others', async () => {
        const queue = openQueue('quick', stand.redis);
        await queue.add('from.the.future', {});
        await queue.add('once', { id: 5 });
        const ran = vi.fn<() => Promise<void>>(async () => undefined);
        work({ handle: { once: ran } });
        await stand.producer.enqueue('once', { id: 'good' });
        await expect.poll(() => ran.mock.calls.length).toBe(1);
        await expect.poll(() => queue.getJobCounts('delayed', 'failed')).toEqual({ delayed: 1, failed: 1 });
        await queue.close();
      });
    });

    describe('stopping', () => {
      test('waits for what runs, takes nothing new', async () => {
        const held = gate();
        const workers = work({ handle: { once: held.handler } });
        await stand.producer.enqueue('once', { id: 'a' });
        await held.begun;
        const closed = workers.close(10_000);
        await stand.producer.enqueue('once', { id: 'b' });
        held.open();
        expect(await closed).toBe(true);
        const queue = openQueue('quick', stand.redis);
        expect(await queue.getJobCounts('waiting', 'active', 'failed')).toEqual({
          waiting: 1,
          active: 0,
          failed: 0,
        });
        await queue.close();
      });

      test('returns what cannot end in time, without using up an attempt, and another worker takes it', async () => {
        const begun = Promise.withResolvers<void>();
        const workers = work({
          handle: {
            once: async (_payload, { signal }) => {
              begun.resolve();
              await new Promise((_, reject) => {
                signal.addEventListener('abort', () => reject(signal.reason));
              });
            },
          },
        });
        await stand.producer.enqueue('once', { id: 'a' });
        await begun.promise;
        expect(await workers.close(1_200)).toBe(true);
        const attempts: number[] = [];
        work({ handle: { once: async (_payload, { attempt }) => void attempts.push(attempt) } });
        await expect.poll(() => attempts).toEqual([1]);
      });

      test('is not held up by a handler that does not listen', async () => {
        const held = gate();
        const workers = work({ handle: { once: held.handler } });
        await stand.producer.enqueue('once', { id: 'a' });
        await held.begun;
        expect(await workers.close(1_200)).toBe(true);
        held.open();
        const ran = vi.fn<() => Promise<void>>(async () => undefined);
        work({ handle: { once: ran } });
        await expect.poll(() => ran.mock.calls.length).toBe(1);
      });

      test('serves only the queues it is told', async () => {
        const ran: string[] = [];
        const workers = work({
          only: ['other'],
          handle: { once: async () => void ran.push('once'), elsewhere: async ({ id }) => void ran.push(id) },
        });
        expect(workers.queues).toEqual(['other']);
        await stand.producer.enqueue('once', { id: 'a' });
        await stand.producer.enqueue('elsewhere', { id: 'first' });
        await expect.poll(() => ran).toEqual(['first']);
        expect(workers.isRunning()).toBe(true);
      });
    });
  });
}
