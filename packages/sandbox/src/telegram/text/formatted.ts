import { z } from 'zod';
import { badRequest } from '../errors.ts';
import type { MessageEntity } from '../types.ts';
import { detectEntities, MarkupError, normalise, type Formatted } from './entities.ts';
import { parseHtml } from './html.ts';
import { parseMarkdown, parseMarkdownV2 } from './markdown.ts';

export const MAX_TEXT = 4096;
export const MAX_CAPTION = 1024;

const entity = z.object({
  type: z.string(),
  offset: z.number().int(),
  length: z.number().int(),
  url: z.string().optional(),
  language: z.string().optional(),
  custom_emoji_id: z.string().optional(),
});

/** Telegram counts lengths in code points, not in UTF-16 units. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function parse(source: string, parseMode: string): Formatted {
  switch (parseMode.toLowerCase()) {
    case 'html':
      return parseHtml(source);
    case 'markdownv2':
      return parseMarkdownV2(source);
    case 'markdown':
      return parseMarkdown(source);
    case '':
    case 'none':
      return { text: source, entities: [] };
    default:
      throw badRequest('unsupported parse_mode');
  }
}

/** Entities that a bot gave itself instead of a parse mode. */
export function givenEntities(value: unknown, text: string): MessageEntity[] {
  if (value === undefined) return [];
  const parsed = z.array(entity).safeParse(value);
  if (!parsed.success) throw badRequest("can't parse entities: expected an Array of MessageEntity");
  return parsed.data.filter(
    ({ offset, length }) => offset >= 0 && length > 0 && offset + length <= text.length,
  );
}

/**
 * Turns what a bot sent into what is shown.
 * @throws ApiError "can't parse entities: …"
 */
export function formatted(source: string, parseMode: string | undefined, entities?: unknown): Formatted {
  const clean = source.replaceAll('\r', '');
  let result: Formatted;
  try {
    result = parse(clean, parseMode ?? '');
  } catch (error) {
    if (error instanceof MarkupError) throw badRequest(`can't parse entities: ${error.message}`);
    throw error;
  }
  if (parseMode === undefined || parseMode === '') result.entities = givenEntities(entities, result.text);
  const normal = normalise(result);
  return { text: normal.text, entities: detectEntities(normal.text, normal.entities) };
}

/** A message text: not empty, at most 4096 code points after parsing. */
export function messageText(source: string, parseMode: string | undefined, entities?: unknown): Formatted {
  const result = formatted(source, parseMode, entities);
  if (result.text === '') throw badRequest('message text is empty');
  if (result.text.length > MAX_TEXT && codePoints(result.text) > MAX_TEXT)
    throw badRequest('message is too long');
  return result;
}

/** A caption: may be empty, at most 1024 code points after parsing. */
export function messageCaption(source: string, parseMode: string | undefined, entities?: unknown): Formatted {
  const result = formatted(source, parseMode, entities);
  if (result.text.length > MAX_CAPTION && codePoints(result.text) > MAX_CAPTION) {
    throw badRequest('message caption is too long');
  }
  return result;
}
