import { isKazakh, kazakhStem } from './kazakh.ts';

/** The words of a text as search knows them: small letters, `ё` as `е`, nothing but letters and digits. */
export const wordsIn = (text: string): string[] =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('ё', 'е')
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** A text of nothing but such words, which PostgreSQL's own parser takes apart in the same way. */
export const plainWords = (text: string): string => wordsIn(text).join(' ');

const CYRILLIC = /^[а-яәғқңөұүһі]+$/u;

/**
 * The Kazakh stems of a text: of the words that Russian cannot have, and in a Kazakh text of all that are written in
 * Cyrillic. What is both goes in by both ways.
 */
export const kazakhWords = (text: string, language: string | null): string =>
  wordsIn(text)
    .filter((word) => isKazakh(word) || (language === 'kk' && CYRILLIC.test(word)))
    .map(kazakhStem)
    .join(' ');

/** Of a word that is asked for nobody knows the language. */
export const kazakhStemOf = (word: string): string | null => (CYRILLIC.test(word) ? kazakhStem(word) : null);

const SOUNDS: Readonly<Record<string, string>> = {
  ...letters('абвгдезиклмнопрстуфхцыэйіәғқңөұүһъь', 'abvgdeziklmnoprstufhcieiiagknouuh'),
  ж: 'j',
  ч: 'ch',
  ш: 'sh',
  щ: 'sh',
  ю: 'iu',
  я: 'ia',
};

function letters(from: string, to: string): Record<string, string> {
  return Object.fromEntries(from.split('').map((letter, n) => [letter, to[n] ?? '']));
}

/** What names from Cyrillic are written with in Latin letters. */
const LATIN: Readonly<Record<string, string>> = {
  kh: 'h',
  zh: 'j',
  ts: 'c',
  yu: 'iu',
  ya: 'ia',
  y: 'i',
  q: 'k',
  w: 'v',
  x: 'ks',
};

/**
 * How a word sounds, roughly, in Latin letters: `Қазақ` and `казак`, `Иванов` and `Ivanov` are the same, and trigrams do
 * not depend on what the server takes for a letter.
 */
export const soundOf = (word: string): string =>
  word
    .normalize('NFD')
    .replace(/(?<=[a-z])\p{M}+/gu, '')
    .normalize('NFC')
    .replace(/[\p{L}]/gu, (letter) => SOUNDS[letter] ?? letter)
    .replace(/kh|zh|ts|yu|ya|[yqwx]/gu, (written) => LATIN[written] ?? written);
