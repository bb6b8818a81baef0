import { stripVTControlCharacters } from 'node:util';

/** A text has a stray one here and there; more than this share of them is a program, a picture or noise. */
const MOST = 0.05;
/** In a very short text a share says nothing. */
const FEW = 8;

/** One kind of line end and no control characters; null when there are so many that it is no text. */
export function withoutControls(text: string): string | null {
  // What an editor of the eighties put at the end, and padding.
  let end = text.length;
  while (text[end - 1] === '\u001A' || text[end - 1] === '\0') end -= 1;
  const whole = text.slice(0, end);
  if (whole.includes('\0')) return null;
  const plain = stripVTControlCharacters(whole).replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, '\n');
  const clean = plain.replaceAll(/(?![\t\n\f\v])[\p{Cc}\uFEFF\uFFFE\uFFFF]/gu, '');
  const stray = plain.length - clean.length;
  return stray > FEW && stray > plain.length * MOST ? null : clean;
}
