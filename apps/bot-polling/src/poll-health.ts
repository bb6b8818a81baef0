import {
  createProgressWatch,
  type HealthCheck,
  HealthProblem,
  type LiveVerdict,
  type ProgressWatch,
} from '@aisha/service';
import type { Lease } from './lease.ts';
import type { Poller } from './poller.ts';

/** A getUpdates may wait 50 s and is given up after 60. */
const POLL_SILENCE_MS = 75_000;
/** A lane makes a call of at most 10 s, or an upload of 2 minutes. */
const LANE_SILENCE_MS = 180_000;

/** Only a poller whose poll or lease check was recent is alive; in webhook mode (`polls` false) nobody polls. */
export function pollHealth({ poller, lease, polls }: { poller: Poller; lease: Lease; polls: boolean }): {
  readonly live: () => LiveVerdict;
  readonly checks: Readonly<Record<'telegram' | 'poller', HealthCheck>>;
  readonly watches: readonly ProgressWatch[];
} {
  return {
    live() {
      const { role, pollingSince, lastOkPollAt, epoch } = poller.state;
      const now = performance.now();
      const details = {
        role: polls ? role : 'webhook mode',
        epoch,
        secondsSinceOkPoll: lastOkPollAt === null ? null : Math.round((now - lastOkPollAt) / 1_000),
      };
      return polls && pollingSince !== null && now - pollingSince > POLL_SILENCE_MS
        ? { alive: false, reason: 'a poll does not end', details }
        : { alive: true, details };
    },
    checks: {
      telegram: {
        check: async () => {
          if (poller.state.unauthorized) throw new HealthProblem('Telegram does not accept the bot token');
        },
        needed: true,
        timeoutMs: 1_000,
      },
      poller: {
        check: async () => {
          const silent = performance.now() - Math.max(poller.state.lastTurnAt, lease.lastAnswerAt);
          if (polls && silent > POLL_SILENCE_MS)
            throw new HealthProblem('neither a poll nor a lease check was answered lately');
        },
        needed: true,
        timeoutMs: 1_000,
      },
    },
    watches: [
      createProgressWatch({
        name: 'polls',
        maxSilenceMs: POLL_SILENCE_MS,
        isBusy: () => poller.state.pollingSince !== null,
        count: () => poller.state.turns,
      }),
      createProgressWatch({
        name: 'updates',
        maxSilenceMs: LANE_SILENCE_MS,
        isBusy: () => poller.progress.busy,
        count: () => poller.progress.finished,
      }),
    ],
  };
}
