import { recordingPieces } from '@aisha/db';
import { and, eq, isNull } from 'drizzle-orm';

/** A stretch of a recording that is recognised by itself. */
export type Piece = typeof recordingPieces.$inferSelect;

/** What it says, and who recognised it; the words' times are the recording's. */
export interface Answer {
  readonly text: string;
  readonly words: NonNullable<Piece['words']>;
  readonly language: string | null;
  readonly recogniser: string | null;
}

/** What was answered first, where that was too short for its sound and it is asked for again. */
export const heardBefore = ({ text, words, language, recogniser }: Piece): Answer | null =>
  text === null ? null : { text, words: words ?? [], language, recogniser };

export const isOpen = ({ recordingId, index }: Pick<Piece, 'recordingId' | 'index'>) =>
  and(
    eq(recordingPieces.recordingId, recordingId),
    eq(recordingPieces.index, index),
    isNull(recordingPieces.doneAt),
  );
