import type { FailureReason } from '@aisha/db';
import { openPicture } from '@aisha/media';
import { TransientError } from '@aisha/service';
import { z } from 'zod';
import { closedFor, noteRefusal } from '../breaker/breaker.ts';
import type { Run, WorkerParts } from '../parts.ts';
import type { Order } from '../unit.ts';
import { waitsAs } from '../users/turns.ts';
import { isHeldBack } from './held-back.ts';
import type { ImageInput } from './images.ts';
import { callFor, countCall } from './prompt.ts';

/** Telegram's cloud gives bots no larger file. */
const MAX_BYTES = 20 * 1024 * 1024;
const described = z.object({ description: z.string() });

/**
 * What a picture looks like that somebody sent to have another made like it, in the words of the vision model: light,
 * composition, clothes, place and style, and nobody's face.
 */
export async function likeReference(
  parts: WorkerParts,
  order: Order,
  { fileId }: NonNullable<ImageInput['reference']>,
  run: Run,
): Promise<string | { readonly refused: FailureReason }> {
  // The picture is judged before it is looked at: what nobody can judge now waits, and is not refused.
  const accountClosed = await closedFor(parts, { provider: 'openai' });
  if (accountClosed) return { refused: accountClosed };
  const file = await parts.telegram.downloadToBuffer(fileId, { maxBytes: MAX_BYTES, signal: run.signal });
  if (file.kind === 'retry' || file.kind === 'misplaced')
    throw new TransientError(`Telegram does not give a picture now: ${file.why}`);
  if (file.kind !== 'ok') return { refused: file.kind === 'too-big' ? 'file_too_big' : 'file_gone' };
  const owner = String(waitsAs(order.ownerId));
  const picture = await openPicture(parts.media, file.data, { owner, signal: run.signal });
  if (picture.kind === 'refused') return { refused: 'bad_photos' };
  if (await isHeldBack(parts, picture.jpeg, run)) return { refused: 'content_policy' };

  const looking = { provider: 'openai', use: 'vision', model: parts.openai.models.vision } as const;
  const stop = (await closedFor(parts, looking)) ?? (await countCall(parts, order));
  if (stop) return { refused: stop };
  const outcome = await parts.openai.completeJson({
    schema: described,
    schemaName: 'picture_description',
    system:
      'Describe this picture for an image model that is to make another like it, in English, at most 80 words: light, composition, camera, clothes, pose, place, colours and style. Say nothing of who a person is, of their face, age or ethnicity, and repeat no written text. If it shows nudity, describe the person as fully dressed.',
    user: 'Describe it.',
    images: [{ data: picture.jpeg, contentType: 'image/jpeg' }],
    repair: false,
    signal: run.signal,
  });
  switch (outcome.kind) {
    case 'ok':
      return outcome.value.description.trim();
    case 'retry':
      if (run.lastAttempt) return { refused: 'provider_down' };
      throw new TransientError(`the vision model is not available now: ${outcome.why}`);
    case 'refused':
      return { refused: await noteRefusal(parts, looking, outcome.code, callFor(parts, order)) };
    case 'refusal':
    case 'filtered':
      return { refused: 'content_policy' };
    case 'length':
    case 'invalid':
      return { refused: 'provider_down' };
    default:
      return outcome satisfies never;
  }
}
