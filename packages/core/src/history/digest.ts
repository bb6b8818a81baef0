import { groupDigests, type Language, type Place, recordings, type Tx, users } from '@aisha/db';
import { and, asc, eq, gt, isNotNull, isNull, lt, ne, sql } from 'drizzle-orm';
import { type Document, orderDocument } from '../documents/documents.ts';
import { type Placed, priceOf, creditsFor } from '../orders/orders.ts';
import { BATCH } from '../overdue.ts';
import type { DeciderParts } from '../parts.ts';
import { transact, type Unit } from '../unit.ts';
import { keepMergedText } from './merge.ts';

/** More of a day is not taken: the oldest ones are. */
const MOST_OF_A_DAY = 100;
/** Kazakhstan's time, as the texts tell it: one for all of it, without summer time. */
const HOURS_AHEAD = 5;
const DAY_MS = 86_400_000;

type Digest =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'written'; readonly document: Document }
  | Placed;

/**
 * Orders a digest of what was recorded in a group within a day: a document over all of it together. Who orders it pays;
 * the recordings themselves stay as they are, each its owner's.
 */
export async function orderDigest(
  unit: Unit,
  {
    ownerId,
    title,
    language,
    agreed,
    ...place
  }: Place & {
    readonly ownerId: number;
    readonly title: string;
    readonly language: Language;
    /** Whatever it costs: an administrator has agreed to it for every day. */
    readonly agreed: boolean;
  },
): Promise<Digest> {
  const heard = await unit.tx
    .select()
    .from(recordings)
    .where(
      and(
        eq(recordings.chatId, place.chatId),
        gt(recordings.createdAt, sql`now() - interval '1 day'`),
        isNotNull(recordings.transcribedAt),
        isNull(recordings.deletedAt),
        ne(recordings.source, 'merged'),
      ),
    )
    .orderBy(asc(recordings.createdAt), asc(recordings.id))
    .limit(MOST_OF_A_DAY);
  if (heard.length === 0) return { kind: 'nothing' };
  const recording = await keepMergedText(unit, heard, { ownerId, title, chatId: place.chatId });
  const input = { kind: 'digest', characters: recording.text?.length ?? 0 };
  const ordered = await orderDocument(unit, recording, 'digest', language, {
    ...place,
    ...(agreed ? { shown: creditsFor(priceOf(unit, 'document', input)) } : {}),
  });
  if (ordered.kind === 'refused') await unit.tx.delete(recordings).where(eq(recordings.id, recording.id));
  return ordered;
}

/** When it is that hour next. */
export function nextAt(hour: number, now: Date): Date {
  const at = new Date(now);
  at.setUTCHours(hour - HOURS_AHEAD, 0, 0, 0);
  while (at <= now) at.setTime(at.getTime() + DAY_MS);
  while (at.getTime() - now.getTime() > DAY_MS) at.setTime(at.getTime() - DAY_MS);
  return at;
}

/** At which hour a group has its digest every day; null: it has none. */
export async function digestHour(tx: Pick<Tx, 'select'>, chatId: number): Promise<number | null> {
  const [row] = await tx
    .select({ hour: groupDigests.hour })
    .from(groupDigests)
    .where(eq(groupDigests.chatId, chatId));
  return row?.hour ?? null;
}

/** A digest of every day at that hour from now on, in the name of this administrator; null: none any more. */
export async function scheduleDigest(
  { tx }: Unit,
  { chatId, threadId = null }: Place,
  userId: number,
  hour: number | null,
): Promise<void> {
  if (hour === null) {
    await tx.delete(groupDigests).where(eq(groupDigests.chatId, chatId));
    return;
  }
  const wanted = { threadId, userId, hour, nextAt: nextAt(hour, new Date()) };
  await tx
    .insert(groupDigests)
    .values({ chatId, ...wanted })
    .onConflictDoUpdate({ target: groupDigests.chatId, set: wanted });
}

/** Orders the digests of groups whose hour has come; a day on which nothing was said has none. */
export async function sweepDigests(parts: DeciderParts): Promise<number> {
  const due = await parts.db
    .select({ chatId: groupDigests.chatId })
    .from(groupDigests)
    .where(lt(groupDigests.nextAt, sql`now()`))
    .limit(BATCH);
  for (const { chatId } of due)
    await transact(parts, async (unit) => {
      const [row] = await unit.tx
        .select()
        .from(groupDigests)
        .where(and(eq(groupDigests.chatId, chatId), lt(groupDigests.nextAt, sql`now()`)))
        .for('update', { skipLocked: true });
      if (!row) return;
      await unit.tx
        .update(groupDigests)
        .set({ nextAt: nextAt(row.hour, new Date()) })
        .where(eq(groupDigests.chatId, chatId));
      const [person] = await unit.tx
        .select()
        .from(users)
        .where(eq(users.id, row.userId))
        .for('no key update');
      if (!person || person.blockedAt) return;
      await orderDigest(unit, {
        chatId,
        threadId: row.threadId,
        ownerId: row.userId,
        title: `📰 ${new Date(Date.now() + HOURS_AHEAD * 3_600_000).toISOString().slice(0, 10)}`,
        language: person.language,
        agreed: true,
      });
    });
  return due.length;
}
