/** ISO 639-2 codes of the languages that have one of two letters; what services write in three. */
const THREE: Readonly<Record<string, string>> = {
  afr: 'af',
  ara: 'ar',
  aze: 'az',
  bel: 'be',
  ben: 'bn',
  bos: 'bs',
  bul: 'bg',
  cat: 'ca',
  ces: 'cs',
  cym: 'cy',
  dan: 'da',
  deu: 'de',
  ell: 'el',
  eng: 'en',
  est: 'et',
  fas: 'fa',
  fin: 'fi',
  fra: 'fr',
  heb: 'he',
  hin: 'hi',
  hrv: 'hr',
  hun: 'hu',
  hye: 'hy',
  ind: 'id',
  isl: 'is',
  ita: 'it',
  jpn: 'ja',
  kat: 'ka',
  kaz: 'kk',
  kir: 'ky',
  kor: 'ko',
  lav: 'lv',
  lit: 'lt',
  mkd: 'mk',
  msa: 'ms',
  nld: 'nl',
  nor: 'no',
  pol: 'pl',
  por: 'pt',
  ron: 'ro',
  rus: 'ru',
  slk: 'sk',
  slv: 'sl',
  spa: 'es',
  srp: 'sr',
  swe: 'sv',
  tgk: 'tg',
  tat: 'tt',
  tha: 'th',
  tur: 'tr',
  uig: 'ug',
  ukr: 'uk',
  urd: 'ur',
  uzb: 'uz',
  vie: 'vi',
  zho: 'zh',
};
const LETTERS = new Map(Object.entries(THREE).map(([three, two]) => [two, three]));

/** A language as ISO 639-1 says it, of either form; null when it is neither. */
export function twoLetters(code: string | null | undefined): string | null {
  const known = code?.toLowerCase().split(/[-_]/)[0] ?? '';
  return /^[a-z]{2}$/.test(known) ? known : (THREE[known] ?? null);
}

/** The form of three letters; null for a language that has none here. */
export const threeLetters = (code: string): string | null => LETTERS.get(code) ?? null;

/** Of two letters, all that are known in both forms. */
export const KNOWN_LANGUAGES: readonly string[] = [...LETTERS.keys()];
