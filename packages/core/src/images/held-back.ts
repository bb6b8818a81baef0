import { TransientError } from '@aisha/service';
import { closeBreaker, closedFor, noteRefusal } from '../breaker/breaker.ts';
import type { Run, WorkerParts } from '../parts.ts';

/** Enough to see what is shown. */
const LOOKED_AT_SIDE = 768;

/**
 * Whether a picture must not be delivered or sent on, by the moderation model; for what says nothing of itself: models
 * without flags, and what people send. What nobody can judge is held back.
 */
export async function isHeldBack(parts: WorkerParts, picture: Buffer, run: Run): Promise<boolean> {
  const judging = { provider: 'openai', use: 'moderation', model: parts.openai.models.moderation } as const;
  if (await closedFor(parts, judging)) return true;
  const { default: sharp } = await import('sharp');
  const data = await sharp(picture)
    .resize(LOOKED_AT_SIDE, LOOKED_AT_SIDE, { fit: 'inside', withoutEnlargement: true })
    .jpeg()
    .toBuffer();
  const verdict = await parts.openai.moderate({
    image: { data, contentType: 'image/jpeg' },
    signal: run.signal,
  });
  switch (verdict.kind) {
    case 'ok':
      await closeBreaker(parts, judging);
      return verdict.flagged;
    case 'retry':
      if (run.lastAttempt) return true;
      throw new TransientError(`moderation is not available now: ${verdict.why}`);
    case 'refused':
      await noteRefusal(parts, judging, verdict.code);
      return true;
    default:
      return verdict satisfies never;
  }
}
