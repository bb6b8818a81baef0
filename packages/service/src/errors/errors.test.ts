import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { classifyError, retryAfterOf, userErrorOf } from './classify.ts';
import { TransientError, UserError } from './errors.ts';
import { retryTransient } from './retry.ts';

const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code });
const named = (name: string, extra: object = {}) => Object.assign(new Error('x'), { name, ...extra });

describe('who is at fault', () => {
  test.each([
    coded('ECONNREFUSED'),
    coded('ECONNRESET'),
    coded('EAI_AGAIN'),
    coded('UND_ERR_HEADERS_TIMEOUT'),
    // PostgreSQL
    coded('57P01', 'terminating connection due to administrator command'),
    coded('57P03', 'the database system is starting up'),
    coded('08006'),
    coded('53300', 'too many connections'),
    coded('40001'),
    coded('40P01'),
    coded('55P03'),
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
    // Redis
    new Error('Connection is closed.'),
    new Error('Command timed out'),
    new Error("Stream isn't writeable and enableOfflineQueue options is false"),
    new Error('Reached the max retries per request limit (which is 1).'),
    new Error('LOADING Redis is loading the dataset in memory'),
    new Error("READONLY You can't write against a read only replica."),
    // S3
    named('SlowDown'),
    named('InternalError'),
    named('Unknown', { $metadata: { httpStatusCode: 503 } }),
    // fetch
    new TypeError('fetch failed', { cause: coded('ECONNRESET') }),
    new DOMException('The operation timed out', 'TimeoutError'),
    new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]),
    new Error('wrapped', { cause: new TransientError('x') }),
  ])('passes: %s', (error) => {
    expect(classifyError(error)).toBe('transient');
  });

  test.each([
    new Error('x'),
    new TypeError('undefined is not a function'),
    coded('23505', 'duplicate key'),
    coded('28P01', 'password authentication failed'),
    coded('42P01', 'relation does not exist'),
    coded('ENOENT'),
    named('AccessDenied', { $metadata: { httpStatusCode: 403 } }),
    named('NoSuchBucket', { $metadata: { httpStatusCode: 404 } }),
    'a string',
    null,
  ])('is ours: %s', (error) => {
    expect(classifyError(error)).toBe('bug');
  });

  test('is the user, also inside another error, with code and parameters', () => {
    const error = new Error('wrapped', { cause: new UserError('photo.too_small', { min: 512 }) });
    expect(classifyError(error)).toBe('user');
    expect(userErrorOf(error)).toMatchObject({ code: 'photo.too_small', params: { min: 512 } });
    expect(userErrorOf(new Error('x'))).toBeNull();
  });

  test('what Node really throws for a refused connection', async () => {
    const [error]: unknown[] = await once(connect(1, 'localhost'), 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    expect(classifyError(error)).toBe('transient');
  });

  test('an error that causes itself is looked at once', () => {
    const error = new Error('x');
    error.cause = error;
    expect(classifyError(error)).toBe('bug');
  });

  test('the wait that was asked for is found in the chain', () => {
    expect(retryAfterOf(new Error('x', { cause: new TransientError('y', { retryAfterMs: 7 }) }))).toBe(7);
    expect(retryAfterOf(new TransientError('y'))).toBeNull();
  });
});

describe('retryTransient', () => {
  const quick = { attempts: 3, minDelayMs: 1, maxDelayMs: 5 };

  test('repeats what passes, and gives the answer or the last error', async () => {
    const onRetry = vi.fn<(error: Error, attempt: number) => void>();
    const answer = await retryTransient(
      async (attempt) => {
        if (attempt < 3) throw new TransientError('later');
        return attempt;
      },
      { ...quick, onRetry },
    );
    expect(answer).toBe(3);
    expect(onRetry.mock.calls.map(([, attempt]) => attempt)).toEqual([1, 2]);
    let calls = 0;
    const always = retryTransient(
      async () => Promise.reject(new TransientError(`call ${(calls += 1)}`)),
      quick,
    );
    await expect(always).rejects.toThrow('call 3');
  });

  test.each([new Error('bug'), new UserError('x'), new TransientError('x', { retryAfterMs: 60_000 })])(
    'does not repeat %s',
    async (error) => {
      const call = vi.fn<() => Promise<never>>().mockRejectedValue(error);
      await expect(retryTransient(call, quick)).rejects.toBe(error);
      expect(call).toHaveBeenCalledTimes(1);
    },
  );

  test('ends when the caller does not want it any more', async () => {
    const stop = new AbortController();
    const call = retryTransient(
      async () => {
        stop.abort(new Error('enough'));
        throw new TransientError('x');
      },
      { attempts: 10, minDelayMs: 60_000, maxDelayMs: 60_000, signal: stop.signal },
    );
    await expect(call).rejects.toThrow('enough');
  });
});
