import {
  documents,
  historyWords,
  orders,
  type PassageLine,
  passages,
  recordings,
  recordingTags,
  tags,
  type Tx,
} from '@aisha/db';
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { readLines } from '../documents/lines.ts';
import type { WorkerParts } from '../parts.ts';
import type { Recording } from '../recordings/recordings.ts';
import { documentLines, passagesOf } from './passages.ts';
import { kazakhWords, plainWords, soundOf } from './words.ts';

/** A row is written with as many others in one statement; more parameters than PostgreSQL takes would be too many. */
const ROWS = 500;

/** What taking something in needs. */
export type IndexParts = Pick<WorkerParts, 'db'> & {
  readonly storage: Pick<WorkerParts['storage'], 'get'>;
};

/** What is found, and by what else than its own words: who speaks. */
interface Passage {
  readonly lines: readonly PassageLine[];
  readonly besides: string;
  readonly isName: boolean;
}

/**
 * Job: takes a recording into search, or one of the documents over it, in the place of what was there of it. Whoever
 * changes it meanwhile sets `index_due_at` anew, and it is done again.
 */
export async function indexRecording(
  parts: IndexParts,
  { recordingId, documentId }: { readonly recordingId: string; readonly documentId?: string | undefined },
): Promise<void> {
  const [found] = await parts.db
    .select({ recording: recordings, due: sql<string | null>`${recordings.indexDueAt}::text` })
    .from(recordings)
    .where(and(eq(recordings.id, recordingId), isNull(recordings.deletedAt)));
  if (!found || found.recording.transcribedAt === null) return;
  // What was ordered incognito nothing is to be kept of.
  if (await isIncognito(parts, found.recording.ownerId, documentId ?? recordingId)) return;
  if (documentId !== undefined) return indexDocument(parts, found.recording, documentId);
  const { recording, due } = found;
  const said = await saidIn(parts, recording);
  await parts.db.transaction(async (tx) => {
    if (!(await isThere(tx, recordingId))) return;
    await put(tx, recording, null, said);
    await tx
      .update(recordings)
      .set({ indexDueAt: null })
      .where(and(eq(recordings.id, recordingId), sql`${recordings.indexDueAt}::text = ${due}`));
  });
}

const isIncognito = async (
  { db }: Pick<WorkerParts, 'db'>,
  ownerId: number,
  subjectId: string,
): Promise<boolean> =>
  (await db.$count(
    orders,
    and(eq(orders.ownerId, ownerId), eq(orders.subjectId, subjectId), eq(orders.incognito, true)),
  )) > 0;

async function indexDocument(parts: IndexParts, recording: Recording, documentId: string): Promise<void> {
  await parts.db.transaction(async (tx) => {
    if (!(await isThere(tx, recording.id))) return;
    const [document] = await tx
      .update(documents)
      .set({ indexDueAt: null })
      .where(and(eq(documents.id, documentId), eq(documents.recordingId, recording.id)))
      .returning();
    if (!document?.content) return;
    const lines = documentLines(document.content, document.moments ?? {});
    await put(
      tx,
      recording,
      documentId,
      passagesOf(lines).map((one) => ({ lines: one, besides: '', isName: false })),
    );
  });
}

/** Held against whoever deletes it, so that nothing comes back after that. */
async function isThere(tx: Tx, recordingId: string): Promise<boolean> {
  const rows = await tx
    .select({ id: recordings.id })
    .from(recordings)
    .where(and(eq(recordings.id, recordingId), isNull(recordings.deletedAt)))
    .for('update');
  return rows.length > 0;
}

/** Its name and tags, then its lines with who speaks. */
async function saidIn(parts: IndexParts, recording: Recording): Promise<Passage[]> {
  // It is found in the one that it became a part of.
  if (recording.mergedInto !== null) return [];
  const tagged = await parts.db
    .select({ name: tags.name })
    .from(recordingTags)
    .innerJoin(tags, eq(tags.id, recordingTags.tagId))
    .where(eq(recordingTags.recordingId, recording.id));
  const name: Passage = {
    lines: [{ line: null, startMs: null, text: recording.title }],
    besides: tagged.map((tag) => tag.name).join(' '),
    isName: true,
  };
  // What was put together for a digest is found where it was said.
  if (recording.parts !== null && (await partsLeft(parts, recording.id)) === 0) return [name];
  const { lines, speakers } = await readLines(parts, recording);
  const speaking = new Map(lines.map(({ number, speaker }) => [number, speaker]));
  const texts = passagesOf(lines.map(({ number, startMs, text }) => ({ line: number, startMs, text })));
  return [
    name,
    ...texts.map((one): Passage => {
      const heard = new Set(one.map(({ line }) => speaking.get(line ?? 0) ?? null));
      const names = [...heard].map((speaker) => (speaker === null ? '' : (speakers[speaker] ?? '')));
      return { lines: one, besides: names.join(' '), isName: false };
    }),
  ];
}

const partsLeft = ({ db }: Pick<WorkerParts, 'db'>, id: string) =>
  db.$count(recordings, eq(recordings.mergedInto, id));

async function put(
  tx: Tx,
  { id: recordingId, ownerId, chatId, language }: Recording,
  documentId: string | null,
  found: readonly Passage[],
): Promise<void> {
  const of =
    documentId === null
      ? and(eq(passages.recordingId, recordingId), isNull(passages.documentId))
      : eq(passages.documentId, documentId);
  await tx.delete(passages).where(of);
  for (let at = 0; at < found.length; at += ROWS)
    await tx.insert(passages).values(
      found.slice(at, at + ROWS).map(({ lines, besides, isName }) => ({
        ownerId,
        chatId,
        recordingId,
        documentId,
        lines,
        words: vectorOf(`${lines.map(({ text }) => text).join(' ')} ${besides}`, language, isName),
      })),
    );
  await learnWords(tx, { ownerId, chatId }, of);
}

/** Russian's dictionary takes Latin letters for English. A name weighs more than what is said. */
function vectorOf(text: string, language: string | null, isName: boolean): SQL {
  const words = sql`to_tsvector('russian', ${plainWords(text)})`;
  const kazakh = kazakhWords(text, language);
  const all = kazakh === '' ? words : sql`${words} || to_tsvector('simple', ${kazakh})`;
  return isName ? sql`setweight(${all}, 'A')` : all;
}

/** Longer ones are no words. */
const LONGEST_WORD = 40;
/**
 * Of one recording; a long novel has as many stems. They are there to guess by: what is not among them is found all the same
 * by whoever writes it as it was said.
 */
const MOST_LEARNED = 20_000;

async function learnWords(
  tx: Tx,
  { ownerId, chatId }: Pick<Recording, 'ownerId' | 'chatId'>,
  of: SQL | undefined,
): Promise<void> {
  const { rows } = await tx.execute<{ word: string }>(sql`
    select distinct word from ${passages}, unnest(tsvector_to_array(${passages.words})) word
    where ${of} and length(word) between 2 and ${LONGEST_WORD} limit ${MOST_LEARNED}`);
  // In their order, so that two who learn the same do not wait for each other.
  const known = rows
    .map(({ word }) => ({ ownerId, chatId, word, sound: soundOf(word) }))
    .toSorted((a, b) => (a.sound + a.word < b.sound + b.word ? -1 : 1));
  for (let at = 0; at < known.length; at += 2_000)
    await tx
      .insert(historyWords)
      .values(known.slice(at, at + 2_000))
      .onConflictDoNothing();
}
