import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createWebhookTokens, currentWebhookSecret } from '@aisha/core';
import { makeOrder, startTestParts, type TestParts } from '@aisha/core/testing';
import { falJobs, telegramUpdates } from '@aisha/db';
import { createWebhookVerifier, webhookToken } from '@aisha/providers';
import { createHealth, createHealthHandler } from '@aisha/service';
import { type AppParts, createApp } from '../app.ts';

export const FAL = '/webhook/fal/status';
export const TELEGRAM = '/webhook/telegram';
const SECRET = 'telegram-secret';
/** The header of a genuine request of Telegram's. */
export const secret = { 'x-telegram-bot-api-secret-token': SECRET };

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
  readonly headers: Headers;
}

export interface OurJob {
  readonly id: string;
  readonly requestId: string;
  readonly token: string;
  /** The webhook address that FAL was given, without the host. */
  readonly path: string;
}

interface HookOptions {
  readonly body?: string;
  readonly timestamp?: number;
  /** Another surface than the usual one. */
  readonly to?: string;
}

/** The webhook API on a port of its own, and its senders. */
export interface Surface {
  readonly bench: TestParts;
  readonly url: string;
  readonly userId: number;
  /** One more, with other parts; its address. */
  listen(change: {
    fal?: Partial<AppParts['fal']>;
    telegram?: Partial<AppParts['telegram']>;
  }): Promise<string>;
  post(path: string, body: string | Buffer, headers?: Record<string, string>, to?: string): Promise<Answer>;
  /** A job of ours that FAL has. */
  job(): Promise<OurJob>;
  /** A genuine webhook of FAL's about this request. */
  hook(path: string, requestId: string, options?: HookOptions): Promise<Answer>;
  /** An update as Telegram sends it, each with a number of its own. */
  update(text?: string): string;
  /** Updates that are kept. */
  kept(): Promise<number>;
  close(): Promise<void>;
}

export const bodyAbout = (requestId: string): string =>
  JSON.stringify({ request_id: requestId, gateway_request_id: requestId, status: 'OK', payload: {} });

export async function startSurface(): Promise<Surface> {
  const bench = await startTestParts();
  const userId = await bench.person();
  const { db, producer, log, metrics, config } = bench.parts;
  const tokens = createWebhookTokens({ db, telegramToken: config.telegram.token });
  const closing: (() => void)[] = [];

  const listen: Surface['listen'] = async (change) => {
    const health = createHealth({
      process: { app: 'webhook-api', instanceId: 'test' },
      log,
      stopping: new AbortController().signal,
      checks: { database: { check: () => bench.database.check(), needed: true, timeoutMs: 1_000 } },
    });
    const verifier = createWebhookVerifier({ jwksUrl: bench.fal.jwksUrl });
    const app = createApp({
      fal: { verifier, producer, db, tokens, log, ...change.fal },
      telegram: { db, producer, botId: bench.botId, secret: SECRET, log, ...change.telegram },
      health: createHealthHandler({ health, metrics }),
      metrics,
      log,
    });
    const server = createServer(app);
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  };

  const url = await listen({});
  const post: Surface['post'] = async (path, body, headers = {}, to = url) => {
    const response = await fetch(`${to}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: Buffer.from(body),
    });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text), text, headers: response.headers };
  };

  let ids = 0;
  return {
    bench,
    url,
    userId,
    listen,
    post,
    job: async () => {
      const order = await makeOrder(bench, userId);
      const requestId = randomUUID();
      const [row] = await db
        .insert(falJobs)
        .values({
          orderId: order.id,
          kind: 'generation',
          model: 'm',
          input: {},
          state: 'submitted',
          requestId,
        })
        .returning();
      if (!row) throw new Error('no job');
      const token = webhookToken(await currentWebhookSecret(db), row.id);
      return { id: row.id, requestId, token, path: `${FAL}?job=${row.id}&token=${token}` };
    },
    hook: async (path, requestId, { body = bodyAbout(requestId), timestamp, to = url } = {}) => {
      const when = timestamp === undefined ? {} : { timestamp };
      return post(path, body, await bench.fal.control.sign(body, { requestId, ...when }), to);
    },
    update: (text = 'hi') => {
      ids += 1;
      const chat = { id: userId, type: 'private' };
      return JSON.stringify({ update_id: ids, message: { message_id: ids, date: 1, chat, text } });
    },
    kept: () => db.$count(telegramUpdates),
    close: async () => {
      for (const close of closing) close();
      await bench.close();
    },
  };
}
