import { OpenAI } from 'openai';
import { lenientFetch } from './lenient-fetch.ts';

/** OpenAI's own client, for its server or one that is almost the same. */
export function openAiLibrary({
  apiKey,
  baseUrl,
}: {
  readonly apiKey: string;
  readonly baseUrl: string;
}): OpenAI {
  const { origin, pathname, searchParams } = new URL(baseUrl);
  return new OpenAI({
    apiKey,
    baseURL: `${origin}${pathname}`,
    // Azure's `?api-version=…`.
    defaultQuery: Object.fromEntries(searchParams),
    fetch: lenientFetch,
    // Whether a call whose answer was lost is billed, nobody knows: who counts paid calls repeats them, nobody else.
    maxRetries: 0,
    logLevel: 'off',
    organization: null,
    project: null,
  });
}
