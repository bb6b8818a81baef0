import { shorten } from '@aisha/service';
import { recordings } from '@aisha/db';
import { objectKey, type Storage } from '@aisha/storage';
import { inArray } from 'drizzle-orm';
import type { Found } from './mapping.ts';
import type { People, Target } from './people.ts';
import type { Row, Source } from './source.ts';
import { Tally } from './tally.ts';
import { date, idOf, number, text } from './values.ts';

/** Texts put into the bucket at once. */
const AT_ONCE = 8;

type NewRecording = typeof recordings.$inferInsert & { readonly id: string; readonly text: string };

/**
 * Transcripts, as recordings whose sound is gone: they stand in the history, documents can be made from them.
 * @param storage null: nothing is put into the bucket
 */
export async function importTranscripts(
  target: Target,
  source: Source,
  found: Found,
  people: People,
  storage: Storage | null,
): Promise<Tally> {
  const tally = new Tally('transcripts');
  for await (const rows of source.rows(found)) {
    const read = rows.flatMap((row) => {
      tally.read += 1;
      const ownerId = people.ownerOf(found.columns['userId'], row['userId']);
      const one = ownerId === null ? 'of nobody who was imported' : asRecording(row, ownerId);
      if (typeof one !== 'string') return [one];
      tally.leaveOut(one);
      return [];
    });
    if (read.length === 0) continue;
    const ids = read.map(({ id }) => id);
    const present = await target
      .select({ id: recordings.id })
      .from(recordings)
      .where(inArray(recordings.id, ids));
    const there = new Set(present.map(({ id }) => id));
    const fresh = read.filter(({ id }) => !there.has(id));
    tally.there += read.length - fresh.length;
    for (let at = 0; at < fresh.length; at += AT_ONCE) {
      const some = fresh.slice(at, at + AT_ONCE);
      // Objects first: a row whose text is not in the bucket would be a dead button.
      if (storage) await Promise.all(some.map((one) => putText(storage, one)));
      await target.insert(recordings).values(some).onConflictDoNothing();
      tally.added += some.length;
    }
  }
  return tally;
}

function putText(storage: Storage, recording: NewRecording): Promise<void> {
  return storage.put('transcripts', keyOf(recording.ownerId, recording.id), Buffer.from(recording.text), {
    contentType: 'text/plain; charset=utf-8',
  });
}

const keyOf = (ownerId: number, id: string) => objectKey(ownerId, 'recordings', id, 'transcript.txt');

/** A row as ours, or why it is left out. */
function asRecording(row: Row, ownerId: number): NewRecording | string {
  const oldId = text(row['id']);
  // PostgreSQL takes no zero bytes, and neither did the older one.
  const said = text(row['text']);
  if (oldId === null) return 'no id';
  if (said === null) return 'no text in the row';
  const id = idOf('transcript', oldId);
  const seconds = number(row['seconds']);
  const createdAt = date(row['createdAt']) ?? new Date();
  return {
    id,
    ownerId,
    chatId: ownerId,
    messageId: 0,
    source: 'audio',
    fileId: '',
    title: shorten((text(row['title']) ?? said).replace(/\s+/g, ' '), 120),
    durationMs: seconds === null || seconds < 0 ? null : Math.round(seconds * 1_000),
    language: text(row['language'])?.slice(0, 2).toLowerCase() ?? null,
    text: said,
    segments: [],
    transcriptKey: keyOf(ownerId, id),
    createdAt,
    transcribedAt: createdAt,
  };
}
