/**
 * PostgreSQL has no dictionary for Kazakh, so the endings of its words are taken off here, the same way when a text is
 * taken into search and when it is asked for: a word and its forms meet at the same stem, be it a real one or not.
 * Endings stand in a fixed order behind the stem (plural, possessor, case, question), each in variants by the vowels and
 * the last sound before it, so a list of each, longest first, does.
 */
const CASES = [
  'ның нің дың дің тың тің нан нен дан ден тан тен мен бен пен нда нде ына іне сына сіне',
  'ға ге қа ке на не ны ні ды ді ты ті да де та те',
];
const POSSESSORS = [
  'ымыз іміз ыңыз іңіз',
  'мыз міз ңыз ңіз дікі тікі нікі',
  'ым ім ың ің сы сі',
  'ы і м ң н',
];
const PLURALS = ['лар лер дар дер тар тер'];
const QUESTIONS = ['ма ме ба бе па пе'];

const endings = (lists: readonly string[]): readonly string[] =>
  lists
    .flatMap((list) => list.split(' '))
    .filter((ending) => ending !== '')
    .toSorted((a, b) => b.length - a.length);

/** From the end of a word towards its stem. */
const LAYERS = [QUESTIONS, CASES, POSSESSORS, PLURALS].map(endings);

/** Three letters with a vowel are the least that a stem is. */
const isStem = (text: string): boolean => text.length >= 3 && /[аәеиіоөуұүыэюя]/u.test(text);

/** The last sound of a stem grows voiced before a vowel: `кітап`, `кітабы`. */
const UNVOICED: Readonly<Record<string, string>> = { б: 'п', г: 'к', ғ: 'қ' };

/** A word in small letters without its endings. */
export function kazakhStem(word: string): string {
  let stem = word;
  for (const layer of LAYERS) {
    const ending = layer.find((one) => stem.endsWith(one) && isStem(stem.slice(0, -one.length)));
    if (ending !== undefined) stem = stem.slice(0, -ending.length);
  }
  const last = stem.at(-1) ?? '';
  return `${stem.slice(0, -1)}${UNVOICED[last] ?? last}`;
}

/** Written with letters that Russian does not have. */
export const isKazakh = (word: string): boolean => /[әғқңөұүһі]/u.test(word);
