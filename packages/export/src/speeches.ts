import type { Spoken } from './blocks.ts';

/** A paragraph is about so long: half a minute of speech. */
const PARAGRAPH = 500;
/** So long a silence begins a new one. */
const SILENCE_MS = 3_000;

/** Segments put together as paragraphs: by speaker, by pauses, and where a sentence ends when one grows long. */
export function speeches(items: readonly Spoken[]): Spoken[] {
  const paragraphs: Spoken[] = [];
  for (const item of items) {
    const last = paragraphs.at(-1);
    const goesOn =
      last !== undefined &&
      last.speaker === item.speaker &&
      item.startMs - last.endMs < SILENCE_MS &&
      (last.text.length < PARAGRAPH ||
        (!/[.!?…]["»”)]*$/u.test(last.text) && last.text.length < 3 * PARAGRAPH));
    if (!goesOn) {
      const { words: _words, ...whole } = item;
      paragraphs.push({ ...whole, text: item.text.trim() });
      continue;
    }
    paragraphs[paragraphs.length - 1] = {
      ...last,
      endMs: Math.max(last.endMs, item.endMs),
      text: `${last.text} ${item.text.trim()}`,
    };
  }
  return paragraphs.filter(({ text }) => text !== '');
}
