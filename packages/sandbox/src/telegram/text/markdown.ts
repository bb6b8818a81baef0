import type { MessageEntity } from '../types.ts';
import { byteOffset, linkEntity, MarkupError, type Formatted } from './entities.ts';

interface Open {
  /** The server's own name of the kind, for its messages. */
  name: string;
  type: string;
  offset: number;
  begin: number;
  language?: string;
}

const RESERVED = '_*[]()~`>#+-=|{}.!\n';
const isEscapable = (character: string | undefined): boolean =>
  character !== undefined && character.charCodeAt(0) > 0 && character.charCodeAt(0) <= 126;

/** Skips the language and the first line break of a fenced block that opens before `index`. */
function fence(source: string, index: number): { language?: string; end: number } {
  const name = /^[^\s`]*/.exec(source.slice(index))?.[0] ?? '';
  const after = index + name.length;
  const isLanguage = name !== '' && after < source.length && source[after] !== '`';
  const start = isLanguage ? after : index;
  const end = source[start] === '\n' ? start + 1 : start;
  return isLanguage ? { language: name, end } : { end };
}

/** Reads MarkdownV2. */
export function parseMarkdownV2(source: string): Formatted {
  return new MarkdownV2(source).parse();
}

class MarkdownV2 {
  readonly #source: string;
  readonly #entities: MessageEntity[] = [];
  readonly #open: Open[] = [];
  #text = '';
  #index = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): Formatted {
    while (this.#index < this.#source.length) this.#step();
    if (this.#open.length === 1 && this.#open[0]?.type === 'blockquote') this.#close('blockquote');
    const last = this.#open.at(-1);
    if (last !== undefined) {
      const at = byteOffset(this.#source, last.begin);
      throw new MarkupError(`Can't find end of ${last.name} entity at byte offset ${at}`);
    }
    return { text: this.#text, entities: this.#entities };
  }

  #ahead(text: string): boolean {
    return this.#source.startsWith(text, this.#index);
  }

  #step(): void {
    const source = this.#source;
    const character = source.charAt(this.#index);
    const inside = this.#open.at(-1)?.type ?? '';
    const isCode = inside === 'code' || inside === 'pre';
    if (character === '\\' && isEscapable(source[this.#index + 1])) {
      this.#text += source.charAt(this.#index + 1);
      this.#index += 2;
    } else if (!(isCode ? '`' : RESERVED).includes(character)) {
      this.#text += character;
      this.#index += 1;
    } else if (!this.#tryEnd(inside)) this.#begin(character);
  }

  /** Ends the innermost entity if its mark stands here. */
  #tryEnd(inside: string): boolean {
    const ends = (mark: string): boolean => {
      if (!this.#ahead(mark)) return false;
      this.#index += mark.length;
      return true;
    };
    switch (inside) {
      case 'bold':
        return ends('*') && this.#close('bold');
      case 'italic':
        return !this.#ahead('__') && ends('_') && this.#close('italic');
      case 'underline':
        return ends('__') && this.#close('underline');
      case 'strikethrough':
        return ends('~') && this.#close('strikethrough');
      case 'spoiler':
        return ends('||') && this.#close('spoiler');
      case 'code':
        return ends('`') && this.#close('code');
      case 'pre':
        return ends('```') && this.#close('pre');
      case 'text_link':
      case 'custom_emoji':
        return ends(']') && this.#closeLink(inside);
      case 'blockquote':
        if (this.#ahead('||\n') || this.#source.slice(this.#index) === '||') {
          this.#index += 2;
          return this.#close('expandable_blockquote');
        }
        if (this.#ahead('\n') && !this.#ahead('\n>')) return this.#close('blockquote');
        return false;
      default:
        return false;
    }
  }

  #begin(character: string): void {
    const begin = this.#index;
    const start = (name: string, type: string, mark: string): void => {
      this.#open.push({ name, type, offset: this.#text.length, begin });
      this.#index += mark.length;
    };
    if (character === '*') start('Bold', 'bold', '*');
    else if (this.#ahead('__')) start('Underline', 'underline', '__');
    else if (character === '_') start('Italic', 'italic', '_');
    else if (character === '~') start('Strikethrough', 'strikethrough', '~');
    else if (this.#ahead('||')) start('Spoiler', 'spoiler', '||');
    else if (character === '[') start('TextUrl', 'text_link', '[');
    else if (this.#ahead('![')) start('CustomEmoji', 'custom_emoji', '![');
    else if (this.#ahead('```')) {
      const { language, end } = fence(this.#source, begin + 3);
      const name = language === undefined ? 'Pre' : 'PreCode';
      const base = { name, type: 'pre', offset: this.#text.length, begin };
      this.#open.push(language === undefined ? base : { ...base, language });
      this.#index = end;
    } else if (character === '`') start('Code', 'code', '`');
    else if (character === '\n') {
      this.#text += '\n';
      this.#index += 1;
    } else if (character === '>' && (this.#text === '' || this.#text.endsWith('\n'))) this.#quote(start);
    else {
      throw new MarkupError(
        `Character '${character}' is reserved and must be escaped with the preceding '\\'`,
      );
    }
  }

  #quote(start: (name: string, type: string, mark: string) => void): void {
    if (this.#open.some(({ type }) => type === 'blockquote')) this.#index += 1;
    else start('BlockQuote', 'blockquote', '>');
  }

  #close(type: string): true {
    const open = this.#open.pop();
    if (open === undefined) return true;
    const length = this.#text.length - open.offset;
    if (length > 0) this.#entities.push({ type, offset: open.offset, length, language: open.language });
    return true;
  }

  #closeLink(type: string): true {
    const open = this.#open.pop();
    if (open === undefined) return true;
    let url = this.#text.slice(open.offset);
    if (this.#ahead('(')) {
      this.#index += 1;
      url = readAddress(this.#source, this.#index);
      this.#index = addressEnd(this.#source, this.#index) + 1;
    } else if (type === 'custom_emoji') {
      throw new MarkupError(`Custom emoji entity must contain a tg://emoji URL`);
    }
    const length = this.#text.length - open.offset;
    if (length === 0) return true;
    if (type === 'custom_emoji') {
      const id = /^tg:\/\/emoji\/?\?(?:.*&)?id=(\d+)/.exec(url)?.[1];
      if (id === undefined) throw new MarkupError('Custom emoji URL must have an emoji identifier');
      this.#entities.push({ type, offset: open.offset, length, custom_emoji_id: id });
      return true;
    }
    const link = linkEntity(url, open.offset, length);
    if (link !== null) this.#entities.push(link);
    return true;
  }
}

function addressEnd(source: string, begin: number): number {
  let index = begin;
  while (index < source.length && source[index] !== ')') index += source[index] === '\\' ? 2 : 1;
  if (index >= source.length) {
    throw new MarkupError(`Can't find end of a URL at byte offset ${byteOffset(source, begin)}`);
  }
  return index;
}

const readAddress = (source: string, begin: number): string =>
  source.slice(begin, addressEnd(source, begin)).replaceAll(/\\(.)/gs, '$1');

const LEGACY: Readonly<Record<string, string>> = { _: 'italic', '*': 'bold' };

/** Reads the older Markdown: nothing nests, `_ * \` [` may be escaped. */
export function parseMarkdown(source: string): Formatted {
  const entities: MessageEntity[] = [];
  let text = '';
  let index = 0;
  while (index < source.length) {
    const character = source.charAt(index);
    const next = source[index + 1];
    if (character === '\\' && next !== undefined && '_*`['.includes(next)) {
      text += next;
      index += 2;
      continue;
    }
    if (!'_*`['.includes(character)) {
      text += character;
      index += 1;
      continue;
    }
    const begin = index;
    const isPre = source.startsWith('```', index);
    const opened = isPre ? fence(source, index + 3) : { end: index + 1 };
    const mark = isPre ? '```' : character === '[' ? ']' : character;
    const end = source.indexOf(mark, opened.end);
    if (end === -1) {
      const at = byteOffset(source, begin);
      throw new MarkupError(`Can't find end of the entity starting at byte offset ${at}`);
    }
    const inner = source.slice(opened.end, end);
    const place = { offset: text.length, length: inner.length };
    text += inner;
    index = end + mark.length;
    if (character === '[') {
      let url = inner;
      if (source[index] === '(') {
        const close = source.indexOf(')', index);
        const stop = close === -1 ? source.length : close;
        url = source.slice(index + 1, stop);
        index = stop + 1;
      }
      const link = linkEntity(url, place.offset, place.length);
      if (link !== null && inner !== '') entities.push(link);
    } else if (inner !== '') {
      const type = LEGACY[character] ?? (isPre ? 'pre' : 'code');
      entities.push({ type, ...place, language: 'language' in opened ? opened.language : undefined });
    }
  }
  return { text, entities };
}
