import { GIVEN_NAMES } from './given-names.ts';

/** Hides personal data in texts that leave the process, and puts it back into what comes in return. */
export interface Mask {
  readonly hide: (text: string) => string;
  /** In every string of a value; its keys stay. */
  readonly hideIn: (value: unknown) => unknown;
  readonly restore: (text: string) => string;
  readonly restoreIn: (value: unknown) => unknown;
}

type Kind = 'EMAIL' | 'CARD' | 'IIN' | 'PHONE' | 'ADDRESS';

/**
 * Longest first: a card's number holds a phone's. Digits may stand in groups. Each begins where no such run has begun
 * before, so that a long one is gone over once.
 */
const FORMS: readonly (readonly [Kind, RegExp])[] = [
  ['EMAIL', /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu],
  [
    'ADDRESS',
    /(?<![\p{L}\p{N}])(?:ул(?:иц[а-яё]{1,2}|\.)|пр(?:оспект[а-яё]{0,2}|-?т\.?|осп\.?)|пер(?:еул[а-яё]{2,4}|\.)|бульвар[а-яё]{0,2}|шоссе|микрорайон[а-яё]{0,2}|мкр\.?|набережн[а-яё]{2,3})\s+[\p{L}\p{N}][\p{L}\p{N}.-]*(?:\s+\p{Lu}[\p{L}.-]*)?(?:,?\s*(?:д(?:ом[а-яё]{0,2}|\.)\s*)?\d+[\p{L}]?(?:\/\d+)?)?(?:,?\s*(?:кв(?:артир[а-яё]{1,2}|\.)|офис[а-яё]{0,2}|оф\.)\s*\d+)?/giu,
  ],
  [
    'ADDRESS',
    /(?<![\p{L}\p{N}-])\p{Lu}[\p{L}-]+(?:\s+\p{Lu}[\p{L}-]+)?\s+(?:көшесі[а-яәіңғүұқөһ]{0,4}|даңғылы[а-яәіңғүұқөһ]{0,4}|шағын\s?ауданы)(?:,?\s*\d+(?:-?үй)?)?/gu,
  ],
  [
    'ADDRESS',
    /(?<![\p{L}\p{N}])\d+\s+(?:\p{Lu}[\p{L}'-]+\s+){1,3}(?:Street|St\.?|Avenue|Ave\.?|Road|Rd\.?|Lane|Drive|Boulevard|Blvd\.?)(?![\p{L}])/gu,
  ],
  ['CARD', /(?<![\p{L}\p{N}])(?:\d{4}[ \u00a0-]?){3}\d{1,7}(?![\p{L}\p{N}])/gu],
  ['IIN', /(?<![\p{L}\p{N}])\d{6}[ \u00a0]?\d{6}(?![\p{L}\p{N}])/gu],
  // With the country's code, or the ten digits of a number here, in whatever groups.
  ['PHONE', /(?<![\p{L}\p{N}])(?:\+\d|[78])(?:[ \u00a0().-]{0,2}\d){9,13}(?![\p{L}\p{N}])/gu],
  ['PHONE', /(?<![\p{L}\p{N}])\(?\d{3}\)?[ \u00a0-]?\d{3}[ \u00a0-]?\d{2}[ \u00a0-]?\d{2}(?![\p{L}\p{N}])/gu],
];

const WORD = /(?<![\p{L}\p{N}_])\p{Lu}[\p{L}\p{M}'’-]*/gu;
/** Written with a capital, and nobody's name. */
const NO_NAMES =
  /^(?:i|i’m|i'm|i’ll|i'll|i’ve|i've|ok|january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday)$/u;
const PATRONYMIC_OR_SURNAME =
  /(?:ович|евич|ич|овна|евна|ична|инична)(?:а|у|ем|ом|е|ы|ой)?$|(?:ұлы|улы|қызы|кызы)(?:ның|ға|ны|нан|мен)?$|(?:енко|швили|дзе)$/u;
/** What stands before a word that begins a sentence. */
const STARTS = /(?:^|[.!?…:;]["»”)]*\s+|\n|(?:^|\n)\[\d+\]\s+|["«“(–—]\s*)$/u;
/** No sentence ends here: a name follows. */
const TITLES = /(?<![\p{L}])(?:mr|mrs|ms|dr|prof|г|гр|тов)\.\s+$/iu;
/** At the start of a sentence before another capital: «Иванов Пётр», and not «Позвоните Анне». */
const SURNAME =
  /(?:[оеё]в|[иы]н|[сц]кий|[оеё]ва|[иы]на|[сц]кая|ко|[уюя]к|ян|ец|баев|баева|\p{Script=Latin})$/u;

/** `known`: names that are known to be some, such as those of speakers. */
export function createMask(known: readonly string[] = []): Mask {
  const byText = new Map<string, string>();
  const byToken = new Map<string, string>();
  const people = new Map<string, { readonly n: number; readonly forms: number }>();
  const named = new Set(
    known
      .flatMap((name) => name.split(/\s+/u))
      .filter(Boolean)
      .map((name) => stemOf(name.toLowerCase())),
  );
  const given = new Set(GIVEN_NAMES.map(stemOf));
  const counts = new Map<Kind, number>();

  const keep = (text: string, token: string): string => {
    byText.set(text, token);
    byToken.set(token, text);
    return token;
  };
  const tokenOf = (kind: Kind, text: string): string => {
    const there = byText.get(text);
    if (there !== undefined) return there;
    const n = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, n);
    return keep(text, `${kind}_${n}`);
  };
  /** Forms of one name have one number, so that a model knows who is who. */
  const personOf = (text: string): string => {
    const there = byText.get(text);
    if (there !== undefined) return there;
    const stem = stemOf(text.toLowerCase());
    const { n, forms } = people.get(stem) ?? { n: people.size + 1, forms: 0 };
    people.set(stem, { n, forms: forms + 1 });
    return keep(text, forms === 0 ? `PERSON_${n}` : `PERSON_${n}_${forms + 1}`);
  };

  const isName = (word: string, startsSentence: boolean, met: ReadonlySet<string>): boolean => {
    const low = word.toLowerCase();
    if (NO_NAMES.test(low) || low.length < 2) return false;
    // PERSON_1 of a text that was masked before, and what is written in capitals: abbreviations.
    if (/^[\p{Lu}\p{N}]+$/u.test(word)) return named.has(stemOf(low));
    const stem = stemOf(low);
    if (!startsSentence || named.has(stem) || met.has(stem)) return true;
    return given.has(stem) || PATRONYMIC_OR_SURNAME.test(low);
  };

  const hide = (text: string): string => {
    let hidden = text;
    for (const [kind, form] of FORMS) hidden = hidden.replaceAll(form, (found) => tokenOf(kind, found));
    const starts = (at: number) => {
      const before = hidden.slice(Math.max(0, at - 12), at);
      return STARTS.test(before) && !TITLES.test(before);
    };
    // Who is named in the middle of a sentence is known at the start of another.
    const met = new Set<string>();
    for (const { 0: word, index } of hidden.matchAll(WORD))
      if (!starts(index) && !/^[\p{Lu}\p{N}]+$/u.test(word)) met.add(stemOf(word.toLowerCase()));
    const whole = hidden;
    return hidden.replaceAll(WORD, (word: string, at: number) => {
      const next = /^\s+\p{Lu}\p{Ll}/u.test(whole.slice(at + word.length, at + word.length + 4));
      return isName(word, starts(at) && !(next && SURNAME.test(word)), met) ? personOf(word) : word;
    });
  };
  const TOKEN = /(?:PERSON|EMAIL|CARD|IIN|PHONE|ADDRESS)_\d+(?:_\d+)?/gu;
  const restore = (text: string): string =>
    text.replaceAll(TOKEN, (token) => byToken.get(token) ?? byToken.get(token.replace(/_\d+$/, '')) ?? token);
  return {
    hide,
    hideIn: (value) => inStrings(value, hide),
    restore,
    restoreIn: (value) => inStrings(value, restore),
  };
}

/** Enough of a name to know its forms by: «Анна», «Анне», «Анной». */
function stemOf(name: string): string {
  const bare = name.replace(
    /(?:ого|ему|ому|ыми|ими|ой|ей|ою|ею|ым|им|ом|ем|ам|ям|ах|ях|а|я|у|ю|е|ы|и|й|ь|’s|'s)$/u,
    '',
  );
  return (bare.length >= 2 ? bare : name).replaceAll('ё', 'е');
}

function inStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => inStrings(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, inStrings(inner, change)]));
}
