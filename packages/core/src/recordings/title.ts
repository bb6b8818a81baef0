import { type Recording } from './recordings.ts';
import { recordings, type TitleSource, type Tx } from '@aisha/db';
import { shorten, storable } from '@aisha/service';
import { and, eq, isNull, ne, or, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';

/** As much as stands on a button. */
const LONGEST_WORDS = 60;
export const TITLE_LENGTH = 120;

/** The first sentence of a text, or its beginning; null where nothing can be read in it. */
export function firstWords(text: string): string | null {
  const line = text.trim().replace(/\s+/gu, ' ');
  const [sentence = ''] = line.split(/(?<=[.!?…])\s/u);
  // «Да.» says less than what follows.
  const said = sentence.split(' ').length > 2 ? sentence : line;
  const title = shorten(said.replace(/[.]$/u, ''), LONGEST_WORDS, { notice: '…', atWord: true });
  return /\p{L}/u.test(title) ? title : null;
}

/** How phones and messengers call what they record. */
const MADE_UP =
  /^(?:aud(?:io)?|vid(?:eo)?|voice|message|rec(?:ord(?:ing|er)?)?|new|file|document|untitled|ptt|wa|img|mov|whatsapp|telegram|at|am|pm|sound|memo|note|аудио|видео|голос(?:овое)?|сообщение|запись|новая|диктофон|файл|документ|без|названия|звук|жазба|дауыс|жаңа|файлы|бейне|[a-z]|[a-f0-9]{8,})$/iu;

/** A file's name that a machine gave it: dates, numbers, «Новая запись 12», AUD-20261127-WA0001. */
export const saysNothing = (fileName: string): boolean =>
  (
    fileName
      .replace(/\.[\p{L}\p{N}]{1,5}$/u, '')
      .split(/[^\p{L}\p{N}]+/u)
      .flatMap((one) => (/^[a-f0-9]{8,}$/iu.test(one) ? [one] : (one.match(/\p{L}+/gu) ?? []))) ?? []
  ).every((word) => MADE_UP.test(word));

/** A title as somebody writes it; null when it is none. */
export function readTitle(text: string): string | null {
  const title = storable(text).replace(/\s+/gu, ' ').trim();
  return /[\p{L}\p{N}]/u.test(title) && title.length <= TITLE_LENGTH ? title : null;
}

/** Its person calls a recording this; nothing replaces it. */
export async function renameRecording(
  { tx }: Unit,
  { id, ownerId }: Pick<Recording, 'id' | 'ownerId'>,
  title: string,
): Promise<Recording | null> {
  const [row] = await tx
    .update(recordings)
    .set({ title, titleFrom: 'person', indexDueAt: sql`now()` })
    .where(and(eq(recordings.id, id), eq(recordings.ownerId, ownerId), isNull(recordings.deletedAt)))
    .returning();
  return row ?? null;
}

/** What it was found to be about, unless its person named it. */
export async function proposeTitle(
  tx: Pick<Tx, 'update'>,
  recordingId: string,
  title: string,
  titleFrom: Exclude<TitleSource, 'person'>,
): Promise<void> {
  const known = readTitle(title);
  if (known === null) return;
  await tx
    .update(recordings)
    .set({ title: known, titleFrom, indexDueAt: sql`now()` })
    .where(
      and(
        eq(recordings.id, recordingId),
        or(isNull(recordings.titleFrom), ne(recordings.titleFrom, 'person')),
      ),
    );
}
