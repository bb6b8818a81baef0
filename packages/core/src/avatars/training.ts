import { PassThrough, Readable } from 'node:stream';
import type { PhotoRules } from '@aisha/config';
import { avatarPhotos, avatars } from '@aisha/db';
import { TransientError } from '@aisha/service';
import { and, asc, eq, sql } from 'drizzle-orm';
import yazl from 'yazl';
import { z } from 'zod';
import { openBreaker } from '../breaker/breaker.ts';
import { completeFalJob, type FalJob, failFalJob, START_RETRIED_MINUTES } from '../fal/jobs.ts';
import type { Prepared } from '../fal/order.ts';
import { noteProgress, noteSilence, placeOrder, succeedOrder } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { type Order, transact, type Unit } from '../unit.ts';
import { type Avatar, PHOTO_COUNT } from './avatars.ts';
import { trainerAt, trainerFor } from '../fal/models/index.ts';
import { keepModelFile } from './model-file.ts';
import { trainingInput } from './training-input.ts';
import { judgePhotos } from './photo-judge.ts';
import { completePhotos } from './complete-photos.ts';
import { captionOf, firstPrompt, triggerFor } from './words.ts';

const ARCHIVE_LIFETIME_S = 24 * 3_600;

/** Packs the photos and uploads them to FAL. */
export async function prepareTraining(parts: WorkerParts, order: Order, run: Run): Promise<Prepared> {
  const [avatar] = await parts.db
    .select()
    .from(avatars)
    .where(eq(avatars.id, order.subjectId ?? ''));
  if (!avatar) throw new Error('the avatar of a training vanished');
  const rows = await parts.db
    .select()
    .from(avatarPhotos)
    .where(and(eq(avatarPhotos.avatarId, avatar.id), eq(avatarPhotos.state, 'accepted')))
    .orderBy(asc(avatarPhotos.createdAt), asc(avatarPhotos.id));
  if (rows.length < PHOTO_COUNT.min) return { kind: 'refused', reason: 'too_few_photos' };
  const photos = await completePhotos(parts, avatar, rows, run);
  if (photos.length < PHOTO_COUNT.min) return { kind: 'refused', reason: 'too_few_photos' };
  if (avatar.kind === 'portrait' && parts.config.photos.judged) {
    const objection = await judgePhotos(parts, order, photos, run);
    if (objection) return { kind: 'refused', reason: objection };
  }

  // While FAL's storage does not answer, that is what is said.
  if (order.progress?.stage !== 'provider_silent')
    await noteProgress(parts, order.id, { stage: 'uploading' });
  const trainer = trainerFor(avatar.kind, parts.config.fal.models);
  const trigger = triggerFor(avatar.id, trainer, parts.config.fal.legacy);
  const archive = await packPhotos(
    parts,
    photos.map(({ key }) => key),
    run.signal,
  );
  const upload = await parts.fal.uploadFile(archive, {
    fileName: `${avatar.id}.zip`,
    contentType: 'application/zip',
    // The photos go away at FAL too; a training that is still queued by then has long missed its deadline.
    expiresS: ARCHIVE_LIFETIME_S,
    signal: run.signal,
  });
  if (upload.kind === 'unavailable') {
    if (run.lastAttempt) return { kind: 'refused', reason: 'provider_down' };
    await noteSilence(parts, order, START_RETRIED_MINUTES);
    throw new TransientError(`FAL's storage does not take the photos: ${upload.why}`);
  }
  if (upload.kind === 'refused') {
    if (upload.account) await openBreaker(parts, { provider: 'fal' }, 'storage refuses our account');
    return { kind: 'refused', reason: upload.account ? 'provider_account' : 'provider_refused' };
  }
  await parts.db.update(avatars).set({ model: trainer.name, trigger }).where(eq(avatars.id, avatar.id));
  const input = trainer.buildInput(
    {
      archiveUrl: upload.url,
      trigger,
      caption: captionOf(avatar, trigger),
      preset: trainingInput.parse(order.input).preset,
      comment: `avatar ${avatar.id}`,
    },
    parts.config.fal.legacy,
  );
  return { kind: 'request', request: { model: trainer, input } };
}

/**
 * A plain zip with the pictures at its top level, as every trainer wants it. Its length is known before its bytes:
 * JPEG is compressed already, so nothing is compressed here.
 */
async function packPhotos(parts: WorkerParts, keys: readonly string[], signal: AbortSignal) {
  const zip = new yazl.ZipFile();
  const stream = new PassThrough();
  zip.on('error', (error: Error) => stream.destroy(error));
  let open: Readable | null = null;
  stream.once('close', () => open?.destroy());
  const photos = await Promise.all(
    keys.map(async (key) => ({ key, info: await parts.storage.head('avatars', key, { signal }) })),
  );
  for (const [i, { key, info }] of photos.entries()) {
    if (!info) throw new Error(`photo ${key} is not in the bucket`);
    const name = `${String(i + 1).padStart(2, '0')}.jpg`;
    zip.addReadStreamLazy(name, { compress: false, size: info.size }, (done) => {
      open = Readable.from(photoOf(parts, key, signal), { objectMode: false });
      done(null, open);
    });
  }
  const bytes = new Promise<unknown>((resolve) => {
    zip.end({ forceZip64Format: false, comment: '' }, (...told: unknown[]) => resolve(told[0]));
  });
  zip.outputStream.pipe(stream);
  return {
    stream,
    bytes: z
      .number()
      .positive()
      .parse(await bytes),
  };
}

async function* photoOf(parts: WorkerParts, key: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const photo = await parts.storage.getStream('avatars', key, { signal });
  if (!photo) throw new Error(`photo ${key} is not in the bucket`);
  yield* photo;
}

/** The training ended well at FAL: fetches the model, checks it, keeps it, and only then says "ready". */
export async function collectTraining(
  parts: WorkerParts,
  job: FalJob,
  order: Order,
  output: unknown,
  run: Run,
): Promise<void> {
  const [avatar] = await parts.db
    .select()
    .from(avatars)
    .where(eq(avatars.id, order.subjectId ?? ''));
  const model = trainerAt(job.model)?.readOutput(output);
  if (!avatar || !model) return failFalJob(parts, job, 'bad_result', 'the training answered without a model');

  let kept: { modelUrl: string; modelKey: string | null };
  if (model.kind === 'id') kept = { modelUrl: model.id, modelKey: null };
  else {
    const modelKey = await keepModelFile(parts, avatar, model.url, run.signal);
    if (modelKey === null)
      return failFalJob(parts, job, 'bad_result', 'the model file is missing or damaged');
    kept = { modelUrl: model.url, modelKey };
  }
  const previewKey = await makePreview(parts, avatar);
  await transact(parts, async (unit) => {
    if (!(await completeFalJob(parts, unit, job))) return;
    await unit.tx
      .update(avatars)
      .set({
        ...kept,
        state: 'ready',
        previewKey,
        failure: null,
        trainedAt: sql`now()`,
        trainedBy: order.id,
        tidiedAt: null,
        likeness: null,
        redoUntil: null,
        isMain: sql`not exists (select 1 from ${avatars} other where other.owner_id = ${avatar.ownerId} and other.is_main and other.id <> ${avatar.id})`,
      })
      .where(eq(avatars.id, avatar.id));
    await succeedOrder(unit, order.id);
    if (!(await orderFirstPictures(unit, avatar, order, parts.config.photos)))
      unit.enqueue('avatar.tidy', { avatarId: avatar.id });
  });
}

/** Has the house draw with a new avatar. False when nothing is drawn. */
async function orderFirstPictures(
  unit: Unit,
  avatar: Avatar,
  { ownerId, chatId, threadId }: Order,
  { firstPictures }: PhotoRules,
): Promise<boolean> {
  if (firstPictures === 0) return false;
  const placed = await placeOrder(unit, {
    ownerId,
    chatId,
    threadId,
    kind: 'first_pictures',
    subjectId: avatar.id,
    input: {
      prompt: firstPrompt(avatar),
      aspect: '3:4',
      count: firstPictures,
      seed: Math.floor(Math.random() * 2 ** 31),
    },
  });
  // Its owner's share is used up: they draw later, by themselves.
  if (placed.kind === 'refused') return false;
  await unit.tx
    .update(avatars)
    .set({ likenessDueAt: sql`now() + interval '1 minute'` })
    .where(eq(avatars.id, avatar.id));
  return true;
}

/** The card's picture: the first photo. The others go away after the training. */
async function makePreview(parts: WorkerParts, avatar: Avatar): Promise<string | null> {
  const [first] = await parts.db
    .select({ key: avatarPhotos.objectKey })
    .from(avatarPhotos)
    .where(and(eq(avatarPhotos.avatarId, avatar.id), eq(avatarPhotos.state, 'accepted')))
    .orderBy(asc(avatarPhotos.createdAt))
    .limit(1);
  return first?.key ?? null;
}
