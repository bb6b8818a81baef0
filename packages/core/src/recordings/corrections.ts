import { type Correction, recordings, type Segment } from '@aisha/db';
import { storable } from '@aisha/service';
import { eq, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';
import { textOf } from './cues.ts';
import type { Recording } from './recordings.ts';
import { transcriptInRow } from './transcript.ts';

/** A place in a recording's text that the recogniser doubts. */
export interface Unsure {
  readonly segment: number;
  /** Which of the segment's. */
  readonly index: number;
  readonly text: string;
}

/** Every word of a recording that its recogniser doubts, in their order. */
export const doubtsOf = ({ segments }: Pick<Recording, 'segments'>): Unsure[] =>
  (segments ?? []).flatMap(({ text, unsure = [] }, segment) =>
    unsure.map(({ from, to }, index) => ({ segment, index, text: text.slice(from, to) })),
  );

/** What a segment's text becomes; `unsure`: what is doubted in it still. */
export interface Corrected {
  readonly segment: number;
  readonly text: string;
  readonly unsure?: NonNullable<Segment['unsure']>;
}

/** Puts the text of segments right: in the row at once, and over the transcript from now on. */
export async function correctRecording(
  { tx }: Unit,
  { id }: Pick<Recording, 'id'>,
  changes: readonly Corrected[],
): Promise<Recording> {
  const [row] = await tx.select().from(recordings).where(eq(recordings.id, id)).for('update');
  if (!row) throw new Error('the recording was found a moment ago');
  const changed = new Map(changes.map((one) => [one.segment, { ...one, text: storable(one.text).trim() }]));
  const segments = (row.segments ?? []).map((segment, at): Segment => {
    const change = changed.get(at);
    if (!change) return segment;
    const { unsure: _before, ...kept } = segment;
    return { ...kept, text: change.text, ...(change.unsure?.length ? { unsure: change.unsure } : {}) };
  });
  const corrections = new Map<number, Correction>(
    (row.corrections ?? []).map((one) => [one.segment, one] as const),
  );
  for (const [segment, { text }] of changed) corrections.set(segment, { segment, text });
  const [corrected] = await tx
    .update(recordings)
    .set({
      segments,
      corrections: [...corrections.values()],
      // Search finds the words that stand there now.
      indexDueAt: sql`now()`,
      text: textOf(transcriptInRow({ ...row, segments })),
    })
    .where(eq(recordings.id, id))
    .returning();
  if (!corrected) throw new Error('the recording was found a moment ago');
  return corrected;
}

/** What stands in the place of a doubted word; null: the recogniser was right. The others of the segment stay doubted. */
export function settled(
  { segments }: Pick<Recording, 'segments'>,
  { segment, index }: Pick<Unsure, 'segment' | 'index'>,
  word: string | null,
): Corrected | null {
  const said = segments?.[segment];
  const place = said?.unsure?.[index];
  if (!said || !place) return null;
  const put = word ?? said.text.slice(place.from, place.to);
  const grown = put.length - (place.to - place.from);
  return {
    segment,
    text: said.text.slice(0, place.from) + put + said.text.slice(place.to),
    unsure: (said.unsure ?? []).flatMap((one, n) =>
      n === index ? [] : [one.from > place.from ? { from: one.from + grown, to: one.to + grown } : one],
    ),
  };
}
