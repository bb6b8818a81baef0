import { recordings, recordingTags, tags, type Tx } from '@aisha/db';
import { and, count, desc, eq, inArray, isNull, notExists, sql } from 'drizzle-orm';
import { AGAIN } from '../overdue.ts';
import type { Unit } from '../unit.ts';
import { waitsAs } from '../users/turns.ts';
import type { Recording } from '../recordings/recordings.ts';

export type Tag = Pick<typeof tags.$inferSelect, 'id' | 'name'>;

export const LONGEST_TAG = 30;
/** As many as a keyboard shows at a glance. */
export const MOST_TAGS = 30;

/** The tags in what somebody wrote: between commas, with or without `#`; small letters, each once. */
export const tagsIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,;\n]|\s(?=#)/u)
      .map((one) => one.replaceAll('#', '').replace(/\s+/gu, ' ').trim().normalize('NFC').toLowerCase())
      .filter((one) => one !== '' && one.length <= LONGEST_TAG),
  ),
];

type Reading = Pick<Tx, 'select'>;

/** Somebody's tags with how many recordings have each, most used first. */
export const tagsOf = (tx: Reading, ownerId: number): Promise<(Tag & { readonly count: number })[]> =>
  tx
    .select({ id: tags.id, name: tags.name, count: count(recordings.id) })
    .from(tags)
    .innerJoin(recordingTags, eq(recordingTags.tagId, tags.id))
    .innerJoin(
      recordings,
      and(
        eq(recordings.id, recordingTags.recordingId),
        isNull(recordings.deletedAt),
        isNull(recordings.mergedInto),
      ),
    )
    .where(eq(tags.ownerId, ownerId))
    .groupBy(tags.id)
    .orderBy(desc(count(recordings.id)), tags.name)
    .limit(MOST_TAGS);

export const tagsOn = (tx: Reading, recordingId: string): Promise<Tag[]> =>
  tx
    .select({ id: tags.id, name: tags.name })
    .from(recordingTags)
    .innerJoin(tags, eq(tags.id, recordingTags.tagId))
    .where(eq(recordingTags.recordingId, recordingId))
    .orderBy(tags.name);

export async function findTag(tx: Reading, ownerId: number, id: string): Promise<Tag | null> {
  const [tag] = await tx
    .select({ id: tags.id, name: tags.name })
    .from(tags)
    .where(and(eq(tags.id, id), eq(tags.ownerId, ownerId)));
  return tag ?? null;
}

type Tagged = Pick<Recording, 'id' | 'ownerId'>;

/** Puts tags on a recording; how many of them its owner had no room for. */
export async function addTags(unit: Unit, recording: Tagged, names: readonly string[]): Promise<number> {
  const { ownerId } = recording;
  const known = await unit.tx.select({ name: tags.name }).from(tags).where(eq(tags.ownerId, ownerId));
  const room = Math.max(0, MOST_TAGS - known.length);
  const fresh = names.filter((name) => !known.some((one) => one.name === name));
  if (fresh.length > 0 && room > 0)
    await unit.tx
      .insert(tags)
      .values(fresh.slice(0, room).map((name) => ({ ownerId, name })))
      .onConflictDoNothing();
  const found = await unit.tx
    .select({ tagId: tags.id })
    .from(tags)
    .where(and(eq(tags.ownerId, ownerId), inArray(tags.name, [...names])));
  if (found.length > 0)
    await unit.tx
      .insert(recordingTags)
      .values(found.map(({ tagId }) => ({ recordingId: recording.id, tagId })))
      .onConflictDoNothing();
  await tellSearch(unit, recording);
  return Math.max(0, fresh.length - room);
}

/** Puts a tag on a recording or takes it off; one that no recording has any more is gone. */
export async function toggleTag(
  unit: Unit,
  recording: Tagged,
  { id: tagId }: Pick<Tag, 'id'>,
): Promise<void> {
  const off = await unit.tx
    .delete(recordingTags)
    .where(and(eq(recordingTags.recordingId, recording.id), eq(recordingTags.tagId, tagId)))
    .returning({ tagId: recordingTags.tagId });
  if (off.length === 0) await unit.tx.insert(recordingTags).values({ recordingId: recording.id, tagId });
  else
    await unit.tx.delete(tags).where(
      and(
        eq(tags.id, tagId),
        notExists(
          unit.tx
            .select({ one: sql`1` })
            .from(recordingTags)
            .where(eq(recordingTags.tagId, tags.id)),
        ),
      ),
    );
  await tellSearch(unit, recording);
}

async function tellSearch(unit: Unit, { id, ownerId }: Tagged): Promise<void> {
  await unit.tx.update(recordings).set({ indexDueAt: AGAIN }).where(eq(recordings.id, id));
  unit.enqueue('history.index', { recordingId: id }, { by: waitsAs(ownerId) });
}
