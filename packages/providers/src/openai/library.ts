import type { OpenAI } from 'openai';

/** OpenAI's own client. It is loaded when it is first asked for: 25 MB that most processes never need. */
export type OpenAiLibrary = () => Promise<OpenAI>;

/** For OpenAI's server or one that is almost the same. */
export function openAiLibrary(server: { readonly apiKey: string; readonly baseUrl: string }): OpenAiLibrary {
  let opened: Promise<OpenAI> | undefined;
  return () => (opened ??= open(server));
}

async function open({
  apiKey,
  baseUrl,
}: {
  readonly apiKey: string;
  readonly baseUrl: string;
}): Promise<OpenAI> {
  const [{ OpenAI }, { lenientFetch }] = await Promise.all([import('openai'), import('./lenient-fetch.ts')]);
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
