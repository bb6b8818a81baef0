/** Text as six-bit symbols: a Cyrillic page (Russian, Kazakh), a Latin page, and any other character by number. */

const SHARED = '0123456789.,!?-:;';
const CYRILLIC = `абвгдежзийклмнопрстуфхцчшщъыьэюяёәғқңөұүһі${SHARED}`;
const LATIN = `abcdefghijklmnopqrstuvwxyz${SHARED}'"()/@_&%+#«»—–…`;
const PAGES: readonly string[] = [CYRILLIC, LATIN];

/** The next letter is a capital. */
const CAPITAL = 61;
/** From here on the other page. */
const OTHER_PAGE = 62;
/** The next four symbols are one code point. */
const CODE_POINT = 63;

/** The longest word that fits: 3 s of sound. */
export const MAX_SYMBOLS = 72;

/** Symbols of one word; throws a RangeError on blank, spaced or overlong ones, which could not come back. */
export function symbolsOfWord(word: string): number[] {
  const text = word.normalize('NFC');
  if (text === '' || /\s/u.test(text)) throw new RangeError(`not one word: ${JSON.stringify(word)}`);
  const symbols: number[] = [];
  let page = 0;
  for (const char of text) {
    const lower = char.toLowerCase();
    const capital = lower !== char && lower.toUpperCase() === char;
    const wanted = capital ? lower : char;
    const here = PAGES[page]?.indexOf(wanted) ?? -1;
    const there = PAGES[1 - page]?.indexOf(wanted) ?? -1;
    if (here < 0 && there < 0) {
      const code = char.codePointAt(0) ?? 0;
      symbols.push(CODE_POINT, (code >> 18) & 63, (code >> 12) & 63, (code >> 6) & 63, code & 63);
      continue;
    }
    if (here < 0) {
      symbols.push(OTHER_PAGE);
      page = 1 - page;
    }
    if (capital) symbols.push(CAPITAL);
    symbols.push(here < 0 ? there : here);
  }
  if (symbols.length > MAX_SYMBOLS) throw new RangeError(`word too long to be spoken: ${word.slice(0, 40)}…`);
  return symbols;
}

/** The word that the symbols spell, or null when they spell none. */
export function wordOfSymbols(symbols: readonly number[]): string | null {
  let word = '';
  let page = 0;
  let capital = false;
  for (let i = 0; i < symbols.length; i += 1) {
    const symbol = symbols[i];
    if (symbol === OTHER_PAGE) page = 1 - page;
    else if (symbol === CAPITAL) capital = true;
    else if (symbol === CODE_POINT) {
      const digits = symbols.slice(i + 1, i + 5);
      const code = digits.reduce((sum, digit) => sum * 64 + digit, 0);
      if (digits.length < 4 || code > 0x10ffff) return null;
      word += String.fromCodePoint(code);
      i += 4;
    } else {
      const char = symbol === undefined ? undefined : PAGES[page]?.[symbol];
      if (char === undefined) return null;
      word += capital ? char.toUpperCase() : char;
      capital = false;
    }
  }
  return word === '' ? null : word;
}
