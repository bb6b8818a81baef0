/** The languages of the vendor's list; another code is refused. */
const CODES = new Set(
  (
    'af ar hy az be bs bg ca zh hr cs da nl en et fi fr gl de el he hi hu is id it ja kn kk ko lv lt mk ms mr mi ' +
    'ne no fa pl pt ro ru sr sk sl es sw sv tl ta th tr uk ur vi cy'
  ).split(' '),
);

const NAMES = new Intl.DisplayNames('en', { type: 'language' });

export const isKnownLanguage = (code: string): boolean => CODES.has(code);

/** Whisper's name of a language: an English word, "russian". */
export const languageName = (code: string): string => (NAMES.of(code) ?? code).toLowerCase();

export type OwnLanguage = 'ru' | 'kk' | 'en';

/** What a text is written in, by its letters; null when it has none. */
export function languageOf(text: string): OwnLanguage | null {
  const kazakh = text.match(/[әғқңөұүһі]/giu)?.length ?? 0;
  const cyrillic = text.match(/\p{Script=Cyrillic}/gu)?.length ?? 0;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  if (cyrillic === 0 && latin === 0) return null;
  if (latin > cyrillic) return 'en';
  return kazakh > 0 && kazakh * 40 > cyrillic ? 'kk' : 'ru';
}

/** The language to answer in: the one that was asked for when it is one of ours, else Russian. */
export const ownLanguage = (code: string | null | undefined): OwnLanguage =>
  code === 'kk' || code === 'en' ? code : 'ru';
