import { isRecord } from '../shapes.ts';

const THOUGHT = /^\s*<(think|thinking|thought|reasoning)>[\s\S]*?<\/\1>/i;
// Templates that open the thought themselves leave only its end in the answer.
const END_OF_THOUGHT = /^[\s\S]*<\/(?:think|thinking|thought|reasoning)>/i;
const BEGUN_THOUGHT = /^\s*<(?:think|thinking|thought|reasoning)>/i;
// Raw answers of gpt-oss, served without its parser.
const FINAL_CHANNEL = /^[\s\S]*<\|channel\|>final<\|message\|>|<\|(?:end|return)\|>\s*$/g;

/** What a model says without what it thought: `content` is a text, or a list of parts of which some are thoughts. */
export function spoken(content: unknown): string {
  let text = textOf(content).replaceAll(FINAL_CHANNEL, '');
  for (let shorter = text.replace(THOUGHT, ''); shorter !== text; shorter = text.replace(THOUGHT, ''))
    text = shorter;
  return BEGUN_THOUGHT.test(text) ? '' : text.replace(END_OF_THOUGHT, '');
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => {
      if (typeof part === 'string') return part;
      const isText = isRecord(part) && (part['type'] === 'text' || part['type'] === 'output_text');
      return isText && typeof part['text'] === 'string' ? part['text'] : '';
    })
    .join('');
}

/**
 * The values that an answer may be meant as, likeliest first: all of it as JSON, what it fences, what stands between
 * its outer braces. Servers without a JSON mode fence and explain.
 */
export function jsonIn(content: string): unknown[] {
  const fenced = [...content.matchAll(/```(?:json)?\s*([\s\S]*?)\s*```/gi)].map(([, inside = '']) => inside);
  const braced = content.slice(content.indexOf('{'), content.lastIndexOf('}') + 1);
  return [content, ...fenced, braced].flatMap((text) => {
    const value = parse(text);
    // Some put the whole of it into a string.
    const inner = typeof value === 'string' ? parse(value) : value;
    return inner === undefined ? [] : [inner];
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
