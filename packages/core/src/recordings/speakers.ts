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
  const count = Math.max(0, ...[...heard].map((one) => one + 1));
  const names = Array.from({ length: count }, (_one, n) => speakerNames?.[n] ?? speakers[n] ?? null);
  return heard.size > 1 || names.some((name) => name !== null) ? names : [];
}
