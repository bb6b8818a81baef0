import { beginEpoch, endEpoch, type InboxParts, incoming, keepBatch, openLanes } from '@aisha/core';
import { type Metrics, untilAborted } from '@aisha/service';
import { setTimeout as wait } from 'node:timers/promises';
import { LaneRunner } from './lane-runner.ts';
import type { Hold, Lease } from './lease.ts';

export interface PollerOptions {
  readonly lease: Lease;
  readonly parts: InboxParts;
  readonly botId: number;
  /** The address of our own webhook, if it is configured: see `#meetWebhook`. */
  readonly webhookUrl: string | null;
  readonly metrics: Pick<Metrics, 'telegramPolls' | 'leaseHeld' | 'leaseEpoch'>;
}

/** Telegram's own longest wait. */
const POLL_SECONDS = 50;
const BATCH = 100;
/** Lanes worked on at once: almost all of a lane's time is waiting for Telegram. */
const LANES = 200;
/** How often unfinished updates whose time has come are looked for. */
const RESCAN_MS = 2_000;
/** How long a stopping poller waits for the calls under way before it lets the standby begin. */
const DRAIN_MS = 600;
/** While a webhook of our own is set, it is looked whether it still is. */
const SWITCHED_MS = 3_000;
/** A webhook that failed this lately, and for which updates wait, does not work. */
const BROKEN_WEBHOOK_S = 30;

/** What `/health` shows, and what liveness is judged by. */
export interface PollerState {
  role: 'standby' | 'active';
  /** Monotonic time of the last sign that the loop turns: a poll that ended, or an answer about the lease. */
  lastTurnAt: number;
  /** Polls that ended, well or not. */
  turns: number;
  lastOkPollAt: number | null;
  epoch: number | null;
  unauthorized: boolean;
  /** A getUpdates that is under way since then may take its 50 s; longer means a black hole. */
  pollingSince: number | null;
}

/**
 * Polls while the lease is held. An offset is sent only after the batch before it is committed, so a crash at any
 * moment redelivers and never loses; fetching goes on while updates are handled.
 */
export class Poller {
  readonly state: PollerState = {
    role: 'standby',
    lastTurnAt: performance.now(),
    turns: 0,
    lastOkPollAt: null,
    epoch: null,
    unauthorized: false,
    pollingSince: null,
  };
  readonly #options: PollerOptions;
  #lanes: LaneRunner | null = null;
  /** A poll of this process was accepted: at its start no webhook was in the way. */
  #polled = false;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** Lanes that came to an end, and whether any is under way: what a progress watch needs. */
  get progress(): { finished: number; busy: boolean } {
    return { finished: this.#lanes?.finished ?? 0, busy: this.#lanes?.busy ?? false };
  }

  /** Runs until the signal aborts, as the active or the standby. */
  async run(stopping: AbortSignal): Promise<void> {
    const { lease, parts } = this.#options;
    while (!stopping.aborted) {
      const hold = await lease.acquire(stopping);
      if (!hold) return;
      try {
        await this.#lead(hold, stopping);
      } catch (error) {
        parts.log.warn('polling stopped; trying again', { error });
      } finally {
        this.state.role = 'standby';
        this.state.epoch = null;
        this.state.pollingSince = null;
        this.#options.metrics.leaseHeld.set(0);
      }
      // Whatever went wrong, the other one gets its chance first.
      await hold.release();
      if (!stopping.aborted)
        await wait(300 + Math.random() * 300, undefined, { signal: stopping }).catch(() => undefined);
    }
  }

  async #lead(hold: Hold, stopping: AbortSignal): Promise<void> {
    const { parts, botId, lease, metrics } = this.#options;
    const { epoch, nextOffset, graceful } = await beginEpoch(parts.db, botId, lease.owner);
    parts.log.info('active: polling', { epoch, nextOffset, afterCrash: !graceful });
    this.state.role = 'active';
    this.state.epoch = epoch;
    metrics.leaseHeld.set(1);
    metrics.leaseEpoch.set(epoch);

    // The calls under way may end after the poll was stopped, as long as the lease is ours.
    const acting = new AbortController();
    const lanes = new LaneRunner({
      parts,
      botId,
      signal: acting.signal,
      mayAct: () => hold.held(),
      concurrency: LANES,
    });
    this.#lanes = lanes;
    const rescan = setInterval(() => {
      openLanes(parts.db, botId, true).then(
        (due) => lanes.kick(due),
        (error: unknown) => parts.log.debug('unfinished updates cannot be looked for', { error }),
      );
    }, RESCAN_MS);
    try {
      lanes.kick(await openLanes(parts.db, botId, false));
      await this.#poll(hold, { epoch, nextOffset }, lanes);
    } finally {
      clearInterval(rescan);
      if (hold.held() && stopping.aborted) {
        await untilAborted(lanes.idle(), AbortSignal.timeout(DRAIN_MS)).catch(() => undefined);
        await endEpoch(parts.db, botId, epoch).catch(() => undefined);
      }
      acting.abort(new Error('no longer the poller'));
      // What is still being sent keeps its claim, so nobody sends it twice.
      this.#lanes = lanes;
    }
  }

  async #poll(hold: Hold, from: { epoch: number; nextOffset: number }, lanes: LaneRunner): Promise<void> {
    const { parts, botId, metrics } = this.#options;
    let offset = from.nextOffset;
    let trouble = 0;
    while (!hold.signal.aborted) {
      this.state.pollingSince = performance.now();
      const outcome = await parts.telegram.pollUpdates({
        offset,
        limit: BATCH,
        // After trouble the answer is wanted at once: otherwise a bot that is well is reported ill for a minute.
        timeoutS: trouble > 0 || this.state.unauthorized ? 0 : POLL_SECONDS,
        signal: hold.signal,
      });
      this.state.pollingSince = null;
      this.state.lastTurnAt = performance.now();
      this.state.turns += 1;
      if (outcome.kind !== 'aborted') metrics.telegramPolls.inc({ outcome: pollMetric(outcome.kind) });
      switch (outcome.kind) {
        case 'updates': {
          trouble = 0;
          this.#polled = true;
          this.state.unauthorized = false;
          this.state.lastOkPollAt = performance.now();
          const last = outcome.updates.at(-1);
          if (!last) break;
          const next = last.update_id + 1;
          const kept = await keepBatch(
            parts.db,
            { botId, epoch: from.epoch },
            outcome.updates.flatMap((update) => incoming(update) ?? []),
            next,
          );
          if (kept === null) {
            parts.log.warn('another poller has taken over; this batch is its', { epoch: from.epoch });
            return;
          }
          offset = next;
          lanes.kick(kept);
          break;
        }
        case 'aborted':
          return;
        case 'conflict':
          if (outcome.by === 'webhook') {
            await this.#meetWebhook(hold.signal);
            break;
          }
          // It was waiting already when another poller, or a setWebhook, ended it.
          this.#polled = true;
          parts.log.warn('the poll was ended by somebody else', { description: outcome.description });
          await pause(200 + Math.random() * 1_000, hold.signal);
          break;
        case 'unauthorized':
          if (!this.state.unauthorized) parts.log.error('Telegram does not accept the bot token');
          this.state.unauthorized = true;
          await pause(5_000, hold.signal);
          break;
        case 'server-error':
        case 'network':
          parts.log.warn('getUpdates failed', outcome);
          trouble += 1;
          await pause(
            Math.max(
              outcome.kind === 'server-error' ? (outcome.retryAfterMs ?? 0) : 0,
              Math.min(200 * 2 ** trouble, 5_000),
            ),
            hold.signal,
          );
          break;
        default:
          outcome satisfies never;
      }
    }
  }

  /**
   * At its start the environment decides how updates come, so a webhook is removed. When our own appears later, an
   * operator switches (`aisha telegram mode webhook`) and has yet to restart us: it stays, as long as it works.
   */
  async #meetWebhook(signal: AbortSignal): Promise<void> {
    const { parts, webhookUrl } = this.#options;
    const info = await parts.telegram.webhookInfo();
    if (info.kind === 'ok' && info.result.url === webhookUrl && this.#polled) {
      const { pending_update_count: waiting, last_error_date: failedAt = 0 } = info.result;
      const broken = waiting > 0 && Date.now() / 1_000 - failedAt < BROKEN_WEBHOOK_S;
      if (!broken) {
        parts.log.info('an operator has switched to the webhook; TELEGRAM_MODE here still says polling');
        return pause(SWITCHED_MS, signal);
      }
    }
    parts.log.warn('a webhook is set although TELEGRAM_MODE is polling: removing it, nothing is dropped');
    await parts.telegram.deleteWebhook();
    return pause(200 + Math.random() * 1_000, signal);
  }
}

const pause = (ms: number, signal: AbortSignal) => wait(ms, undefined, { signal }).catch(() => undefined);

function pollMetric(kind: 'updates' | 'conflict' | 'unauthorized' | 'server-error' | 'network') {
  switch (kind) {
    case 'updates':
      return 'ok';
    case 'server-error':
      return 'server_error';
    case 'conflict':
    case 'unauthorized':
    case 'network':
      return kind;
    default:
      return kind satisfies never;
  }
}
