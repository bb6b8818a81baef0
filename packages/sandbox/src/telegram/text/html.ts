import type { MessageEntity } from '../types.ts';
import { byteOffset, linkEntity, MarkupError, type Formatted } from './entities.ts';

interface OpenTag {
  name: string;
  argument: string;
  offset: number;
}

const SIMPLE: Readonly<Record<string, string>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  u: 'underline',
  ins: 'underline',
  'tg-spoiler': 'spoiler',
  span: 'spoiler',
};
const TAGS = new Set([...Object.keys(SIMPLE), 'a', 'pre', 'code', 'blockquote', 'tg-emoji']);
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };
const REFERENCE = /&(?:#x([0-9a-f]{1,8})|#([0-9]{1,10})|(lt|gt|amp|quot));?/iy;

/** The character a reference such as `&lt;` at `index` stands for, and where the text goes on. */
function reference(source: string, index: number): { character: string; end: number } | null {
  REFERENCE.lastIndex = index;
  const match = REFERENCE.exec(source);
  if (match === null) return null;
  const [whole, hex, decimal, name] = match;
  const end = index + whole.length;
  if (name !== undefined) {
    const character = NAMED[name];
    return character === undefined ? null : { character, end };
  }
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  const valid = code > 0 && code < 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return valid ? { character: String.fromCodePoint(code), end } : null;
}

const isSpace = (character: string | undefined): boolean => character !== undefined && /\s/.test(character);

/** Reads Telegram's HTML subset, refusing what the server refuses, in its words. */
export function parseHtml(source: string): Formatted {
  const entities: MessageEntity[] = [];
  const open: OpenTag[] = [];
  let text = '';
  let index = 0;
  while (index < source.length) {
    const character = source.charAt(index);
    if (character === '&') {
      const found = reference(source, index);
      text += found?.character ?? '&';
      index = found?.end ?? index + 1;
    } else if (character !== '<') {
      text += character;
      index += 1;
    } else if (source[index + 1] === '/') index = closeTag(source, index, open, entities, text);
    else {
      const { tag, end } = openTag(source, index);
      open.push({ ...tag, offset: text.length });
      index = end;
    }
  }
  const last = open.at(-1);
  if (last !== undefined) {
    throw new MarkupError(`Can't find end tag corresponding to start tag "${last.name}"`);
  }
  // A language without <pre> around it says nothing.
  for (const entity of entities) if (entity.type === 'code') delete entity.language;
  return { text, entities };
}

function openTag(source: string, begin: number): { tag: Omit<OpenTag, 'offset'>; end: number } {
  const at = byteOffset(source, begin);
  const unclosed = (): MarkupError => new MarkupError(`Unclosed start tag at byte offset ${at}`);
  const name = (/^[^\s>]*/.exec(source.slice(begin + 1))?.[0] ?? '').toLowerCase();
  let index = begin + 1 + name.length;
  if (index >= source.length) throw unclosed();
  if (!TAGS.has(name)) throw new MarkupError(`Unsupported start tag "${name}" at byte offset ${at}`);
  let argument = '';
  for (;;) {
    while (isSpace(source[index])) index += 1;
    if (index >= source.length) throw unclosed();
    if (source[index] === '>') break;
    const attribute = (/^[^\s=>/"']*/.exec(source.slice(index))?.[0] ?? '').toLowerCase();
    if (attribute === '') {
      throw new MarkupError(`Empty attribute name in the tag "${name}" at byte offset ${at}`);
    }
    index += attribute.length;
    while (isSpace(source[index])) index += 1;
    let value = '';
    if (source[index] === '=') {
      const read = attributeValue(source, index + 1, unclosed);
      ({ value, end: index } = read);
    } else if (index >= source.length) throw unclosed();
    argument = tagArgument(name, attribute, value) ?? argument;
  }
  if (name === 'span' && argument !== 'spoiler') {
    throw new MarkupError(`Tag "span" must have class "tg-spoiler" at byte offset ${at}`);
  }
  return { tag: { name, argument }, end: index + 1 };
}

function attributeValue(
  source: string,
  start: number,
  unclosed: () => MarkupError,
): { value: string; end: number } {
  let index = start;
  while (isSpace(source[index])) index += 1;
  const quote = source[index];
  if (quote === undefined) throw unclosed();
  if (quote !== '"' && quote !== "'") {
    const token = /^[a-z0-9.-]*/i.exec(source.slice(index))?.[0] ?? '';
    const end = index + token.length;
    if (end >= source.length) throw unclosed();
    if (!isSpace(source[end]) && source[end] !== '>') {
      throw new MarkupError(`Unexpected end of name token at byte offset ${byteOffset(source, index)}`);
    }
    return { value: token.toLowerCase(), end };
  }
  let value = '';
  index += 1;
  while (index < source.length && source[index] !== quote) {
    const found = source[index] === '&' ? reference(source, index) : null;
    value += found?.character ?? source.charAt(index);
    index = found?.end ?? index + 1;
  }
  if (index >= source.length) throw unclosed();
  return { value, end: index + 1 };
}

/** What an attribute means for its tag; undefined when nothing. */
function tagArgument(tag: string, attribute: string, value: string): string | undefined {
  if (tag === 'a' && attribute === 'href') return value;
  if (tag === 'code' && attribute === 'class' && value.startsWith('language-')) return value.slice(9);
  if (tag === 'span' && attribute === 'class' && value.startsWith('tg-')) return value.slice(3);
  if (tag === 'tg-emoji' && attribute === 'emoji-id') return value;
  if (tag === 'blockquote' && attribute === 'expandable') return 'expandable';
  return undefined;
}

/** Ends the innermost tag; @returns where the source goes on */
function closeTag(
  source: string,
  begin: number,
  open: OpenTag[],
  entities: MessageEntity[],
  text: string,
): number {
  const at = byteOffset(source, begin);
  const tag = open.pop();
  if (tag === undefined) throw new MarkupError(`Unexpected end tag at byte offset ${at}`);
  const name = (/^[^\s>]*/.exec(source.slice(begin + 2))?.[0] ?? '').toLowerCase();
  let index = begin + 2 + name.length;
  while (isSpace(source[index])) index += 1;
  if (source[index] !== '>') throw new MarkupError(`Unclosed end tag at byte offset ${at}`);
  if (name !== '' && name !== tag.name) {
    throw new MarkupError(
      `Unmatched end tag at byte offset ${at}, expected "</${tag.name}>", found "</${name}>"`,
    );
  }
  const length = text.length - tag.offset;
  if (length > 0) addEntity(tag, length, text.slice(tag.offset), entities);
  return index + 1;
}

function addEntity(tag: OpenTag, length: number, inner: string, entities: MessageEntity[]): void {
  const { offset } = tag;
  const last = entities.at(-1);
  const wraps = last?.offset === offset && last.length === length ? last : undefined;
  const simple = SIMPLE[tag.name];
  if (simple !== undefined) entities.push({ type: simple, offset, length });
  else if (tag.name === 'a') {
    const link = linkEntity(tag.argument === '' ? inner : tag.argument, offset, length);
    if (link !== null) entities.push(link);
  } else if (tag.name === 'blockquote') {
    entities.push({ type: tag.argument === '' ? 'blockquote' : 'expandable_blockquote', offset, length });
  } else if (tag.name === 'tg-emoji') {
    if (!/^\d+$/.test(tag.argument)) throw new MarkupError('Invalid custom emoji identifier specified');
    entities.push({ type: 'custom_emoji', offset, length, custom_emoji_id: tag.argument });
  } else if (tag.name === 'pre') {
    // <pre><code class="language-…"> is one block of code in that language.
    if (wraps?.type === 'code') wraps.type = 'pre';
    else entities.push({ type: 'pre', offset, length });
  } else {
    const language = tag.argument === '' ? undefined : tag.argument;
    entities.push({ type: 'code', offset, length, language });
  }
}
