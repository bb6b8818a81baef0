import { createManualClock, type ManualClock } from './clock.ts';
import {
  SANDBOX_BOT_TOKEN,
  startTelegramSandbox,
  type TelegramSandbox,
  type TelegramSandboxOptions,
} from './server.ts';

export interface Answer {
  status: number;
  retryAfter: string | null;
  ok: boolean;
  result?: unknown;
  description?: string;
  error_code?: number;
  parameters?: Record<string, number>;
}

export interface RawBot {
  sandbox: TelegramSandbox;
  clock: ManualClock;
  userId: number;
  /** Calls a method with a JSON body. */
  call(method: string, params?: object): Promise<Answer>;
  /** The same, for a call that waits: resolves once it does. */
  waiting(method: string, params?: object): Promise<{ answer: Promise<Answer> }>;
  /** A message of the user, for an update to be there. */
  say(text?: string): Promise<number>;
  close(): Promise<void>;
}

/** A stand-in with a clock that stands still, one user, and no client but `fetch`. */
export async function startRawBot(options: TelegramSandboxOptions = {}): Promise<RawBot> {
  const clock = createManualClock();
  const sandbox = await startTelegramSandbox({ clock, limits: null, ...options });
  const { id: userId } = await sandbox.control.createUser({ firstName: 'Ann' });
  const call = async (method: string, params: object = {}): Promise<Answer> => {
    const response = await fetch(`${sandbox.url}/bot${SANDBOX_BOT_TOKEN}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(params),
    });
    const body: Omit<Answer, 'status' | 'retryAfter'> = JSON.parse(await response.text());
    return { status: response.status, retryAfter: response.headers.get('retry-after'), ...body };
  };
  return {
    sandbox,
    clock,
    userId,
    call,
    async waiting(method, params = {}) {
      const before = (await sandbox.control.journal({ method })).length;
      const answer = call(method, params);
      for (;;) {
        const entries = await sandbox.control.journal({ method });
        if (entries.length > before) break;
        await new Promise((resolve) => setImmediate(resolve));
      }
      return { answer };
    },
    async say(text = 'hello') {
      return (await sandbox.control.sendText({ userId, text })).id;
    },
    close: () => sandbox.close(),
  };
}

/** The ids of the updates in an answer to `getUpdates`. */
export function updateIds({ result }: Answer): number[] {
  if (!Array.isArray(result)) return [];
  return result.map(({ update_id: id }: { update_id: number }) => id);
}
