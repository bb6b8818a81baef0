import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLogger, type Logger } from '../logging/logger.ts';
import { createLifecycle, exitCodes } from './lifecycle.ts';
import { createProgressWatch } from './progress.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

class Host extends EventEmitter {
  readonly codes: number[] = [];
  exit(code: number): void {
    this.codes.push(code);
  }
}

function recorded() {
  const errors: unknown[] = [];
  const log: Logger = {
    ...silentLogger,
    error: (message, fields) => void errors.push([message, fields?.['step'] ?? fields?.['watch']]),
  };
  return { log, errors };
}

const never = () => new Promise<void>(() => undefined);

describe('stopping', () => {
  test('runs the steps in their order, one after the other, once', async () => {
    const lifecycle = createLifecycle({ log: silentLogger, deadlineMs: 1_000 });
    const order: string[] = [];
    lifecycle.onStop('intake', async () => {
      expect(lifecycle.stopping.aborted).toBe(true);
      await Promise.resolve();
      order.push('intake');
    });
    lifecycle.onStop('drain', () => void order.push('drain'));
    expect(lifecycle.stopping.aborted).toBe(false);
    const [first, second] = await Promise.all([lifecycle.stop('test'), lifecycle.stop('again')]);
    expect(order).toEqual(['intake', 'drain']);
    expect([first, second]).toEqual([exitCodes.clean, exitCodes.clean]);
  });

  test('goes on after a step that fails or hangs, and says so in the exit code', async () => {
    const { log, errors } = recorded();
    const lifecycle = createLifecycle({ log, deadlineMs: 10_000 });
    const last = vi.fn<() => void>();
    let told: AbortSignal | null = null;
    lifecycle.onStop('throws', () => {
      throw new Error('x');
    });
    lifecycle.onStop(
      'hangs',
      (signal) => {
        told = signal;
        return never();
      },
      { deadlineMs: 20 },
    );
    lifecycle.onStop('last', last);
    vi.useRealTimers();
    expect(await lifecycle.stop('test')).toBe(exitCodes.failed);
    expect(last).toHaveBeenCalledTimes(1);
    expect(told).toMatchObject({ aborted: true });
    expect(errors).toEqual([
      ['stop step failed', 'throws'],
      ['stop step out of time', 'hangs'],
    ]);
  });

  test('is over at the deadline of the whole, whatever the steps want', async () => {
    vi.useRealTimers();
    const lifecycle = createLifecycle({ log: silentLogger, deadlineMs: 50 });
    for (let n = 0; n < 20; n++) lifecycle.onStop(`hangs ${n}`, never);
    const startedAt = performance.now();
    expect(await lifecycle.stop('test')).toBe(exitCodes.failed);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('the process', () => {
  test.each(['SIGTERM', 'SIGINT'])('ends cleanly on %s', async (signal) => {
    const host = new Host();
    const lifecycle = createLifecycle({ log: silentLogger, deadlineMs: 1_000 });
    const step = vi.fn<() => void>();
    lifecycle.onStop('step', step);
    lifecycle.run(host);
    host.emit(signal);
    await vi.waitFor(() => expect(host.codes).toEqual([0]));
    expect(step).toHaveBeenCalledTimes(1);
  });

  test.each(['before', 'after'])(
    'ends when it was stopped by a part of it, %s it was wired',
    async (when) => {
      const host = new Host();
      const lifecycle = createLifecycle({ log: silentLogger, deadlineMs: 1_000 });
      const stopped = () => lifecycle.stop('it cannot work', exitCodes.failed);
      if (when === 'before') await stopped();
      lifecycle.run(host);
      if (when === 'after') await stopped();
      expect(host.codes).toEqual([1]);
    },
  );

  test('ends at once on a second signal', () => {
    const host = new Host();
    const lifecycle = createLifecycle({ log: silentLogger, deadlineMs: 1_000 });
    lifecycle.onStop('hangs', never);
    lifecycle.run(host);
    host.emit('SIGTERM');
    expect(host.codes).toEqual([]);
    host.emit('SIGINT');
    expect(host.codes).toEqual([1]);
  });

  test.each(['uncaughtException', 'unhandledRejection'])(
    'is stopped and ends with 1 on %s',
    async (event) => {
      const host = new Host();
      const { log, errors } = recorded();
      const lifecycle = createLifecycle({ log, deadlineMs: 1_000 });
      const step = vi.fn<() => void>();
      lifecycle.onStop('step', step);
      lifecycle.run(host);
      host.emit(event, new Error('boom'));
      await vi.waitFor(() => expect(host.codes).toEqual([1]));
      expect(step).toHaveBeenCalledTimes(1);
      expect(errors).toEqual([[`${event}: stopping`, undefined]]);
    },
  );

  test('ends with 70 when there is work and no progress, so that its supervisor starts it again', async () => {
    const host = new Host();
    const { log, errors } = recorded();
    const lifecycle = createLifecycle({ log, deadlineMs: 1_000 });
    let busy = false;
    lifecycle.watch(
      createProgressWatch({
        name: 'poller',
        maxSilenceMs: 10_000,
        isBusy: () => busy,
        now: () => Date.now(),
      }),
    );
    lifecycle.run(host);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(host.codes).toEqual([]);
    busy = true;
    await vi.advanceTimersByTimeAsync(9_000);
    expect(host.codes).toEqual([]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(host.codes).toEqual([exitCodes.stuck]);
    expect(errors).toEqual([['no progress although there is work: leaving for a restart', 'poller']]);
  });
});
