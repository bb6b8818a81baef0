import { recordings, type Tx } from '@aisha/db';
import { storable } from '@aisha/service';
import { and, desc, eq, isNotNull, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';
import type { Recording } from './recordings.ts';
import type { Transcript } from './transcript.ts';

/**
 * Who speaks, by number: the name that the recording's person gave, else the source's own. Null for a number without a
 * name; empty where all is one voice, for then it goes without saying.
 */
export function speakersOf(
  { speakerNames }: Pick<Recording, 'speakerNames'>,
  { segments, speakers }: Pick<Transcript, 'segments' | 'speakers'>,
): (string | null)[] {
  const heard = new Set(segments.flatMap(({ speaker }) => (speaker === null ? [] : [speaker])));
  const count = [...heard].reduce((most, one) => Math.max(most, one + 1), 0);
  const names = Array.from({ length: count }, (_one, n) => speakerNames?.[n] ?? speakers[n] ?? null);
  return heard.size > 1 || names.some((name) => name !== null) ? names : [];
}

const LONGEST_NAME = 60;
/** So many recordings back names are remembered, and so many of them are offered. */
const REMEMBERED = { recordings: 100, names: 8 };

/** A name as somebody writes it; null when it is none. */
export function readName(text: string): string | null {
  const name = storable(text).replace(/\s+/gu, ' ').trim();
  return /\p{L}/u.test(name) && name.length <= LONGEST_NAME ? name : null;
}

/** Names a speaker, by number: in the transcript, and in every file and document made from now on. */
export async function nameSpeaker(
  { tx }: Unit,
  { id }: Pick<Recording, 'id'>,
  speaker: number,
  name: string,
): Promise<Recording> {
  const [row] = await tx.select().from(recordings).where(eq(recordings.id, id)).for('update');
  const names = row?.speakerNames ?? [];
  const speakerNames = Array.from({ length: Math.max(names.length, speaker + 1) }, (_one, n) =>
    n === speaker ? name : (names[n] ?? null),
  );
  const [named] = await tx
    .update(recordings)
    .set({ speakerNames, indexDueAt: sql`now()` })
    .where(eq(recordings.id, id))
    .returning();
  if (!named) throw new Error('the recording was found a moment ago');
  return named;
}

/** Names that somebody gave to speakers before, the latest first. */
export async function rememberedNames(tx: Pick<Tx, 'select'>, ownerId: number): Promise<string[]> {
  const rows = await tx
    .select({ names: recordings.speakerNames })
    .from(recordings)
    .where(and(eq(recordings.ownerId, ownerId), isNotNull(recordings.speakerNames)))
    .orderBy(desc(recordings.createdAt))
    .limit(REMEMBERED.recordings);
  const names = rows.flatMap((row) => row.names ?? []).filter((name) => name !== null);
  return [...new Set(names)].slice(0, REMEMBERED.names);
}
