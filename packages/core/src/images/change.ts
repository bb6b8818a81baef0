import { images, type FailureReason } from '@aisha/db';
import { objectKey } from '@aisha/storage';
import { and, eq, isNull } from 'drizzle-orm';
import { sendPicture } from '../avatars/sent-photos.ts';
import { completeFalJob, endWithLast, type FalJob, failFalJob } from '../fal/jobs.ts';
import type { Prepared } from '../fal/order.ts';
import { REFERENCE_PIXELS } from '../fal/models/editor.ts';
import { animatorAt, animatorFor, editorFor, upscalerAt, upscalerFor } from '../fal/models/index.ts';
import { noteProgress } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { type Order, transact, type Unit } from '../unit.ts';
import { ASPECTS } from './aspects.ts';
import { editInput, oneInput, QUICK_EDITS } from './changes.ts';
import { fetchMade, forgetUndelivered, openMade, putImage } from './collect.ts';
import { hasRatio } from './exact.ts';
import { findImage, type Image } from './images.ts';
import { englishPrompt } from './prompt.ts';
import { checkWords } from './start.ts';

/** The picture that an order changes, if it is its owner's and still there. */
export const pictureOf = ({ tx }: Unit, { ownerId, subjectId }: Order): Promise<Image | null> =>
  subjectId === null ? Promise.resolve(null) : findImage(tx, ownerId, subjectId);

async function sourceOf(parts: Pick<WorkerParts, 'db'>, order: Order): Promise<Image | null> {
  const [image] = await parts.db
    .select()
    .from(images)
    .where(
      and(eq(images.id, order.subjectId ?? ''), eq(images.ownerId, order.ownerId), isNull(images.deletedAt)),
    );
  return image ?? null;
}

/** Four megapixels: what an enlargement is reckoned with (`perMegapixelEnlarged`), and more than a video shows. */
const WHOLE_PIXELS = 4 * 1024 * 1024;

/** The picture at FAL, or why it is not there. */
async function sendSource(
  parts: WorkerParts,
  order: Order,
  pixels: number,
  signal: AbortSignal,
): Promise<{ url: string; image: Image } | { refused: FailureReason }> {
  const image = await sourceOf(parts, order);
  const file = image && (await parts.storage.get('generated', image.objectKey, { signal }));
  if (!image || !file) return { refused: 'picture_gone' };
  if (order.progress?.stage !== 'provider_silent')
    await noteProgress(parts, order.id, { stage: 'uploading' });
  const url = await sendPicture(parts, file, { pixels, signal });
  return url === null ? { refused: 'provider_refused' } : { url, image };
}

const keeping = (words: string) =>
  `${words}. Change nothing else: keep the people and their faces, the composition and everything not mentioned exactly as they are.`;

export async function prepareEdit(parts: WorkerParts, order: Order, run: Run): Promise<Prepared> {
  const { prompt, quick, aspect, seed } = editInput.parse(order.input);
  const objection = quick ? null : await checkWords(parts, order, prompt, run);
  if (objection) return { kind: 'refused', reason: objection };
  const sent = await sendSource(parts, order, REFERENCE_PIXELS, run.signal);
  if ('refused' in sent) return { kind: 'refused', reason: sent.refused };
  const words = quick
    ? QUICK_EDITS[quick]
    : await englishPrompt(parts, order, prompt, { signal: run.signal });
  const model = editorFor(parts.config.fal.models);
  const input = model.buildInput({
    prompt: keeping(words),
    from: [sent.url],
    size: ASPECTS[aspect],
    aspect,
    count: 1,
    seed,
  });
  return { kind: 'request', request: { model, input } };
}

/** Of an edited picture: the words that changed it, and who was in the first one. */
export async function describeEdit({ parts, order }: { parts: WorkerParts; order: Order }) {
  const { prompt } = editInput.parse(order.input);
  const source = await sourceOf(parts, order);
  return { prompt, avatarId: source?.avatarId ?? null, made: 'edit' as const };
}

export async function prepareUpscale(parts: WorkerParts, order: Order, run: Run): Promise<Prepared> {
  const { seed } = oneInput.parse(order.input);
  const sent = await sendSource(parts, order, WHOLE_PIXELS, run.signal);
  if ('refused' in sent) return { kind: 'refused', reason: sent.refused };
  const model = upscalerFor(parts.config.fal.models);
  return { kind: 'request', request: { model, input: model.buildInput({ from: sent.url, seed }) } };
}

/** Large pictures of several megapixels, and videos. */
const LARGE_BYTES = 80 * 1024 * 1024;

export async function collectUpscale(
  parts: WorkerParts,
  job: FalJob,
  order: Order,
  output: unknown,
  run: Run,
): Promise<void> {
  const url = upscalerAt(job.model)?.readOutput(output);
  const source = await sourceOf(parts, order);
  if (!source) return failFalJob(parts, job, 'picture_gone', 'the picture was deleted meanwhile');
  const file = url ? await fetchMade(parts, url, { maxBytes: LARGE_BYTES, signal: run.signal }) : null;
  const opened = file && (await openMade(parts, order, file, run));
  if (!file || !opened || !hasRatio(opened, source) || opened.width <= source.width)
    return failFalJob(parts, job, 'bad_result', 'what came is no enlarged picture');
  const kept = await putImage(parts, order, { index: 0, ...opened, data: file });
  await keepOne(parts, job, order, {
    ...ofSource(source),
    ...kept,
    details: { bytes: file.length, made: 'upscale' },
  });
}

export async function prepareVideo(parts: WorkerParts, order: Order, run: Run): Promise<Prepared> {
  const sent = await sendSource(parts, order, WHOLE_PIXELS, run.signal);
  if ('refused' in sent) return { kind: 'refused', reason: sent.refused };
  const model = animatorFor(parts.config.fal.models);
  const input = model.buildInput({ from: sent.url, prompt: MOTION });
  return { kind: 'request', request: { model, input } };
}

const MOTION =
  'The scene comes alive with gentle, natural motion: the person breathes, blinks and slightly turns the head, hair and clothes move a little, the camera slowly pushes in. The face stays exactly the same.';

/** Whether it begins as an MP4 does: a box `ftyp` after its length. */
const isMp4 = (file: Buffer) => file.length > 1_000 && file.toString('latin1', 4, 8) === 'ftyp';

export async function collectVideo(
  parts: WorkerParts,
  job: FalJob,
  order: Order,
  output: unknown,
  run: Run,
): Promise<void> {
  const url = animatorAt(job.model)?.readOutput(output);
  const source = await sourceOf(parts, order);
  if (!source) return failFalJob(parts, job, 'picture_gone', 'the picture was deleted meanwhile');
  const file = url ? await fetchMade(parts, url, { maxBytes: LARGE_BYTES, signal: run.signal }) : null;
  if (!file || !isMp4(file)) return failFalJob(parts, job, 'bad_result', 'what came is no video');
  const key = objectKey(order.ownerId, 'images', order.id, '1.mp4');
  await parts.storage.put('generated', key, file, { contentType: 'video/mp4' });
  const { width, height } = source;
  await keepOne(parts, job, order, {
    ...ofSource(source),
    promptSent: MOTION,
    index: 0,
    width,
    height,
    contentType: 'video/mp4',
    objectKey: key,
    details: { bytes: file.length, made: 'video' },
  });
}

const ofSource = ({ avatarId, prompt, promptSent, aspect, seed }: Image) => ({
  avatarId,
  prompt,
  promptSent,
  aspect,
  seed,
});

async function keepOne(
  parts: WorkerParts,
  job: FalJob,
  order: Order,
  image: Omit<typeof images.$inferInsert, 'orderId' | 'ownerId'>,
): Promise<void> {
  await transact(parts, async (unit) => {
    if (!(await completeFalJob(parts, unit, job, 1))) return;
    await unit.tx
      .insert(images)
      .values({ ...image, orderId: order.id, ownerId: order.ownerId })
      .onConflictDoNothing();
    await endWithLast(unit, order.id, 'bad_result');
  });
  await forgetUndelivered(parts, order);
}
