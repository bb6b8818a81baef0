/**
 * Cuts a text into sections of at most `limit` characters, at the ends of lines, else of sentences, else of
 * words. Joined again they are the whole text: nothing is dropped.
 */
export function sectionsOf(text: string, limit: number): string[] {
  const sections: string[] = [];
  let rest = text;
  while (rest.length > limit) {
    const at = cutAt(rest, limit);
    sections.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  if (rest !== '' || sections.length === 0) sections.push(rest);
  return sections;
}

function cutAt(text: string, limit: number): number {
  const window = text.slice(0, limit);
  // Not before the middle: otherwise one early paragraph end would make many tiny sections.
  for (const end of [/\n\s*/g, /[.!?…]["»”)]*\s/g, /\s/g]) {
    const last = [...window.matchAll(end)].at(-1);
    if (last && last.index > limit / 2) return last.index + last[0].length;
  }
  // Never between the halves of a surrogate pair.
  return /[\uD800-\uDBFF]$/.test(window) ? limit - 1 : limit;
}

/** Two minutes of speech: what is said of them is never too long in earnest. */
const SMALLEST = 3_000;

/** Where to cut a text into two smaller ones of about the same length; null when it is too short for that. */
export function halves(text: string): number | null {
  return text.length < 2 * SMALLEST ? null : cutAt(text, Math.ceil(text.length * 0.6));
}
