import { avatars, images } from '@aisha/db';
import { openPicture } from '@aisha/media';
import { objectKey } from '@aisha/storage';
import { TransientError } from '@aisha/service';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { completeFalJob, type FalJob, failFalJob } from '../fal/jobs.ts';
import { drawerAt } from '../fal/models/index.ts';
import type { GeneratedImage } from '../fal/models/generator.ts';
import { findOrder, succeedOrder } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { type Order, transact } from '../unit.ts';
import { ASPECTS } from './aspects.ts';
import { imageInput } from './images.ts';
import { waitsAs } from '../users/turns.ts';

const IMAGE_MAX_BYTES = 40 * 1024 * 1024;
/** How far an image's ratio may be from the one ordered: models round to multiples of 16. */
const RATIO_TOLERANCE = 0.03;

type KeptImage = Pick<typeof images.$inferInsert, 'index' | 'width' | 'height' | 'contentType' | 'objectKey'>;

/** FAL has made them: fetches every image, checks and keeps it; only kept ones count as delivered. */
export async function collectImages(
  parts: WorkerParts,
  job: FalJob,
  order: Order,
  output: unknown,
  run: Run,
): Promise<void> {
  const input = imageInput.parse(order.input);
  const [avatar] = order.subjectId
    ? await parts.db.select().from(avatars).where(eq(avatars.id, order.subjectId))
    : [undefined];
  const answer = drawerAt(job.model)?.readOutput(output);
  if (!answer) return failFalJob(parts, job, 'bad_result', 'the answer has no images');

  const wanted = answer.images.slice(0, input.count);
  const kept: KeptImage[] = [];
  for (const [index, image] of wanted.entries()) {
    const one = image.flagged
      ? null
      : await keepImage(parts, order, index, image, ASPECTS[input.aspect], run.signal);
    if (one) kept.push(one);
  }
  if (kept.length === 0) {
    const flagged = wanted.every((image) => image.flagged);
    return failFalJob(parts, job, flagged ? 'flagged' : 'bad_result', 'no image could be delivered');
  }
  const promptSent = z.object({ prompt: z.string() }).parse(job.input).prompt;
  const delivered = await transact(parts, async (unit) => {
    if (!(await completeFalJob(parts, unit, job))) return false;
    await unit.tx
      .insert(images)
      .values(
        kept.map((one) => ({
          ...one,
          orderId: order.id,
          ownerId: order.ownerId,
          avatarId: avatar?.id ?? null,
          prompt: input.prompt,
          promptSent,
          aspect: input.aspect,
          seed: answer.seed,
        })),
      )
      .onConflictDoNothing();
    return succeedOrder(unit, order.id, kept.length);
  });
  // Cancelled while they were fetched: nobody will ever see them. Another run may have delivered the same ones.
  if (!delivered && (await findOrder(parts.db, order.id))?.state !== 'succeeded')
    await parts.storage.deletePrefix('generated', objectKey(order.ownerId, 'images', order.id, ''));
}

async function keepImage(
  parts: WorkerParts,
  order: Order,
  index: number,
  image: GeneratedImage,
  size: { width: number; height: number },
  signal: AbortSignal,
): Promise<KeptImage | null> {
  const file = await parts.fal.download(image.url, { maxBytes: IMAGE_MAX_BYTES, signal });
  if (file.kind === 'retry') throw new TransientError(`an image cannot be fetched now: ${file.why}`);
  if (file.kind !== 'ok') return null;
  // Every pixel is decoded: a cut file fails here and not at the user.
  const opened = await openPicture(parts.media, file.data, { owner: String(waitsAs(order.ownerId)), signal });
  if (opened.kind === 'refused') {
    parts.log.warn('an image is damaged', { orderId: order.id, index, ...opened });
    return null;
  }
  const { format } = opened;
  const { width, height } = opened.original;
  if (Math.abs(width / height / (size.width / size.height) - 1) > RATIO_TOLERANCE) {
    parts.log.warn('an image has another aspect than ordered', { orderId: order.id, width, height });
    return null;
  }
  const contentType = `image/${format}`;
  const key = objectKey(
    order.ownerId,
    'images',
    order.id,
    `${index + 1}.${format === 'jpeg' ? 'jpg' : format}`,
  );
  await parts.storage.put('generated', key, file.data, { contentType });
  return { index, width, height, contentType, objectKey: key };
}
