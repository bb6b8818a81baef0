import { OpenAI } from 'openai';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import {
  type OpenAiSandbox,
  type OpenAiSandboxOptions,
  SANDBOX_OPENAI_KEY,
  startOpenAiSandbox,
} from './sandbox.ts';

/** A stand-in for the tests of one file, made new before each, with the vendor's own client. */
export function withSandbox(options: OpenAiSandboxOptions = {}): {
  readonly sandbox: OpenAiSandbox;
  readonly client: OpenAI;
  /** A plain request with the right key. */
  request(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body: unknown): Promise<Response>;
} {
  let sandbox: OpenAiSandbox | null = null;
  const started = (): OpenAiSandbox => {
    if (!sandbox) throw new Error('the stand-in runs only during tests');
    return sandbox;
  };
  beforeAll(async () => {
    sandbox = await startOpenAiSandbox(options);
  });
  beforeEach(() => started().control.reset());
  afterAll(() => sandbox?.close());
  const request = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${started().url}${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${SANDBOX_OPENAI_KEY}`,
        ...Object.fromEntries(new Headers(init.headers)),
      },
    });
  return {
    get sandbox() {
      return started();
    },
    get client() {
      return new OpenAI({ apiKey: SANDBOX_OPENAI_KEY, baseURL: started().url, maxRetries: 0 });
    },
    request,
    post: (path, body) =>
      request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  };
}

/** Russian speech in sentences. */
export const SPOKEN = 'Сегодня мы решили подписать договор. Анна отправит письмо Ивану до пятницы.'.split(
  ' ',
);
