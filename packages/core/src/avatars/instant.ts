import { avatarPhotos, avatars, type FailureReason } from '@aisha/db';
import { and, asc, eq, isNotNull, sql } from 'drizzle-orm';
import type { Run, WorkerParts } from '../parts.ts';
import type { Order, Unit } from '../unit.ts';
import { type Avatar, INSTANT_PHOTO_COUNT, photoCounts, type TrainingRefusal } from './avatars.ts';
import { judgePhotos } from './photo-judge.ts';
import { photoDoubts } from './photo-set.ts';

/**
 * Has an instant avatar ready: it is drawn from its photos, which are fixed and kept from here on. `doubted`: something is
 * asked about them still, and its owner has not answered.
 */
export async function finishInstant(
  unit: Unit,
  avatar: Pick<Avatar, 'id' | 'ownerId'>,
): Promise<Avatar | TrainingRefusal | 'doubted'> {
  const [locked] = await unit.tx.select().from(avatars).where(eq(avatars.id, avatar.id)).for('update');
  if (!locked?.instant || (locked.state !== 'draft' && locked.state !== 'failed')) return 'closed';
  const counts = await photoCounts(unit.tx, avatar.id);
  if (counts.received > 0) return 'checking';
  if (counts.accepted < INSTANT_PHOTO_COUNT.min) return 'too_few';
  if ((await photoDoubts(unit.tx, avatar.id)).length > 0) return 'doubted';
  const [first] = await unit.tx
    .select({ key: avatarPhotos.objectKey })
    .from(avatarPhotos)
    .where(and(eq(avatarPhotos.avatarId, avatar.id), eq(avatarPhotos.state, 'accepted')))
    .orderBy(avatarPhotos.createdAt, avatarPhotos.id)
    .limit(1);
  const [ready] = await unit.tx
    .update(avatars)
    .set({
      state: 'ready',
      failure: null,
      judgedAt: null,
      previewKey: first?.key ?? null,
      trainedAt: sql`now()`,
      screenMessageId: null,
      screenDueAt: null,
      isMain: sql`not exists (select 1 from ${avatars} other where other.owner_id = ${locked.ownerId} and other.is_main and other.id <> ${avatar.id})`,
    })
    .where(eq(avatars.id, avatar.id))
    .returning();
  unit.enqueue('avatar.tidy', { avatarId: avatar.id });
  return ready ?? 'closed';
}

/**
 * Why these people are not drawn; null when they may be. The photos of an instant avatar are judged with the first order that
 * it is drawn for, once. One that is refused can be mended: it takes photos again.
 */
export async function judgePeople(
  parts: WorkerParts,
  order: Order,
  people: readonly Avatar[],
  run: Run,
): Promise<FailureReason | null> {
  if (!parts.config.photos.judged) return null;
  for (const { id, instant, judgedAt } of people) {
    if (!instant || judgedAt !== null) continue;
    const rows = await parts.db
      .select({ id: avatarPhotos.id, key: avatarPhotos.objectKey })
      .from(avatarPhotos)
      .where(
        and(
          eq(avatarPhotos.avatarId, id),
          eq(avatarPhotos.state, 'accepted'),
          isNotNull(avatarPhotos.objectKey),
        ),
      )
      .orderBy(asc(avatarPhotos.createdAt), asc(avatarPhotos.id));
    const photos = rows.flatMap((row) => (row.key === null ? [] : [{ id: row.id, key: row.key }]));
    const objection = await judgePhotos(parts, order, photos, run);
    const isReady = and(eq(avatars.id, id), eq(avatars.state, 'ready'));
    if (objection === null)
      await parts.db
        .update(avatars)
        .set({ judgedAt: sql`now()` })
        .where(isReady);
    else {
      if (objection === 'photos_minor' || objection === 'photos_nudity')
        await parts.db.update(avatars).set({ state: 'failed', failure: objection }).where(isReady);
      return objection;
    }
  }
  return null;
}
