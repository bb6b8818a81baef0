/** Languages that are offered to be written in; any other can be named. ISO 639-1. */
export const OFFERED_LANGUAGES = [
  'ru',
  'kk',
  'en',
  'de',
  'tr',
  'uz',
  'ky',
  'uk',
  'zh',
  'es',
  'fr',
  'ar',
] as const;

export const LONGEST_LANGUAGE = 40;

const isCode = (language: string): boolean => /^[a-z]{2,3}$/.test(language);

/** A language in English, for a model; what somebody wrote stays as it is. */
export const languageName = (language: string): string => nameIn('en', language);

/** A language in another one, as a person reads it: `немецкий`. */
export function nameIn(reader: string, language: string): string {
  if (!isCode(language)) return language;
  return new Intl.DisplayNames([reader], { type: 'language', fallback: 'code' }).of(language) ?? language;
}

/** What somebody wrote as the name of a language: letters, spaces and dashes; null when it is none. */
export function readLanguage(written: string): string | null {
  const name = written.trim().replace(/\s+/gu, ' ');
  return /^[\p{L}\p{M}][\p{L}\p{M} ()-]*$/u.test(name) && name.length <= LONGEST_LANGUAGE
    ? name.toLowerCase()
    : null;
}
