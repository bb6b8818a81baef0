import { exportHandlers, type NotifyParts, notifyHandlers, privacyHandlers } from '@aisha/bot';
import { coreHandlers, createDispatcher, type InboxParts, type WorkerParts } from '@aisha/core';
import { type JobHandlers, nothingToEnd } from '@aisha/queue';
import { TransientError } from '@aisha/service';

/** Which function does which job. A job of the catalogue without one does not compile. */
export function handlers(parts: WorkerParts & NotifyParts & InboxParts): JobHandlers {
  const dispatcher = createDispatcher(parts, (lane) => {
    parts.producer.enqueue('telegram.dispatch', lane).catch((error: unknown) => {
      parts.log.debug('a lane was not woken; it looks by itself soon', { error });
    });
  });
  return {
    ...coreHandlers(parts),
    ...notifyHandlers(parts),
    ...exportHandlers(parts),
    ...privacyHandlers(parts),
    'telegram.dispatch': {
      handle: async (lane, { signal }) => {
        const outcome = await dispatcher.run(lane, { signal });
        // `busy`: whoever makes a call for this lane goes on with it, and the sweeper looks after both.
        if (outcome.kind === 'wait' || outcome.kind === 'held')
          throw new TransientError('the lane waits', { retryAfterMs: Math.max(outcome.ms, 50) });
      },
      giveUp: nothingToEnd,
    },
  };
}
