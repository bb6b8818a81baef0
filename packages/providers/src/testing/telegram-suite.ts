import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TelegramClient } from '../telegram/client.ts';

/** A Bot API, a client of it, and the hands on the other end that the suite needs. */
export interface TelegramStand {
  readonly client: TelegramClient;
  /** Somebody who has written to the bot. */
  person(): Promise<number>;
  block(userId: number): Promise<void>;
  /** The next message to them arrives, and the answer to the bot is lost. */
  loseAnswer(userId: number): Promise<void>;
  /** How many messages they got. */
  received(userId: number): Promise<number>;
  close(): Promise<void>;
}

const reply = { priority: 'reply' } as const;

/** What the client makes of a Bot API, whoever serves it. */
export function describeTelegram(name: string, start: () => Promise<TelegramStand>): void {
  describe(`the Telegram client on ${name}`, () => {
    let stand: TelegramStand;
    let client: TelegramClient;
    let userId: number;
    beforeAll(async () => {
      stand = await start();
      ({ client } = stand);
    });
    afterAll(() => stand.close());
    beforeEach(async () => {
      userId = await stand.person();
    });

    const send = (chatId: number) => client.call('sendMessage', { chat_id: chatId, text: 'one' }, reply);

    test('a message is sent, edited, edited to the same, deleted, and then gone', async () => {
      const sent = await send(userId);
      if (sent.kind !== 'ok') throw new Error(JSON.stringify(sent));
      const message = { chat_id: userId, message_id: sent.result.message_id };
      const edit = () => client.call('editMessageText', { ...message, text: 'two' }, reply);
      expect(await edit()).toMatchObject({ kind: 'ok' });
      expect(await edit()).toEqual({ kind: 'unchanged', why: 'not-modified' });
      const remove = () => client.call('deleteMessage', message, reply);
      expect(await remove()).toEqual({ kind: 'ok', result: true });
      expect(await remove()).toEqual({ kind: 'unchanged', why: 'gone' });
      expect(await edit()).toEqual({ kind: 'unchanged', why: 'gone' });
    });

    test('an answer to a message that is gone is sent all the same', async () => {
      const answer = { chat_id: userId, text: 'answer', reply_parameters: { message_id: 987_654 } };
      expect(await client.call('sendMessage', answer, reply)).toMatchObject({ kind: 'ok' });
    });

    test('those who blocked the bot, and those who never were, cannot be reached', async () => {
      await stand.block(userId);
      expect(await send(userId)).toMatchObject({ kind: 'unreachable' });
      expect(await send(5)).toMatchObject({ kind: 'unreachable' });
    });

    test('a message whose answer is lost is unknown, and was sent once', async () => {
      await stand.loseAnswer(userId);
      expect(await send(userId)).toMatchObject({ kind: 'unknown' });
      expect(await stand.received(userId)).toBe(1);
    });

    test('polls: updates, confirmation, a second poller, a webhook', async () => {
      const first = await client.pollUpdates({ offset: 0, limit: 100, timeoutS: 0 });
      if (first.kind !== 'updates') throw new Error(first.kind);
      expect(first.updates.length).toBeGreaterThan(0);
      const last = first.updates.at(-1)?.update_id ?? 0;
      const long = { offset: last + 1, limit: 100, timeoutS: 20 };
      const waiting = client.pollUpdates(long);
      const usurper = new AbortController();
      const second = client.pollUpdates({ ...long, signal: usurper.signal });
      expect(await Promise.race([waiting, second])).toMatchObject({ kind: 'conflict', by: 'poller' });
      usurper.abort();
      await Promise.allSettled([waiting, second]);

      const url = 'https://127.0.0.1:8443/webhook/telegram';
      expect(await client.setWebhook({ url, secret: 'secret' })).toEqual({ kind: 'ok', result: true });
      expect(await client.webhookInfo()).toMatchObject({ kind: 'ok', result: { url } });
      expect(await client.pollUpdates(long)).toMatchObject({ kind: 'conflict', by: 'webhook' });
      expect(await client.deleteWebhook()).toEqual({ kind: 'ok', result: true });
      expect(await client.pollUpdates({ ...long, timeoutS: 0 })).toEqual({ kind: 'updates', updates: [] });
    });
  });
}
