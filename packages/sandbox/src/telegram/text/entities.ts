import type { MessageEntity } from '../types.ts';

/** A text and its markup; offsets and lengths are in UTF-16 units. */
export interface Formatted {
  text: string;
  entities: MessageEntity[];
}

/** Why a marked-up text was refused; the caller prefixes "can't parse entities: ". */
export class MarkupError extends Error {
  override readonly name = 'MarkupError';
}

/** Parsers speak of byte offsets in UTF-8. */
export const byteOffset = (source: string, index: number): number =>
  Buffer.byteLength(source.slice(0, index), 'utf8');

const KNOWN_PROTOCOLS = new Set(['http:', 'https:', 'tg:', 'ton:', 'tonsite:']);

/** @returns the address in full, or null when Telegram would not link to it */
export function checkedLink(address: string): string | null {
  const trimmed = address.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  if (!URL.canParse(withScheme)) return null;
  const url = new URL(withScheme);
  if (!KNOWN_PROTOCOLS.has(url.protocol)) return null;
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  return isWeb && !url.hostname.includes('.') ? null : url.href;
}

/** The entity for a link: a user for `tg://user?id=…`, else the address; null when it is no link at all. */
export function linkEntity(address: string, offset: number, length: number): MessageEntity | null {
  const user = /^tg:\/\/user\/?\?(?:.*&)?id=(\d+)/i.exec(address.trim());
  if (user?.[1] !== undefined) {
    const mentioned = { id: Number(user[1]), is_bot: false, first_name: '' };
    return { type: 'text_mention', offset, length, user: mentioned };
  }
  const url = checkedLink(address);
  return url === null ? null : { type: 'text_link', offset, length, url };
}

const DETECTORS: readonly { type: string; pattern: RegExp }[] = [
  {
    type: 'bot_command',
    pattern: /(?<![\p{L}\p{N}_/<>])\/[a-z0-9_]{1,64}(?:@[a-z0-9_]{3,32})?(?![\p{L}\p{N}_/])/giu,
  },
  { type: 'url', pattern: /(?<![\p{L}\p{N}_@./])(?:https?|tg):\/\/[^\s<>"«»]+/giu },
  { type: 'email', pattern: /(?<![\p{L}\p{N}_.@])[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+/giu },
  {
    type: 'url',
    pattern:
      /(?<![\p{L}\p{N}_@./-])(?:[a-z0-9-]+\.)+(?:ai|app|com|de|dev|info|io|kz|me|net|org|ru|uk)(?![\p{L}\p{N}_-])(?:[/?#][^\s<>"«»]*)?/giu,
  },
  { type: 'mention', pattern: /(?<![\p{L}\p{N}_@])@[a-z][a-z0-9_]{2,31}(?![\p{L}\p{N}_])/giu },
  { type: 'hashtag', pattern: /(?<![\p{L}\p{N}_#&])#(?=[\p{N}_]*\p{L})[\p{L}\p{N}_]{1,256}/gu },
];

const OPAQUE = new Set([
  'code',
  'pre',
  'text_link',
  'text_mention',
  'url',
  'email',
  'bot_command',
  'mention',
]);

const overlap = (a: MessageEntity, b: MessageEntity): boolean =>
  a.offset < b.offset + b.length && b.offset < a.offset + a.length;

/** Finds commands, addresses, mentions and hashtags, as Telegram does for every text. */
export function detectEntities(text: string, given: readonly MessageEntity[] = []): MessageEntity[] {
  const entities = [...given];
  if (!/[/@#.:]/.test(text)) return entities;
  for (const { type, pattern } of DETECTORS) {
    for (const match of text.matchAll(pattern)) {
      const found = type === 'url' ? match[0].replace(/[.,:;!?')\]]+$/, '') : match[0];
      const entity: MessageEntity = { type, offset: match.index, length: found.length };
      if (!entities.some((other) => OPAQUE.has(other.type) && overlap(entity, other))) entities.push(entity);
    }
  }
  return sortEntities(entities);
}

const sortEntities = (entities: MessageEntity[]): MessageEntity[] =>
  entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length);

/** Trims the text as the server does and puts its entities in order: none empty, none inside code, none twice. */
export function normalise({ text, entities }: Formatted): Formatted {
  const sorted = sortEntities(entities);
  const firstEntity = sorted[0]?.offset ?? text.length;
  const leading = Math.min(/^\s*/.exec(text)?.[0].length ?? 0, firstEntity);
  const trimmed = text.slice(leading).trimEnd();
  const kept: MessageEntity[] = [];
  for (const entity of sorted) {
    const offset = entity.offset - leading;
    const length = Math.min(entity.length, trimmed.length - offset);
    if (length <= 0) continue;
    const moved = { ...entity, offset, length };
    const inCode = kept.some(
      (other) => (other.type === 'code' || other.type === 'pre') && overlap(other, moved),
    );
    const twice = kept.some(
      (other) => other.type === moved.type && other.offset === offset && other.length === length,
    );
    if (!inCode && !twice) kept.push(moved);
  }
  return { text: trimmed, entities: kept };
}
