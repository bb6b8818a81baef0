/**
 * Ways in which disguised words may be meant: letters of another alphabet that look the same, digits and signs for letters,
 * letters with spaces or dots between them, Russian and Kazakh in Latin letters. A rule that is held against each of them
 * cannot be passed by writing oddly. In small letters, with ё as е and Kazakh's own letters as their Russian neighbours.
 */
export function readings(text: string): readonly string[] {
  const plain = folded(text);
  const joined = [plain, plain.replace(APART, withoutGaps), plain.replace(CUT, '')].map((one) =>
    one.replace(/(\p{L})\1{2,}/gu, '$1'),
  );
  const spelled = joined.flatMap((one) => [
    one,
    one.replace(SIGNS, (word) => (DISGUISED.test(word) ? spell(word, DIGITS_LATIN) : word)),
    one.replace(SIGNS, (word) => (DISGUISED.test(word) ? spell(word, DIGITS_CYRILLIC) : word)),
  ]);
  const inOne = spelled.flatMap((one) => [
    one,
    one.replace(WORD, (word) => (isMixed(word) ? spell(word, TO_CYRILLIC) : word)),
    one.replace(WORD, (word) => (isMixed(word) ? spell(word, TO_LATIN) : word)),
  ]);
  return [...new Set([...inOne, ...inOne.map(fromLatin)])];
}

/** What cannot be seen, marks above letters and the difference between alike letters of one alphabet are nothing. */
const folded = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Cf}\p{Mn}]/gu, '')
    .replace(/[ёіүұқөәғңһ]/gu, (letter) => NEIGHBOURS[letter] ?? letter);

const NEIGHBOURS: Readonly<Record<string, string>> = {
  ё: 'е',
  і: 'и',
  ү: 'у',
  ұ: 'у',
  қ: 'к',
  ө: 'о',
  ә: 'а',
  ғ: 'г',
  ң: 'н',
  һ: 'х',
};

/** Four letters or more with something between each. */
const APART = /(?<![\p{L}\p{N}])[\p{L}\p{N}@$](?:[\s._*|/+-]{1,3}[\p{L}\p{N}@$](?![\p{L}\p{N}])){3,}/gu;
/** A wider gap stands between words. */
const withoutGaps = (run: string): string =>
  run
    .replace(/\s{2,}/g, '\u0000')
    .replace(/[\s._*|/+-]/g, '')
    .replaceAll('\u0000', ' ');
/** Signs within a word. */
const CUT = /(?<=\p{L})[-._*·’`"|/\\+]+(?=\p{L})/gu;

const WORD = /\p{L}+/gu;
const SIGNS = /[\p{L}\d@$!]+/gu;
/** Digits or signs stand among its letters. */
const DISGUISED = /\p{L}[\d@$!]|[\d@$!]\p{L}/u;
const isMixed = (word: string): boolean =>
  /\p{Script=Latin}/u.test(word) && /\p{Script=Cyrillic}/u.test(word);

const spell = (word: string, by: Readonly<Record<string, string>>): string =>
  Array.from(word, (sign) => by[sign] ?? sign).join('');

const DIGITS_LATIN = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's', '!': 'i' };
const DIGITS_CYRILLIC = { 0: 'о', 1: 'и', 3: 'з', 4: 'ч', 6: 'б', 8: 'в', '@': 'а', $: 'с' };
const TO_CYRILLIC = {
  a: 'а',
  b: 'в',
  c: 'с',
  e: 'е',
  h: 'н',
  k: 'к',
  m: 'м',
  o: 'о',
  p: 'р',
  t: 'т',
  x: 'х',
  y: 'у',
  i: 'и',
  u: 'и',
};
const TO_LATIN = {
  а: 'a',
  в: 'b',
  с: 'c',
  е: 'e',
  н: 'h',
  к: 'k',
  м: 'm',
  о: 'o',
  р: 'p',
  т: 't',
  х: 'x',
  у: 'y',
  и: 'i',
};

/** Latin letters as people write Russian and Kazakh with them, the longest first. */
const TRANSLITERATED: Readonly<Record<string, string>> = {
  shch: 'щ',
  sch: 'щ',
  zh: 'ж',
  kh: 'х',
  ts: 'ц',
  ch: 'ч',
  sh: 'ш',
  yu: 'ю',
  ju: 'ю',
  ya: 'я',
  ja: 'я',
  yo: 'е',
  ye: 'е',
  a: 'а',
  b: 'б',
  c: 'к',
  d: 'д',
  e: 'е',
  f: 'ф',
  g: 'г',
  h: 'х',
  i: 'и',
  j: 'ж',
  k: 'к',
  l: 'л',
  m: 'м',
  n: 'н',
  o: 'о',
  p: 'п',
  q: 'к',
  r: 'р',
  s: 'с',
  t: 'т',
  u: 'у',
  v: 'в',
  w: 'в',
  x: 'х',
  y: 'ы',
  z: 'з',
  "'": 'ь',
};
const LATIN = new RegExp(Object.keys(TRANSLITERATED).join('|'), 'g');
const fromLatin = (text: string): string => text.replace(LATIN, (sign) => TRANSLITERATED[sign] ?? sign);
