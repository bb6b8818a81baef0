import { avatars, images } from '@aisha/db';
import { openPicture } from '@aisha/media';
import { objectKey } from '@aisha/storage';
import { TransientError } from '@aisha/service';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { completeFalJob, endWithLast, type FalJob, failFalJob } from '../fal/jobs.ts';
import type { GeneratedImage } from '../fal/models/generator.ts';
import { drawerAt } from '../fal/models/index.ts';
import { findOrder } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { type Order, transact } from '../unit.ts';
import { waitsAs } from '../users/turns.ts';
import { type Aspect, ASPECT_NAMES } from './aspects.ts';
import { inRatio } from './exact.ts';
import { isHeldBack } from './held-back.ts';
import type { Made } from './images.ts';
import { likenessOf } from './rank.ts';

const IMAGE_MAX_BYTES = 40 * 1024 * 1024;

type NewImage = typeof images.$inferInsert;
type KeptImage = Pick<NewImage, 'index' | 'width' | 'height' | 'contentType' | 'objectKey' | 'details'>;

/** What of an image its order knows: whose words it follows, and who is in it. */
export interface DrawnFor {
  readonly prompt: string;
  readonly avatarId: string | null;
  readonly made?: Made;
}
type Describe = (of: { parts: WorkerParts; order: Order; job: FalJob }) => Promise<DrawnFor>;

const ordered = z.object({ aspect: z.enum(ASPECT_NAMES) });
const asked = z.object({ prompt: z.string(), num_images: z.number().default(1) });

/** FAL has made them: fetches every image, checks and keeps it; only kept ones count as delivered. */
export const collectImages =
  (describe: Describe) =>
  async (parts: WorkerParts, job: FalJob, order: Order, output: unknown, run: Run): Promise<void> => {
    const { aspect } = ordered.parse(order.input);
    const { prompt: promptSent, num_images: count } = asked.parse(job.input);
    const model = drawerAt(job.model);
    const answer = model?.readOutput(output);
    if (!model || !answer) return failFalJob(parts, job, 'bad_result', 'the answer has no images');

    const wanted = answer.images.slice(0, count);
    const judge = model.role === 'editor' && !model.flags;
    const kept: KeptImage[] = [];
    let flagged = 0;
    for (const [n, image] of wanted.entries()) {
      const index = job.part * model.perRequest + n;
      const one = image.flagged
        ? 'flagged'
        : await keepImage(parts, order, { index, image, aspect, judge }, run);
      if (one === 'flagged') flagged += 1;
      else if (one) kept.push(one);
    }
    if (kept.length === 0) {
      const reason = flagged === wanted.length ? 'flagged' : 'bad_result';
      return failFalJob(parts, job, reason, 'no image could be delivered');
    }
    const { prompt, avatarId, made } = await describe({ parts, order, job });
    const keys = kept.map((one) => one.objectKey);
    const likeness = await likenessOf(parts, order, { avatarId, keys }, run);
    await transact(parts, async (unit) => {
      if (!(await completeFalJob(parts, unit, job, kept.length))) return;
      const [avatar] = avatarId
        ? await unit.tx.select({ id: avatars.id }).from(avatars).where(eq(avatars.id, avatarId))
        : [];
      await unit.tx
        .insert(images)
        .values(
          kept.map((one, n) => ({
            ...one,
            likeness: likeness[n] ?? null,
            details: { ...one.details, ...(made && { made }) },
            orderId: order.id,
            ownerId: order.ownerId,
            avatarId: avatar?.id ?? null,
            prompt,
            promptSent,
            aspect,
            seed: answer.seed,
          })),
        )
        .onConflictDoNothing();
      await endWithLast(unit, order.id, 'bad_result');
    });
    await forgetUndelivered(parts, order);
  };

/** Ended without a result while it was fetched: nobody will ever see it. Another run may have delivered the same. */
export async function forgetUndelivered(parts: WorkerParts, order: Order): Promise<void> {
  const state = (await findOrder(parts.db, order.id))?.state;
  if (state === 'cancelled' || state === 'failed')
    await parts.storage.deletePrefix('generated', objectKey(order.ownerId, 'images', order.id, ''));
}

/** A file that FAL made; null when it is not there. */
export async function fetchMade(
  parts: WorkerParts,
  url: string,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<Buffer | null> {
  const file = await parts.fal.download(url, { maxBytes, signal });
  if (file.kind === 'retry') throw new TransientError(`an image cannot be fetched now: ${file.why}`);
  return file.kind === 'ok' ? file.data : null;
}

/**
 * The formats that models make; every pixel is decoded: a cut file fails here and not at the user. What a busy machine could
 * not open in time is no damage: it is opened once more.
 */
export async function openMade(parts: WorkerParts, order: Order, file: Buffer, run: Run) {
  const owner = String(waitsAs(order.ownerId));
  const opened = await openPicture(parts.media, file, { owner, signal: run.signal });
  if (opened.kind === 'refused' && opened.reason === 'too_costly' && !run.lastAttempt)
    throw new TransientError('an image could not be opened within its limits');
  if (opened.kind === 'refused') {
    parts.log.warn('an image is damaged', { orderId: order.id, ...opened });
    return null;
  }
  const { format, original } = opened;
  if (format === 'jpeg' || format === 'png' || format === 'webp') return { format, ...original };
  parts.log.warn('an image has a format that no model makes', { orderId: order.id, format });
  return null;
}

async function keepImage(
  parts: WorkerParts,
  order: Order,
  { index, image, aspect, judge }: { index: number; image: GeneratedImage; aspect: Aspect; judge: boolean },
  run: Run,
): Promise<KeptImage | 'flagged' | null> {
  const file = await fetchMade(parts, image.url, { maxBytes: IMAGE_MAX_BYTES, signal: run.signal });
  const opened = file && (await openMade(parts, order, file, run));
  if (!file || !opened) return null;
  const exact = await inRatio(file, opened, { aspect, format: opened.format });
  if (!exact) {
    const { width, height } = opened;
    parts.log.warn('an image has another aspect than ordered', { orderId: order.id, width, height });
    return null;
  }
  if (judge && (await isHeldBack(parts, exact.data, run))) return 'flagged';
  return putImage(parts, order, { index, format: opened.format, ...exact });
}

/** Keeps a checked image in our bucket. */
export async function putImage(
  parts: WorkerParts,
  order: Order,
  image: { index: number; format: 'jpeg' | 'png' | 'webp'; width: number; height: number; data: Buffer },
): Promise<KeptImage> {
  const { index, format, width, height, data } = image;
  const contentType = `image/${format}`;
  const name = `${index + 1}.${format === 'jpeg' ? 'jpg' : format}`;
  const key = objectKey(order.ownerId, 'images', order.id, name);
  await parts.storage.put('generated', key, data, { contentType });
  return { index, width, height, contentType, objectKey: key, details: { bytes: data.length } };
}
