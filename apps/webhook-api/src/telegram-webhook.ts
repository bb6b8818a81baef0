import { timingSafeEqual } from 'node:crypto';
import { incoming, keepUpdates } from '@aisha/core';
import type { Db } from '@aisha/db';
import type { JobProducer } from '@aisha/queue';
import { classifyError, type Logger } from '@aisha/service';
import type { TelegramOutcome } from './outcomes.ts';

export interface TelegramWebhookParts {
  readonly db: Db;
  readonly producer: JobProducer;
  readonly botId: number;
  /** null: no secret is configured, so nobody can be Telegram. */
  readonly secret: string | null;
  readonly log: Logger;
}

/** Keeps an update and enqueues its lane. Answered only after it is committed: then it cannot be lost. */
export async function takeTelegramWebhook(
  parts: TelegramWebhookParts,
  request: { readonly secretToken: string | undefined; readonly rawBody: Buffer },
): Promise<TelegramOutcome> {
  if (parts.secret === null) return 'off';
  if (!sameSecret(request.secretToken ?? '', parts.secret)) return 'forged';
  const update = incoming(parseJson(request.rawBody));
  if (!update) return 'malformed';
  try {
    const lanes = await keepUpdates(parts.db, parts.botId, [update]);
    if (lanes.length === 0) return 'duplicate';
  } catch (error) {
    if (classifyError(error) !== 'transient') throw error;
    parts.log.warn('an update cannot be kept now; Telegram comes again', { error });
    return 'unavailable';
  }
  // It is safe already: without Redis the sweeper enqueues it.
  await parts.producer
    .enqueue('telegram.dispatch', { botId: parts.botId, lane: update.lane })
    .catch((error: unknown) => parts.log.warn('an update was not enqueued; the sweeper will', { error }));
  return 'accepted';
}

function sameSecret(given: string, secret: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(secret);
  return a.length === b.length && timingSafeEqual(a, b);
}

function parseJson(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    return undefined;
  }
}
