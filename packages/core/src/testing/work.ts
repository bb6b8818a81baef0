import { nothingToEnd, startWorkers } from '@aisha/queue';
import { coreHandlers } from '../handlers.ts';
import type { WorkerParts } from '../parts.ts';
import type { TestParts } from './parts.ts';

const nothingToShow = { handle: async () => undefined, giveUp: nothingToEnd };

/** Takes the jobs from the queue, as a worker does; what only shows something is the bot's and is left out. */
export function startWork(
  bench: TestParts,
  parts: WorkerParts = bench.parts,
): AsyncDisposable & {
  /** What runs may end within so many milliseconds; unless told, it is broken off. */
  close(deadlineMs?: number): Promise<unknown>;
} {
  const workers = startWorkers({
    redis: { url: bench.redis.appUrl },
    handlers: {
      ...coreHandlers(parts),
      'telegram.dispatch': nothingToShow,
      'notification.send': nothingToShow,
      'order.progress': nothingToShow,
      'alarm.show': nothingToShow,
      'broadcast.send': nothingToShow,
      'avatar.screen': nothingToShow,
      'export.make': nothingToShow,
      'privacy.erase': nothingToShow,
      'privacy.export': nothingToShow,
    },
    log: parts.log,
    metrics: bench.parts.metrics,
  });
  return {
    close: (deadlineMs = 2_000) => workers.close(deadlineMs),
    [Symbol.asyncDispose]: async () => void (await workers.close(2_000)),
  };
}
