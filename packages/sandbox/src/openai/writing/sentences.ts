/** A text as sentences, and the few of them that stand for the whole. */

/** A "sentence" without an end (a transcript without punctuation) is taken in pieces of this many words. */
const LONGEST_WORDS = 45;
const PIECE_WORDS = 18;

export function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  for (const line of text.split(/\n+/u)) {
    const clean = line.replaceAll(/\s+/gu, ' ').trim();
    if (!/[\p{L}\p{N}]/u.test(clean)) continue;
    for (const sentence of clean.match(/.+?(?:[.!?…]+["»”)]*(?=\s+[\p{Lu}\p{N}«"“(–—-])|$)/gu) ?? []) {
      sentences.push(...piecesOf(sentence.trim()));
    }
  }
  return sentences;
}

function piecesOf(sentence: string): string[] {
  const words = sentence.split(' ');
  if (words.length <= LONGEST_WORDS) return [sentence];
  const pieces = Math.ceil(words.length / PIECE_WORDS);
  const size = Math.ceil(words.length / pieces);
  return Array.from({ length: pieces }, (_, n) => words.slice(n * size, (n + 1) * size).join(' ')).filter(
    (piece) => piece !== '',
  );
}

export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Words with capitals or digits in their middle, and words in another script than the rest, stand out. */
const standsOut = (word: string, cyrillic: boolean): boolean =>
  /\p{L}\p{N}|\p{N}\p{L}|\p{Ll}\p{Lu}|\p{Lu}{3,}/u.test(word) ||
  (cyrillic && /^\p{Script=Latin}{3,}$/u.test(word));

export interface Weights {
  of(sentence: string): number;
}

/** How much a sentence says that others do not: rare words weigh much, words that stand out more. */
export function weightsOf(sentences: readonly string[]): Weights {
  const counts = new Map<string, number>();
  for (const sentence of sentences) {
    for (const word of new Set(wordsOf(sentence))) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const known = new Map<string, number>();
  const weigh = (sentence: string): number => {
    const words = [...new Set(sentence.match(/[\p{L}\p{N}]+/gu) ?? [])];
    const cyrillic = /\p{Script=Cyrillic}{3}/u.test(sentence);
    let sum = 0;
    for (const word of words) {
      if (standsOut(word, cyrillic)) sum += 3;
      else if (word.length > 3) sum += 1 / (counts.get(word.toLowerCase()) ?? 1);
    }
    return words.length === 0 ? 0 : sum / Math.sqrt(words.length + 3);
  };
  return {
    of(sentence) {
      const weight = known.get(sentence) ?? weigh(sentence);
      known.set(sentence, weight);
      return weight;
    },
  };
}

/**
 * So many sentences spread over the whole text, in order, none twice: the text is divided into as many
 * stretches, and the weightiest sentence stands for each.
 */
export function spread(
  sentences: readonly string[],
  count: number,
  weights = weightsOf(sentences),
): string[] {
  const distinct = [...new Set(sentences)];
  if (distinct.length <= count) return distinct;
  return Array.from({ length: count }, (_, n) => {
    const from = Math.floor((n * distinct.length) / count);
    const to = Math.floor(((n + 1) * distinct.length) / count);
    return heaviest(distinct.slice(from, to), weights);
  });
}

function heaviest(sentences: readonly string[], weights: Weights): string {
  let best = sentences[0] ?? '';
  for (const sentence of sentences) if (weights.of(sentence) > weights.of(best)) best = sentence;
  return best;
}

const stem = (word: string): string => word.slice(0, Math.max(4, word.length - 2));

/** The sentences that have most to do with a question, in order. */
export function about(question: string, sentences: readonly string[], count: number): string[] {
  const asked = new Set(
    wordsOf(question)
      .filter((word) => word.length > 3)
      .map(stem),
  );
  const scored = sentences.map((sentence, n) => ({
    sentence,
    n,
    score: wordsOf(sentence).filter((word) => asked.has(stem(word))).length,
  }));
  return scored
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.n - b.n)
    .slice(0, count)
    .toSorted((a, b) => a.n - b.n)
    .map(({ sentence }) => sentence);
}

/** A heading: the first words of a sentence. */
export function headingOf(sentence: string, words = 7): string {
  const all = sentence.split(' ');
  const heading = all
    .slice(0, words)
    .join(' ')
    .replace(/[\s,;:.!?…–—-]+$/u, '');
  return heading === '' ? sentence : heading;
}
