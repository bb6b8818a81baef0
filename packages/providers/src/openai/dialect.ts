import { complainsAbout } from './errors.ts';

/** What a server turned out not to know; learned from its complaints, per model, and kept while the process lives. */
export interface Dialect {
  readonly json: 'json_schema' | 'json_object' | 'prompt';
  /** The schema stands in the words as well: some take `response_format` and do nothing with it. */
  readonly told: boolean;
  readonly tokens: 'max_completion_tokens' | 'max_tokens' | 'none';
  /** Templates of some models know no system message. */
  readonly system: 'system' | 'user';
  /** Some answer in pieces only. */
  readonly stream: boolean;
}

export type Dialects = Map<string, Dialect>;

export const OPENAI_DIALECT: Dialect = {
  json: 'json_schema',
  told: false,
  tokens: 'max_completion_tokens',
  system: 'system',
  stream: false,
};

/** What may be left out of a request that was complained about; null when that is nothing that we know of. */
export function simpler(
  dialect: Dialect,
  asked: { readonly json: boolean; readonly tokens: boolean },
  error: unknown,
): Dialect | null {
  if (asked.tokens && dialect.tokens !== 'none' && complainsAbout(error, /max_(?:completion_)?tokens/))
    return { ...dialect, tokens: dialect.tokens === 'max_tokens' ? 'none' : 'max_tokens' };
  if (
    asked.json &&
    dialect.json !== 'prompt' &&
    complainsAbout(error, /response[ _]?format|json[ _]?(?:schema|object|mode)|schema|grammar|guided/i)
  )
    return { ...dialect, told: true, json: dialect.json === 'json_schema' ? 'json_object' : 'prompt' };
  if (
    dialect.system === 'system' &&
    complainsAbout(error, /system (?:role|message|prompt|instruction)|roles? must alternate/i)
  )
    return { ...dialect, system: 'user' };
  if (!dialect.stream && complainsAbout(error, /\bstream(?:ing)?\b/i)) return { ...dialect, stream: true };
  return null;
}
