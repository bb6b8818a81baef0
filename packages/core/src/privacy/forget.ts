import {
  documents,
  falJobs,
  images,
  notifications,
  orders,
  questions,
  recordingExports,
  recordingPieces,
  recordingSlides,
  recordings,
  telegramUpdates,
  users,
} from '@aisha/db';
import { and, eq, inArray, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import { deleteImages } from '../images/images.ts';
import { rulesOf, unended } from '../orders/orders.ts';
import type { WorkerParts } from '../parts.ts';
import { deleteRecording } from '../recordings/recordings.ts';
import type { SettingName } from '../settings/catalogue.ts';
import { type Order, transact, type Unit } from '../unit.ts';

/** Done in one pass; what is left is done by the next. */
const BATCH = 100;

/** Its end is told, or nobody has to be told of it. */
const told = (key: SQL) => sql`not exists (
  select 1 from ${notifications} n where n.key = ${key} and n.state = 'pending')`;
/** Documents and files of what was just delivered may be on their way still. */
const nothingOpen = sql`not exists (
  select 1 from ${orders} o
  where o.owner_id = ${orders.ownerId} and o.id <> ${orders.id} and o.kind in ('document', 'export') and o.forgotten_at is null
    and (o.state in ('quoted', 'queued', 'running')
      or exists (select 1 from ${notifications} n where n.key = 'order:' || o.id || ':ended' and n.state = 'pending')))`;

/** What was ordered incognito and has been delivered: the thing, its words, and what was said about it. */
export async function forgetDelivered(parts: WorkerParts): Promise<void> {
  const due = await parts.db
    .select()
    .from(orders)
    .where(
      and(
        eq(orders.incognito, true),
        inArray(orders.kind, Object.keys(parts.orderKinds)),
        isNull(orders.forgottenAt),
        isNotNull(orders.endedAt),
        told(sql`'order:' || ${orders.id} || ':ended'`),
        nothingOpen,
      ),
    )
    .limit(BATCH);
  for (const order of due) {
    for (const key of await objectsOf(parts, order)) await parts.storage.delete('transcripts', key);
    await transact(parts, (unit) => forgetOrder(unit, order));
  }
}

/** Objects of a document or file; those of recordings and images go by their own rules once they are marked as deleted. */
async function objectsOf(parts: WorkerParts, { kind, subjectId }: Order): Promise<string[]> {
  if (subjectId === null) return [];
  const { forgets } = rulesOf(parts, kind);
  const table = forgets === 'document' ? documents : forgets === 'export' ? recordingExports : null;
  if (table === null) return [];
  const rows = await parts.db.select({ key: table.objectKey }).from(table).where(eq(table.id, subjectId));
  return rows.flatMap(({ key }) => key ?? []);
}

async function forgetOrder(
  unit: Unit,
  { id, kind, subjectId, ownerId, chatId, endedAt }: Order,
): Promise<void> {
  const { tx } = unit;
  const { forgets } = rulesOf(unit, kind);
  switch (forgets) {
    case 'recording': {
      const recordingId = subjectId ?? '';
      await deleteRecording(unit, ownerId, recordingId);
      await tx
        .update(recordings)
        .set({
          text: null,
          segments: null,
          title: '',
          fileName: null,
          speakerNames: null,
          voices: null,
          corrections: null,
          rollCall: null,
        })
        .where(eq(recordings.id, recordingId));
      await tx.delete(recordingSlides).where(eq(recordingSlides.recordingId, recordingId));
      await tx.delete(recordingPieces).where(eq(recordingPieces.recordingId, recordingId));
      break;
    }
    case 'images': {
      const made = await tx.select({ id: images.id }).from(images).where(eq(images.orderId, id));
      const ids = made.map((one) => one.id);
      await deleteImages(unit, ownerId, ids);
      if (ids.length > 0)
        await tx
          .update(images)
          .set({ prompt: '', promptSent: '', details: null })
          .where(inArray(images.id, ids));
      break;
    }
    case 'document':
      await tx.delete(documents).where(eq(documents.id, subjectId ?? ''));
      break;
    case 'question':
      await tx.delete(questions).where(eq(questions.id, subjectId ?? ''));
      break;
    case 'export':
      await tx.delete(recordingExports).where(eq(recordingExports.id, subjectId ?? ''));
      break;
    case 'nothing':
      await tx
        .update(orders)
        .set({ forgottenAt: sql`now()` })
        .where(eq(orders.id, id));
      return;
    default:
      return forgets satisfies never;
  }
  await tx.update(falJobs).set({ input: {} }).where(eq(falJobs.orderId, id));
  await tx
    .update(notifications)
    .set({ owed: null })
    .where(eq(notifications.key, `order:${id}:ended`));
  // What was sent to us, and what we answered: nothing of it is made once more.
  await tx
    .update(telegramUpdates)
    .set({ payload: {}, owed: null })
    .where(
      and(
        inArray(telegramUpdates.lane, [`chat${chatId}`, `press-${ownerId}`]),
        eq(telegramUpdates.state, 'done'),
        sql`${telegramUpdates.receivedAt} <= ${endedAt?.toISOString() ?? null}::timestamptz`,
      ),
    );
  await tx
    .update(orders)
    .set({ forgottenAt: sql`now()`, input: {}, progress: null })
    .where(eq(orders.id, id));
}

/** Older than its owner wants to keep; days. */
const outlived = (setting: SettingName, createdAt: SQL) => sql`
  jsonb_typeof(${users.settings} -> ${setting}::text) = 'number'
  and ${createdAt} < now() - make_interval(days => (${users.settings} ->> ${setting}::text)::int)`;

/** Recordings and images that their owners want to have no longer than so many days. */
export async function forgetOutlived(parts: WorkerParts): Promise<void> {
  const { db } = parts;
  const old = await db
    .select({ id: recordings.id, ownerId: recordings.ownerId })
    .from(recordings)
    .innerJoin(users, eq(users.id, recordings.ownerId))
    .where(
      and(
        isNull(recordings.deletedAt),
        outlived('keepRecordings', sql`${recordings.createdAt}`),
        sql`not exists (select 1 from ${orders} where ${orders.subjectId} = ${recordings.id} and ${unended})`,
      ),
    )
    .limit(BATCH);
  for (const { id, ownerId } of old) await transact(parts, (unit) => deleteRecording(unit, ownerId, id));
  const drawn = await db
    .select({ id: images.id, ownerId: images.ownerId })
    .from(images)
    .innerJoin(users, eq(users.id, images.ownerId))
    .where(
      and(
        isNull(images.deletedAt),
        eq(images.favourite, false),
        outlived('keepImages', sql`${images.createdAt}`),
      ),
    )
    .limit(BATCH);
  for (const [ownerId, ofOne] of Map.groupBy(drawn, (image) => image.ownerId))
    await transact(parts, (unit) =>
      deleteImages(
        unit,
        ownerId,
        ofOne.map(({ id }) => id),
      ),
    );
}
