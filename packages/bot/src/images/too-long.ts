import { PROMPT_MAX } from '@aisha/core';

/** The pieces of a text that was too long to be sent at once are sent within this time of each other. */
const PIECES_MS = 3_000;
/** Clients cut a text at 4,096 characters, between words; what is shorter was written so, or is the last piece. */
const PIECE_LENGTH = 3_500;

export interface TooLong {
  /** Not yet told: it is no piece of what was told of already. */
  readonly isNew: boolean;
  /** Until when more of the same text may come counts from here, in milliseconds; undefined: nothing more comes. */
  readonly at: number | undefined;
}

/**
 * Whether words are too long for a description, or the rest of such: half a sentence that nobody wanted drawn. Told of once,
 * with the limit. Null where they can be taken, as whatever comes after the last piece can.
 */
export function tooLong(words: string, before: number | undefined, sent: Date): TooLong | null {
  const at = sent.getTime();
  const isRest = before !== undefined && at - before <= PIECES_MS;
  if (!isRest && Array.from(words).length <= PROMPT_MAX) return null;
  return { isNew: !isRest, at: words.length >= PIECE_LENGTH ? at : undefined };
}
