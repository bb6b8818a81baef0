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
  const { text, lines, asked } = unnumbered(given);
  const sentences = sentencesOf(text);
  return {
    text,
    sentences,
    weights: weightsOf(sentences),
    names: namesIn(text),
    language: languageOf(text) ?? languageOf(messages.instructions) ?? 'ru',
    request: `${around} ${asked}`.trim(),
    instructions: messages.instructions,
    images: messages.images,
    json,
    lines,
  };
}

/**
 * A text whose lines begin with numbers in brackets, counted up, without these, and which sentence stands in which line.
 * Lines without a number are headings and what is asked about the text.
 */
function unnumbered(text: string): { text: string; lines: Map<string, number>; asked: string } {
  const given = text.split('\n').filter((line) => line.trim() !== '');
  const plain: string[] = [];
  const asked: string[] = [];
  const lines = new Map<string, number>();
  let last = 0;
  for (const line of given) {
    const numbered = /^\[(\d+)\]\s*(.*)$/u.exec(line);
    const number = Number(numbered?.[1]);
    const said = numbered?.[2] ?? '';
    if (!(number > last)) asked.push(line);
    else {
      last = number;
      plain.push(said);
      for (const sentence of sentencesOf(said)) if (!lines.has(sentence)) lines.set(sentence, number);
    }
  }
  // Footnotes of a text are no lines of it.
  if (plain.length <= asked.length / 4) return { text, lines: new Map(), asked: '' };
  return { text: plain.join('\n'), lines, asked: asked.join(' ') };
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
