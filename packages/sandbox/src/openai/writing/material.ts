import { languageOf, type OwnLanguage } from '../languages.ts';
import type { ImageFacts } from '../images.ts';
import { namesIn } from './facts.ts';
import { sentencesOf, type Weights, weightsOf } from './sentences.ts';

/** What there is to write from. */
export interface Material {
  /** The text that the user gave, without what was put around it. */
  text: string;
  sentences: string[];
  weights: Weights;
  names: string[];
  language: OwnLanguage;
  /** What the user asked around the text: a question about it, an instruction. */
  request: string;
  /** What the system was told to do. */
  instructions: string;
  images: readonly ImageFacts[];
  /** The text as JSON, when it is: documents over parts that are to be merged. */
  json: unknown;
  /** Of a text whose lines are numbered in brackets: the line of each sentence. */
  lines: ReadonlyMap<string, number>;
}

export function materialOf(messages: {
  instructions: string;
  text: string;
  images: readonly ImageFacts[];
}): Material {
  const { inner, around } = unwrapped(messages.text);
  const json = parsed(inner);
  const given = json === undefined ? inner : stringsOf(json).join('\n');
  const { text, lines } = unnumbered(given);
  const sentences = sentencesOf(text);
  return {
    text,
    sentences,
    weights: weightsOf(sentences),
    names: namesIn(text),
    language: languageOf(text) ?? languageOf(messages.instructions) ?? 'ru',
    request: around,
    instructions: messages.instructions,
    images: messages.images,
    json,
    lines,
  };
}

/** A text whose lines all begin with a number in brackets, without these, and which sentence stands in which line. */
function unnumbered(text: string): { text: string; lines: Map<string, number> } {
  const given = text.split('\n').filter((line) => line.trim() !== '');
  const numbered = given.map((line) => /^\[(\d+)\]\s*(.*)$/u.exec(line));
  const lines = new Map<string, number>();
  if (numbered.length === 0 || numbered.some((line) => line === null)) return { text, lines };
  const plain = numbered.map((line) => {
    const said = line?.[2] ?? '';
    for (const sentence of sentencesOf(said))
      if (!lines.has(sentence)) lines.set(sentence, Number(line?.[1]));
    return said;
  });
  return { text: plain.join('\n'), lines };
}

/** Takes a long text out of its tags, quotes or fences; what stood around it is the request. */
function unwrapped(text: string): { inner: string; around: string } {
  const fences = [
    /<(?<tag>[\w-]+)[^>]*>\n?(?<inner>.+?)<\/\k<tag>>/gsu,
    /```\w*\n(?<inner>.+?)```/gsu,
    /"""(?<inner>.+?)"""/gsu,
  ];
  let best = { inner: text, around: '' };
  for (const fence of fences) {
    for (const match of text.matchAll(fence)) {
      const inner = match.groups?.['inner'] ?? '';
      const longerThanBefore = best.around === '' || inner.length > best.inner.length;
      if (inner.length > text.length * 0.4 && longerThanBefore) {
        best = {
          inner,
          around: `${text.slice(0, match.index)} ${text.slice(match.index + match[0].length)}`.trim(),
        };
      }
    }
  }
  return { inner: withoutTags(best.inner), around: withoutTags(best.around) };
}

const withoutTags = (part: string): string => part.replaceAll(/<\/?[a-z][\w-]*(?:\s[^<>]*)?>/giu, ' ').trim();

function parsed(text: string): unknown {
  if (!/^\s*[[{]/u.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsOf);
}
