import type { RollCall } from '@aisha/db';
import type { Recognition } from '@aisha/providers';
import { believed } from './believe.ts';
import type { Answer, Piece } from './piece.ts';
import type { Run } from './spread.ts';
import { timedWords } from './words.ts';

/** What was sent of a piece: a sample of the voices first, where there is one, then this much of the recording. */
export interface Sent {
  readonly rollMs: number;
  readonly startMs: number;
  readonly endMs: number;
}

type Heard = Recognition & { readonly kind: 'ok' };

/** Slow speech has 8 characters a second; a text this much shorter than its sound was cut by the server. */
const LEAST_CHARACTERS_PER_SECOND = 2;

/** Servers have been seen to answer 200 with only the beginning of the text. */
export function cutShort(piece: Piece, sent: Sent, { text, durationS }: Heard): boolean {
  const lengthS = (sent.rollMs + sent.endMs - sent.startMs) / 1_000;
  if (durationS !== undefined && durationS > 0 && durationS < lengthS * 0.9 - 2) return true;
  return piece.voicedMs > 10_000 && text.length < (piece.voicedMs / 1_000) * LEAST_CHARACTERS_PER_SECOND;
}

/** An answer without what was made up, its words with times of the recording and speakers of the whole of it. */
export function answerOf(
  recogniser: string,
  piece: Piece,
  sent: Sent,
  rollCall: readonly RollCall[],
  outcome: Heard,
): Answer {
  const { text, segments } = believed(
    { text: outcome.text.trim(), segments: outcome.segments ?? [] },
    { voicedMs: piece.voicedMs + sent.rollMs },
  );
  // As if the sample had been said before the piece began.
  const from = sent.startMs - sent.rollMs;
  const voiced: Run[] = [
    ...(sent.rollMs > 0 ? rollCall.map((one): Run => [from + one.startMs, from + one.endMs]) : []),
    ...(piece.voiced ?? []),
  ];
  const all = timedWords(
    { text, words: outcome.words, segments: segments.length > 0 ? segments : undefined },
    { startMs: from, endMs: sent.endMs, voiced },
  );
  const language = outcome.language ?? null;
  if (sent.rollMs === 0)
    return { text, words: all.map((word) => ofPiece(piece, word)), language, recogniser };
  const names = namesOf(all, from, rollCall);
  const words = all
    .filter(({ startMs, endMs }) => (startMs + endMs) / 2 >= sent.startMs - GAP_MS / 2)
    .map((word) => {
      const name = word.speaker === undefined ? undefined : names.get(word.speaker);
      const said = { ...word, startMs: Math.max(word.startMs, sent.startMs) };
      return name === undefined ? ofPiece(piece, said) : { ...said, speaker: name };
    });
  return { text: words.map((word) => word.text).join(' '), words, language, recogniser };
}

/** Between the sample of the voices and what follows, so that no word of one is taken for the other's. */
export const GAP_MS = 1_000;

/** A speaker's label is of one piece: the same one in the next is somebody else, until a sample says who. */
const ofPiece = <W extends { readonly speaker?: string }>({ index }: Piece, word: W): W =>
  word.speaker === undefined ? word : { ...word, speaker: `${index} ${word.speaker}` };

/** Which label speaks whose sample; the most words decide. */
function namesOf(
  words: Answer['words'],
  from: number,
  rollCall: readonly RollCall[],
): ReadonlyMap<string, string> {
  const votes = new Map<string, Map<string, number>>();
  for (const { startMs, endMs, speaker } of words) {
    const middle = (startMs + endMs) / 2 - from;
    const one = rollCall.find((call) => call.startMs <= middle && middle <= call.endMs);
    if (!one || speaker === undefined) continue;
    const mine = votes.get(speaker) ?? new Map<string, number>();
    mine.set(one.speaker, (mine.get(one.speaker) ?? 0) + 1);
    votes.set(speaker, mine);
  }
  return new Map(
    [...votes].flatMap(([label, mine]) => {
      const [best] = [...mine].toSorted((a, b) => b[1] - a[1]);
      return best ? [[label, best[0]] as const] : [];
    }),
  );
}
