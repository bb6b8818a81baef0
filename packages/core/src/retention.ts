import { images, notifications, orders, recordingPieces, recordings } from '@aisha/db';
import { objectKey } from '@aisha/storage';
import { and, eq, isNotNull, lt, notExists, sql } from 'drizzle-orm';
import { dropEndedWebhookSecrets } from './fal/webhook-secrets.ts';
import { removeOldUpdates } from './inbox/retention.ts';
import { forgetSections } from './documents/plan.ts';
import { underWay } from './orders/orders.ts';
import type { WorkerParts } from './parts.ts';
import { forgetGroupMessages } from './users/group-messages.ts';

/** Done in one pass; what is left is done by the next. */
const BATCH = 100;

const NOTIFICATIONS_KEPT = sql`now() - interval '90 days'`;

/**
 * One pass of the retention rules: what users deleted goes from the buckets, the audio of a recording goes once its
 * text is there, and old bookkeeping goes. Objects first, rows after: a crash in between repeats, never forgets.
 */
export async function applyRetention(parts: WorkerParts): Promise<void> {
  await removeImages(parts);
  await removeRecordings(parts);
  await removePieces(parts);
  await forgetSections(parts);
  await removeOldUpdates(parts.db);
  await dropEndedWebhookSecrets(parts.db);
  await forgetGroupMessages(parts.db);
  await parts.db
    .delete(notifications)
    .where(and(sql`${notifications.state} <> 'pending'`, lt(notifications.createdAt, NOTIFICATIONS_KEPT)));
}

async function removeImages(parts: WorkerParts): Promise<void> {
  const gone = await parts.db
    .select({ id: images.id, key: images.objectKey })
    .from(images)
    .where(isNotNull(images.deletedAt))
    .limit(BATCH);
  for (const { id, key } of gone) {
    await parts.storage.delete('generated', key);
    await parts.db.delete(images).where(eq(images.id, id));
  }
}

/** A job under way may still write for a deleted recording; after this long none runs any more. */
const LAST_JOB_ENDED = sql`now() - interval '15 minutes'`;

async function removeRecordings(parts: WorkerParts): Promise<void> {
  const gone = await parts.db
    .select({
      id: recordings.id,
      ownerId: recordings.ownerId,
      last: sql<boolean>`${recordings.deletedAt} < ${LAST_JOB_ENDED}`,
    })
    .from(recordings)
    .where(isNotNull(recordings.deletedAt))
    .limit(BATCH);
  for (const { id, ownerId, last } of gone) {
    await parts.storage.deletePrefix('transcripts', objectKey(ownerId, 'recordings', id, ''));
    if (last) await parts.db.delete(recordings).where(eq(recordings.id, id));
  }
}

/** The sound is needed only while its transcription is under way. */
async function removePieces(parts: WorkerParts): Promise<void> {
  const waiting = parts.db
    .select({ one: sql`1` })
    .from(orders)
    .where(
      and(eq(orders.subjectId, recordingPieces.recordingId), eq(orders.kind, 'transcription'), underWay),
    );
  const done = await parts.db
    .selectDistinct({ id: recordings.id, ownerId: recordings.ownerId })
    .from(recordingPieces)
    .innerJoin(recordings, eq(recordings.id, recordingPieces.recordingId))
    .where(notExists(waiting))
    .limit(BATCH);
  for (const { id, ownerId } of done) {
    await parts.storage.deletePrefix('transcripts', objectKey(ownerId, 'recordings', id, 'pieces/'));
    await parts.db.delete(recordingPieces).where(eq(recordingPieces.recordingId, id));
  }
}
