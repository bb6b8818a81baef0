import { expect, test } from 'vitest';
import { untilAborted, withDeadline } from './deadline.ts';

test('a deadline aborts with a TimeoutError, the caller with their own reason', async () => {
  const late = withDeadline(null, 1);
  await expect(untilAborted(new Promise(() => undefined), late)).rejects.toMatchObject({
    name: 'TimeoutError',
  });
  const caller = new AbortController();
  const either = withDeadline(caller.signal, 60_000);
  caller.abort(new Error('mine'));
  await expect(untilAborted(new Promise(() => undefined), either)).rejects.toThrow('mine');
});

test('the answer wins when it comes first, and a late failure of the work is nobody’s unhandled rejection', async () => {
  const signal = new AbortController().signal;
  await expect(untilAborted(Promise.resolve(5), signal)).resolves.toBe(5);
  const work = Promise.withResolvers<never>();
  const aborted = AbortSignal.abort(new Error('stop'));
  await expect(untilAborted(work.promise, aborted)).rejects.toThrow('stop');
  work.reject(new Error('late'));
});
