const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export interface ShortenOptions {
  /** Ends what was shortened and must say so. */
  readonly notice?: string;
  /** What `most` counts: UTF-16 units, which are never fewer than the characters that Telegram counts, or bytes of UTF-8. */
  readonly unit?: 'utf16' | 'bytes';
  /** Cut at the end of a word where one is near; for texts to read. */
  readonly atWord?: boolean;
}

const inUtf16 = (text: string) => text.length;
const inBytes = (text: string) => Buffer.byteLength(text);

/**
 * The one way to shorten a text: to at most `most`, `notice` included, between characters as people see them, so that
 * neither a surrogate pair nor an emoji, a flag or a letter with its marks is cut in two. What is short enough stays.
 */
export function shorten(
  text: string,
  most: number,
  { notice = '…', unit = 'utf16', atWord = false }: ShortenOptions = {},
): string {
  const sizeOf = unit === 'bytes' ? inBytes : inUtf16;
  const clean = text.toWellFormed();
  if (sizeOf(clean) <= most) return clean;
  const room = most - sizeOf(notice);
  if (room <= 0) return '';
  // A character has at least one byte, so what can fit ends here.
  let end = characterStart(clean, room);
  if (unit === 'bytes') end = fittingBytes(clean, end, room);
  const cut = clean.slice(0, end);
  const word = atWord ? cut.search(/\s\S*$/) : -1;
  return (word > end / 2 ? cut.slice(0, word) : cut).trimEnd() + notice;
}

/** Characters as people count them. */
export const charactersOf = (text: string): string[] =>
  Array.from(graphemes.segment(text), ({ segment }) => segment);

/** The last place up to `at` where no pair is cut, and no character, unless it is longer than all the room. */
function characterStart(text: string, at: number): number {
  const start = graphemes.segment(text).containing(at)?.index ?? text.length;
  if (start > 0) return start;
  return isLow(text.charCodeAt(at)) ? at - 1 : at;
}

const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

function fittingBytes(text: string, most: number, bytes: number): number {
  let end = 0;
  let size = 0;
  for (const character of charactersOf(text.slice(0, most))) {
    size += Buffer.byteLength(character);
    if (size > bytes) break;
    end += character.length;
  }
  if (end > 0) return end;
  // One character is longer than all the room.
  for (const point of text.slice(0, most)) {
    if (Buffer.byteLength(text.slice(0, end + point.length)) > bytes) break;
    end += point.length;
  }
  return end;
}
