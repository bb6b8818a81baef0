import type { PieceWord } from '@aisha/db';
import { plainWord } from './words.ts';

/** What was heard in one piece's sound, in its order. */
export interface HeardPiece {
  readonly startMs: number;
  readonly endMs: number;
  readonly audioStartMs: number;
  readonly audioEndMs: number;
  readonly words: readonly PieceWord[];
}

/** Times that were worked out may be wrong by this much. */
const SLACK_MS = 3_000;

/**
 * The words of each piece without what its neighbours heard too: where two pieces hold the same sound (they were cut in the
 * middle of speech), they are joined in the middle of the words that both heard. Nothing is lost, nothing is twice.
 */
export function withoutOverlaps(pieces: readonly HeardPiece[]): PieceWord[][] {
  const kept = pieces.map(({ words }) => [...words]);
  for (const [n, after] of pieces.entries()) {
    const before = pieces[n - 1];
    const left = kept[n - 1];
    const right = kept[n];
    if (!before || !left || !right || before.audioEndMs <= after.audioStartMs) continue;
    const [keep, skip] = seam(left, right, after.audioStartMs, before.audioEndMs, before.endMs);
    left.splice(keep);
    right.splice(0, skip);
  }
  return kept;
}

/** How many words of the left to keep, and how many of the right to leave out. */
function seam(
  left: readonly PieceWord[],
  right: readonly PieceWord[],
  fromMs: number,
  toMs: number,
  cutMs: number,
): [number, number] {
  const tail = left.findIndex(({ endMs }) => endMs > fromMs - SLACK_MS);
  const first = tail < 0 ? left.length : tail;
  const beyond = right.findIndex(({ startMs }) => startMs > toMs + SLACK_MS);
  const head = beyond < 0 ? right.length : beyond;
  let best = { score: 0, at: -1, on: -1, length: 0 };
  for (let at = first; at < left.length; at++)
    for (let on = 0; on < head; on++) {
      let length = 0;
      while (at + length < left.length && on + length < head && same(left[at + length], right[on + length]))
        length += 1;
      if (length === 0) continue;
      const apart = Math.abs(middle(left[at]) - middle(right[on]));
      // One word said again and again is no sign of itself: different words count, and when they are said.
      const different = new Set(left.slice(at, at + length).map(({ text }) => plainWord(text))).size;
      const score = apart > 2 * SLACK_MS ? 0 : different - apart / 1_500 + length / 1_000;
      if (score > best.score) best = { score, at, on, length };
    }
  if (best.length > 0) {
    const half = Math.ceil(best.length / 2);
    return [best.at + half, best.on + half];
  }
  const keep = left.findIndex((word) => middle(word) > cutMs);
  const skip = right.findIndex((word) => middle(word) > cutMs);
  return [keep < 0 ? left.length : keep, skip < 0 ? right.length : skip];
}

const middle = (word: PieceWord | undefined): number => ((word?.startMs ?? 0) + (word?.endMs ?? 0)) / 2;

function same(one: PieceWord | undefined, other: PieceWord | undefined): boolean {
  const word = plainWord(one?.text ?? '');
  return word !== '' && word === plainWord(other?.text ?? '');
}
