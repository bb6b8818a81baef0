import type { FailureReason } from '@aisha/db';
import { TransientError } from '@aisha/service';
import { z } from 'zod';
import type { Avatar } from '../avatars/avatars.ts';
import { personWord } from '../avatars/words.ts';
import { closeBreaker, closedFor, noteRefusal } from '../breaker/breaker.ts';
import { START_RETRIED_MINUTES } from '../fal/jobs.ts';
import { noteSilence } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { countPaidCall, textCost } from '../spending/spending.ts';
import type { Order } from '../unit.ts';
import { PROMPT_MAX } from './images.ts';

/** Diffusion models understand English; plain Latin text is sent as it is. */
const NEEDS_TRANSLATION = /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u;

// Strict mode of structured output refuses length rules; an empty answer is seen afterwards.
const translation = z.object({ english: z.string() });

/**
 * Why this text may not be drawn; null when it may. What nobody can judge is never drawn: a passing trouble of the
 * judge is waited for, and a judge that we may not ask ends the order (and no other work than images).
 */
export async function judgePrompt(
  parts: WorkerParts,
  order: Order,
  prompt: string,
  run: Run,
): Promise<FailureReason | null> {
  const { models } = parts.openai;
  const judging = { provider: 'openai', use: 'moderation', model: models.moderation } as const;
  const closed = await closedFor(parts, judging);
  if (closed) return closed;
  const stop = await countCall(parts, order);
  if (stop) return stop;
  const verdict = await parts.openai.moderate({ text: prompt, signal: run.signal });
  switch (verdict.kind) {
    case 'ok':
      await closeBreaker(parts, judging);
      return verdict.flagged ? 'content_policy' : null;
    case 'retry':
      if (run.lastAttempt) return 'provider_down';
      await noteSilence(parts, order, START_RETRIED_MINUTES);
      throw new TransientError(
        `moderation is not available now: ${verdict.why}`,
        verdict.afterMs === null ? {} : { retryAfterMs: verdict.afterMs },
      );
    case 'refused':
      return noteRefusal(parts, judging, verdict.code);
    default:
      return verdict satisfies never;
  }
}

/** What the model is told beside the description, in characters. */
const TOLD = 1_000;

/** One call of OpenAI for an order of images. */
const countCall = (parts: WorkerParts, { id, ownerId, chatId }: Order): Promise<FailureReason | null> => {
  const usd = textCost(parts.config.spending, { read: PROMPT_MAX + TOLD, written: PROMPT_MAX });
  return parts.db.transaction((tx) =>
    countPaidCall(tx, parts.config.spending, { ownerId, chatId, for: 'image', id, usd }),
  );
};

/** A translation that fails in passing, or is none, is asked for once more. */
const TRANSLATIONS = 2;

/** The prompt in English. When the text model cannot help, the text is sent as it was written. */
export async function englishPrompt(
  parts: WorkerParts,
  order: Order,
  prompt: string,
  signal: AbortSignal,
): Promise<string> {
  if (!NEEDS_TRANSLATION.test(prompt)) return prompt;
  const translating = { provider: 'openai', use: 'text', model: parts.openai.models.text } as const;
  for (let n = 0; n < TRANSLATIONS; n++) {
    if ((await closedFor(parts, translating)) ?? (await countCall(parts, order))) return prompt;
    const outcome = await parts.openai.completeJson({
      schema: translation,
      schemaName: 'translation',
      system:
        'Translate the image description into English for an image model. Keep every detail, add nothing, keep names. Answer only with the translation.',
      user: prompt,
      repair: false,
      signal,
    });
    if (outcome.kind === 'retry' || outcome.kind === 'invalid') continue;
    // Operators hear of it; the image is drawn all the same.
    if (outcome.kind === 'refused') await noteRefusal(parts, translating, outcome.code);
    return (outcome.kind === 'ok' && outcome.value.english.trim()) || prompt;
  }
  return prompt;
}

/** Puts the avatar's word into the description, so that the image shows the avatar. */
export function promptWithAvatar(prompt: string, avatar: Avatar | null): string {
  if (!avatar?.trigger) return prompt;
  return avatar.subject
    ? `photo of ${avatar.trigger} ${personWord(avatar.subject)}, ${prompt}`
    : `${prompt}, in the style of ${avatar.trigger}`;
}
