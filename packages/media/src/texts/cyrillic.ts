import iconv from 'iconv-lite';
import { PAIRS } from './letter-pairs.ts';

/**
 * In use for Russian and Kazakh before UTF-8 and still on many disks, the more common first: Windows, its two Kazakh
 * variants (PT154 and KZ-1048, also called STRK1048), Unix, DOS, the standard nobody used, Macintosh.
 */
const ENCODINGS = [
  'windows-1251',
  'rk1048',
  'pt154',
  'koi8-u',
  'cp866',
  'iso-8859-5',
  'maccyrillic',
  'cp855',
] as const;

/** Costs in half bits, as in the table of pairs. A letter of neither language, a usual sign, and anything else. */
const FOREIGN_LETTER = 36;
const USUAL_SIGN = 12;
const ODD_SIGN = 34;
/** Frames that DOS draws with letters of its own: lines, and a stroke between two columns. A word in a wrong reading is all corners. */
const FRAME_GOES_ON = 2;
const FRAME_BEGINS = 12;
const CORNER = 24;
/** A capital after a small letter: the wrong reading of some encodings differs in nothing else. */
const CAPITAL_INSIDE = 8;
/** Being rarer than another encoding, so that what is read alike goes to the common one. */
const RARER = 0.5;
/** A reading that costs more than this for each byte is no Cyrillic text. A wrong one costs about 25. */
const MOST = 18;

/** What typographers put between words, in whatever encoding. */
const SIGNS = new Set('«»„“”‘’‚–—…№§•·©®™°±\u00A0\u00AD');

/** Of these, what stands alone: directly before a word it is a capital of another encoding. */
const APART = new Set('—–…•‚№');

type Pairs = ReadonlyMap<string, ReadonlyMap<string, number>>;
const LANGUAGES: readonly Pairs[] = Object.values(PAIRS).map(
  ({ letters, rows }) =>
    new Map(
      Array.from(letters, (first, i) => [
        first,
        new Map(Array.from(letters, (second, j) => [second, Number.parseInt(rows[i]?.[j] ?? 'z', 36)])),
      ]),
    ),
);

/** The encoding in which the bytes are most like Russian or Kazakh, whatever their case; null when in none. */
export function mostPlausible(sample: Buffer): string | null {
  if (!cyrillicShape(sample)) return null;
  let high = 0;
  for (const byte of sample) if (byte >= 0x80) high += 1;
  const text = iconv.decode(sample, 'windows-1251');
  const [best] = ENCODINGS.map((encoding, rank) => ({
    encoding,
    cost: cost(iconv.decode(sample, encoding)) + rank * RARER,
  })).toSorted((a, b) => a.cost - b.cost);
  if (!best || best.cost / high > MOST) return null;
  return isUkrainian(text, best.encoding, sample) ? 'windows-1251' : best.encoding;
}

/** Letters of Kazakh that no letter of Ukrainian is misread as; hardly a line of it is without one. */
const KAZAKH_ALONE = /[қңәөұһ]/iu;
const LINE = 60;

/** Ї and Є stand in Windows where its Kazakh variant has Ү and Ғ. */
function isUkrainian(text: string, encoding: string, sample: Buffer): boolean {
  if (encoding !== 'rk1048' || text.length < LINE || !/[їєґ]/iu.test(text)) return false;
  return !KAZAKH_ALONE.test(iconv.decode(sample, encoding));
}

/** Words of Western languages mix letters of ASCII with others; Cyrillic ones have none of ASCII. */
function cyrillicShape(sample: Buffer): boolean {
  let pure = 0;
  let mixed = 0;
  let high = 0;
  let ascii = 0;
  for (let i = 0; i <= sample.length; i++) {
    const byte = sample[i] ?? 0x20;
    if (byte >= 0x80) high += 1;
    else if ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) ascii += 1;
    else {
      if (high > 0 && ascii === 0) pure += high;
      else if (high > 0) mixed += high;
      high = 0;
      ascii = 0;
    }
  }
  return pure > mixed;
}

/** What everything beyond ASCII costs in the language in which it costs least, in half bits. */
function cost(text: string): number {
  const letters = LANGUAGES.map(() => 0);
  let others = 0;
  let before = ' ';
  let sign = '';
  let wasSmall = false;
  let last = ' ';
  for (const char of text) {
    const isLetter = /\p{L}/u.test(char);
    if (char > '\u007F') {
      if (isFrame(char)) others += frameCost(char, last);
      else if (!isLetter) others += SIGNS.has(char) ? USUAL_SIGN : ODD_SIGN;
      else if (wasSmall && char !== char.toLowerCase()) others += CAPITAL_INSIDE;
    }
    if (isLetter && APART.has(sign)) others += ODD_SIGN - USUAL_SIGN;
    sign = isLetter ? '' : char;
    const after = isLetter ? char.toLowerCase() : ' ';
    if (before > '\u007F' || after > '\u007F')
      for (const [i, pairs] of LANGUAGES.entries())
        letters[i] = (letters[i] ?? 0) + (pairs.get(before)?.get(after) ?? FOREIGN_LETTER);
    before = after;
    last = char;
    wasSmall = isLetter && char !== char.toUpperCase();
  }
  return others + Math.min(...letters);
}

/** Box drawing and block elements. */
const isFrame = (char: string): boolean => char >= '\u2500' && char <= '\u259F';

function frameCost(char: string, last: string): number {
  if (char === last) return FRAME_GOES_ON;
  if (/\s/.test(last)) return FRAME_BEGINS;
  return isFrame(last) ? CORNER : ODD_SIGN;
}
