import { type Db, documents, type Place, recordings, users } from '@aisha/db';
import type { Task } from '@aisha/export';
import { and, eq, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import { notify } from '../notifications/notifications.ts';
import { BATCH } from '../overdue.ts';
import type { DeciderParts } from '../parts.ts';
import { HOME_ZONE } from '../settings/catalogue.ts';
import { settingsIn, settingsOf } from '../settings/settings.ts';
import { transact, type Unit } from '../unit.ts';
import type { Document } from './documents.ts';
import { documentBlocks } from './kinds/index.ts';

/** In the morning of the day, where its person is: the same hour as in the calendar that can be had of it. */
const HOUR = '09:00';

type Dated = Pick<Document, 'kind' | 'content' | 'done'>;

const openTasks = (document: Dated): readonly (Task & { readonly dueDate: string })[] =>
  (documentBlocks(document) ?? [])
    .flatMap((block) => (block.block === 'tasks' ? block.items : []))
    .flatMap((task) => (task.done || task.dueDate === null ? [] : [{ ...task, dueDate: task.dueDate }]));

/** What of a document is to be done on this day (YYYY-MM-DD) and is not done yet. */
export const tasksDueOn = (document: Dated, day: string): readonly Task[] =>
  openTasks(document).filter(({ dueDate }) => dueDate === day);

/** The next morning on which something is to be done, in that time zone, behind the day that was told of; null: there is none. */
async function nextMorning(
  { tx }: Pick<Unit, 'tx'>,
  document: Dated,
  zone: string,
  told = '',
): Promise<Date | null> {
  const days = [...new Set(openTasks(document).map(({ dueDate }) => dueDate))].filter((day) => day > told);
  if (days.length === 0) return null;
  const { rows } = await tx.execute<{ at: string | null }>(sql`
    select min(at) as at from (
      select (day::date + ${HOUR}::time) at time zone ${zone} as at
      from unnest(${sql.param(days)}::text[]) as day where pg_input_is_valid(day, 'date')
    ) mornings where at > now()`);
  const at = rows[0]?.at ?? null;
  return at === null ? null : new Date(at);
}

/**
 * Its person is reminded of a document's tasks on their days, where they asked for it. When that is for the first time;
 * null: no day is to come, so there is nothing to remind of.
 */
export async function remindOf(
  unit: Unit,
  document: Pick<Document, 'id' | 'ownerId'> & Dated,
  place: Place,
): Promise<Date | null> {
  const { timeZone } = await settingsOf(unit.tx, document.ownerId);
  const remindAt = await nextMorning(unit, document, timeZone ?? HOME_ZONE);
  await unit.tx
    .update(documents)
    .set({ remindAt, remindChatId: place.chatId, remindThreadId: place.threadId ?? null })
    .where(eq(documents.id, document.id));
  return remindAt;
}

/** No more. */
export async function forgetReminders({ tx }: Pick<Unit, 'tx'>, { id }: Pick<Document, 'id'>): Promise<void> {
  await tx.update(documents).set({ remindAt: null }).where(eq(documents.id, id));
}

/** Somebody is in another time zone now: their mornings are others. */
export async function moveReminders(unit: Pick<Unit, 'tx'>, userId: number): Promise<void> {
  const waiting = await unit.tx
    .select()
    .from(documents)
    .where(and(eq(documents.ownerId, userId), isNotNull(documents.remindAt)))
    .for('update');
  const { timeZone } = await settingsOf(unit.tx, userId);
  for (const document of waiting)
    await unit.tx
      .update(documents)
      .set({ remindAt: await nextMorning(unit, document, timeZone ?? HOME_ZONE) })
      .where(eq(documents.id, document.id));
}

/**
 * Owes the reminders whose morning has come, each once: its key is the document and the day, and it is kept in the
 * transaction that moves the row on. What was done meanwhile is not told, and neither is what is blocked or deleted.
 */
export async function sweepReminders(parts: DeciderParts): Promise<number> {
  const due = await parts.db
    .select({ id: documents.id })
    .from(documents)
    .where(lt(documents.remindAt, sql`now()`))
    .limit(BATCH);
  for (const { id } of due) await transact(parts, (unit) => remind(unit, id));
  return due.length;
}

async function remind(unit: Unit, id: string): Promise<void> {
  const [document] = await unit.tx
    .select()
    .from(documents)
    .where(and(eq(documents.id, id), lt(documents.remindAt, sql`now()`)))
    .for('update', { skipLocked: true });
  if (!document?.remindAt) return;
  const [person] = await unit.tx.select().from(users).where(eq(users.id, document.ownerId));
  const zone = (person && settingsIn(person).timeZone) ?? HOME_ZONE;
  const day = dayIn(zone, document.remindAt);
  if (person && !person.blockedAt && tasksDueOn(document, day).length > 0)
    await notify(
      unit,
      { userId: document.ownerId, chatId: document.remindChatId ?? document.ownerId },
      `tasks:${id}:${day}`,
      { kind: 'tasks.due', data: { documentId: id, day, threadId: document.remindThreadId } },
    );
  const remindAt = await nextMorning(unit, document, zone, day);
  await unit.tx.update(documents).set({ remindAt }).where(eq(documents.id, id));
}

/** Which day it is somewhere, as YYYY-MM-DD. */
export const dayIn = (zone: string, at: Date): string =>
  new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at);

/** A document of which something is told, unless it or its recording was deleted. */
export async function findDue(db: Pick<Db, 'select'>, id: string): Promise<Document | null> {
  const [found] = await db
    .select({ document: documents })
    .from(documents)
    .innerJoin(recordings, eq(recordings.id, documents.recordingId))
    .where(and(eq(documents.id, id), isNull(recordings.deletedAt)));
  return found?.document ?? null;
}
