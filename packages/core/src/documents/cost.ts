import { type DocumentDefinition, WHOLE_TEXT } from './kinds/kind.ts';

/** What a call reads and what it answers, in characters. */
export interface Volume {
  readonly read: number;
  readonly written: number;
}

/** Numbers before the lines; names of fields, quotes and brackets around an answer. */
const AROUND = 1.1;
/** What is told to the model beside the text: the form, the rules, an instruction of one's own. */
const TOLD = 4_000;
/** More is not written within a call's time; then it is asked for in smaller pieces. */
const LONGEST_ANSWER = WHOLE_TEXT * 1.2;

/** The most that one call for a document may come to. */
export const volumeOf = ({ writes }: Pick<DocumentDefinition, 'writes'>, characters: number): Volume => ({
  read: characters * AROUND + TOLD,
  written: Math.min(characters * writes * AROUND, LONGEST_ANSWER),
});

/** The most that a whole document over so many characters may come to, its merging included; what is asked for twice is not. */
export function wholeVolume(kind: DocumentDefinition, characters: number): Volume {
  const sections = Math.ceil(characters / kind.sectionCharacters);
  let level = Array.from({ length: sections }, () =>
    volumeOf(kind, Math.min(characters, kind.sectionCharacters)),
  );
  const calls = [...level];
  while (kind.merge === 'by-model' && level.length > 1) {
    // As few at once as may be, which makes most levels.
    const pairs = Math.floor(level.length / 2);
    const merged = Array.from({ length: pairs }, (_, n): Volume => {
      const read = (level[2 * n]?.written ?? 0) + (level[2 * n + 1]?.written ?? 0);
      return { read: read + TOLD, written: Math.min(read, LONGEST_ANSWER) };
    });
    calls.push(...merged);
    level = [...merged, ...level.slice(2 * pairs)];
  }
  return calls.reduce((sum, one) => ({ read: sum.read + one.read, written: sum.written + one.written }), {
    read: 0,
    written: 0,
  });
}
