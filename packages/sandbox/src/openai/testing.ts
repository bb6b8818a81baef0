import { BadRequestError, OpenAI } from 'openai';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { z } from 'zod';
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

/** A meeting with people, decisions, tasks and deadlines, its end marked. */
export const MEETING = `Сегодня мы обсудили новый договор с поставщиком. Председатель: Сергей Иванов. Погода была хорошая.
Решили подписать договор до конца месяца. Анна отправит письмо Ивану до пятницы. Нужно проверить смету и позвонить в банк завтра.
Бюджет составит 150 тысяч рублей. В конце прозвучало слово МАРКЕР42.`;

export const Minutes = z.object({
  title: z.string().describe('Subject of the meeting, up to eight words'),
  date: z.string().nullable(),
  participants: z.array(z.string()),
  decisions: z.array(z.string()),
  tasks: z.array(z.object({ task: z.string(), owner: z.string().nullable(), due: z.string().nullable() })),
  chair: z.string().nullable(),
  mood: z.enum(['calm', 'heated']),
});

/** What a refused request was refused with. */
export async function complaint(
  call: PromiseLike<unknown>,
): Promise<{ status: number; [member: string]: unknown }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof BadRequestError) {
      const { status, code, param, type } = error;
      return { status, code, param, type, message: error.message };
    }
    throw error;
  }
  throw new Error('it was accepted');
}
