import { avatars, images, orders } from '@aisha/db';
import { type JobHandlers, nothingToEnd } from '@aisha/queue';
import { TransientError } from '@aisha/service';
import { and, desc, eq } from 'drizzle-orm';
import { byLikeness, keepLikeness, measureLikeness } from '../avatars/likeness.ts';
import { falOrder } from '../fal/order.ts';
import { notify } from '../notifications/notifications.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { transact } from '../unit.ts';
import { previewKeyOf } from '../avatars/tidy.ts';
import { image } from './image-order.ts';
import { imagesOf } from './images.ts';

/**
 * The first pictures of a new avatar, at the expense of the house: placed when its training ends, measured against its
 * photos, and told together. Nobody waits for it, so that its failure is not told.
 */
export const firstPictures = falOrder({
  deadlineMinutes: image.deadlineMinutes,
  exclusive: true,
  price: () => ({ each: 0, units: 0 }),
  input: image.input,
  progressUnit: 'none',
  forgets: 'nothing',
  begun: async (unit, order) => (await image.begun?.(unit, order)) !== false,
  prepare: (parts, order, run) => image.prepare(parts, order, run),
  async collect(parts, job, order, output, run) {
    await image.collect(parts, job, order, output, run);
    if (order.subjectId) await parts.producer.enqueue('avatar.likeness', { avatarId: order.subjectId });
  },
  ended: async (unit, { subjectId }) => {
    if (subjectId) unit.enqueue('avatar.likeness', { avatarId: subjectId });
  },
});

/** Job: the first pictures of an avatar are there (or will not come): measures them, and has them told. */
export async function meetFirstPictures(parts: WorkerParts, avatarId: string, run: Run): Promise<void> {
  const [avatar] = await parts.db.select().from(avatars).where(eq(avatars.id, avatarId));
  if (avatar?.state !== 'ready' || avatar.likenessDueAt === null) return;
  const [order] = await parts.db
    .select()
    .from(orders)
    .where(and(eq(orders.subjectId, avatarId), eq(orders.kind, 'first_pictures')))
    .orderBy(desc(orders.createdAt))
    .limit(1);
  // The sweeper comes again.
  if (order && order.endedAt === null) return;
  const rules = parts.config.photos;
  const pictures = order?.state === 'succeeded' ? await imagesOf(parts.db, order.id) : [];
  const files = await Promise.all(
    pictures.map(async ({ objectKey }) => {
      const file = await parts.storage.get('generated', objectKey, { signal: run.signal });
      if (!file) throw new TransientError('a first picture is not in the bucket');
      return file;
    }),
  );
  const found = await measureLikeness(parts, avatar, () => Promise.resolve(files), run.signal);
  const ranked = pictures
    .map((picture, i) => ({ picture, file: files[i], likeness: found[i] ?? null }))
    .toSorted((a, b) => byLikeness(a.likeness, b.likeness));
  const [best] = ranked;
  const previewKey = best?.file
    ? await keepPreview(parts, avatar, best.picture.contentType, best.file)
    : null;
  await transact(parts, async (unit) => {
    const [due] = await unit.tx
      .select({ at: avatars.likenessDueAt })
      .from(avatars)
      .where(eq(avatars.id, avatarId))
      .for('update');
    if (!due?.at) return;
    for (const { picture, likeness } of ranked)
      await unit.tx
        .update(images)
        .set({ likeness: likeness?.share ?? null })
        .where(eq(images.id, picture.id));
    if (previewKey) await unit.tx.update(avatars).set({ previewKey }).where(eq(avatars.id, avatarId));
    await keepLikeness(unit, avatarId, best?.likeness ?? null, rules);
    if (order?.state !== 'succeeded') return;
    const data = { orderId: order.id, photos: best?.likeness?.photos ?? null };
    await notify(unit, { userId: order.ownerId, chatId: order.chatId }, `first-pictures:${order.id}`, {
      kind: 'avatar.first',
      data,
    });
  });
}

/** The card shows the best of them. */
async function keepPreview(
  parts: WorkerParts,
  { id, ownerId }: { id: string; ownerId: number },
  contentType: string,
  file: Uint8Array,
): Promise<string> {
  const key = previewKeyOf({ id, ownerId }, contentType);
  await parts.storage.put('avatars', key, Buffer.from(file), { contentType });
  return key;
}

export const firstPictureHandlers = (parts: WorkerParts) =>
  ({
    'avatar.likeness': {
      handle: ({ avatarId }, run) => meetFirstPictures(parts, avatarId, run),
      giveUp: nothingToEnd,
    },
  }) satisfies Partial<JobHandlers>;
