import http from 'node:http';
import { gzipSync } from 'node:zlib';
import { Bot, webhookCallback } from 'grammy';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitForMessage } from './control/wait-for.ts';
import { SANDBOX_BOT_TOKEN, startTelegramSandbox } from './server.ts';
import { startRawBot, type RawBot } from './testing.ts';

interface Delivery {
  body: { update_id: number; message?: { text?: string }; callback_query?: object };
  headers: http.IncomingHttpHeaders;
  response: http.ServerResponse;
}

/** A webhook whose answers the test gives one by one. */
async function startReceiver() {
  const deliveries: Delivery[] = [];
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      deliveries.push({ body: JSON.parse(text), headers: request.headers, response });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    deliveries,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

let bot: RawBot;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

beforeEach(async () => {
  bot = await startRawBot();
  receiver = await startReceiver();
});
afterEach(async () => {
  await receiver.close();
  await bot.close();
});

/** Lets what is due happen until it has. */
async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 3000;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error('It did not come to that');
    bot.clock.advance(0);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const texts = (): (string | undefined)[] => receiver.deliveries.map(({ body }) => body.message?.text);
const pending = async (): Promise<number> => (await bot.sandbox.control.state({})).bots[0]?.pending ?? -1;

/** Answers the nth delivery. */
function answer(index: number, status: number, body = '', headers: Record<string, string> = {}): void {
  receiver.deliveries[index]?.response.writeHead(status, headers).end(body);
}

describe('delivery', () => {
  it('posts an update with the secret token, and confirms it by 2xx', async () => {
    const set = await bot.call('setWebhook', { url: receiver.url, secret_token: 'se-cret_1' });
    expect(set).toMatchObject({ ok: true, result: true, description: 'Webhook was set' });
    await bot.say('hi');
    await until(() => receiver.deliveries.length === 1);
    const [delivery] = receiver.deliveries;
    expect(delivery?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-telegram-bot-api-secret-token': 'se-cret_1',
      'accept-encoding': 'gzip, deflate',
    });
    expect(delivery?.body.message?.text).toBe('hi');
    expect(await pending()).toBe(1);
    answer(0, 204);
    await until(async () => (await pending()) === 0);
  });

  it('keeps one update in flight per chat; presses and other chats go beside it', async () => {
    const other = await bot.sandbox.control.createUser({ firstName: 'Bob' });
    const markup = { inline_keyboard: [[{ text: 'Go', callback_data: 'go' }]] };
    await bot.say('first');
    const sent = await bot.call('sendMessage', { chat_id: bot.userId, text: 'press', reply_markup: markup });
    const messageId = Number(Object(sent.result).message_id);
    await bot.call('setWebhook', { url: receiver.url });
    await bot.say('second');
    await bot.sandbox.control.sendText({ userId: other.id, text: 'other' });
    await bot.sandbox.control.press({ userId: bot.userId, messageId, data: 'go' });
    await until(() => receiver.deliveries.length === 3);
    expect(new Set(texts())).toEqual(new Set(['first', 'other', undefined]));
    answer(texts().indexOf('first'), 200);
    await until(() => texts().includes('second'));
  });

  it('opens no more than max_connections at once', async () => {
    await bot.call('setWebhook', { url: receiver.url, max_connections: 2 });
    const people = await bot.sandbox.control.createUsers({ count: 4 });
    await bot.sandbox.control.sendTexts({ messages: people.map(({ id }) => ({ userId: id, text: 'x' })) });
    await until(() => receiver.deliveries.length === 2);
    answer(0, 200);
    await until(() => receiver.deliveries.length === 3);
    expect(await pending()).toBe(3);
  });

  it('tries again at once, then after 2, 4, 8 seconds, and says what was wrong', async () => {
    await bot.call('setWebhook', { url: receiver.url });
    await bot.say('again');
    await until(() => receiver.deliveries.length === 1);
    answer(0, 500);
    await until(() => receiver.deliveries.length === 2);
    for (const [index, seconds] of [2, 4, 8].entries()) {
      const seen = index + 2;
      answer(seen - 1, 302, '', { location: '/elsewhere' });
      await until(async () => {
        const { result } = await bot.call('getWebhookInfo');
        return Object(result).last_error_message === 'Wrong response from the webhook: 302 Found';
      });
      bot.clock.advance(seconds * 1000 - 100);
      await bot.call('getMe');
      expect(receiver.deliveries).toHaveLength(seen);
      bot.clock.advance(100);
      await until(() => receiver.deliveries.length === seen + 1);
    }
    expect(new Set(receiver.deliveries.map(({ body }) => body.update_id)).size).toBe(1);
  });

  it('honours Retry-After', async () => {
    await bot.call('setWebhook', { url: receiver.url });
    await bot.say('later');
    await until(() => receiver.deliveries.length === 1);
    answer(0, 503, '', { 'retry-after': '30' });
    await until(async () => Object((await bot.call('getWebhookInfo')).result).last_error_date !== undefined);
    bot.clock.advance(29_000);
    await bot.call('getMe');
    expect(receiver.deliveries).toHaveLength(1);
    bot.clock.advance(1000);
    await until(() => receiver.deliveries.length === 2);
  });

  it('gives up on an answer after a minute', async () => {
    await bot.call('setWebhook', { url: receiver.url });
    await bot.say('slow');
    await until(() => receiver.deliveries.length === 1);
    bot.clock.advance(60_000);
    await until(() => receiver.deliveries.length === 2);
    const { result } = await bot.call('getWebhookInfo');
    expect(result).toMatchObject({
      last_error_message: 'Webhook connection closed',
      pending_update_count: 1,
    });
  });

  it('closes the webhook after more than 23 hours of 410', async () => {
    await bot.call('setWebhook', { url: receiver.url });
    await bot.say('gone');
    const info = async (): Promise<Record<string, unknown>> =>
      Object((await bot.call('getWebhookInfo')).result);
    for (let hour = 0; hour < 23; hour += 1) {
      await until(() => receiver.deliveries.length === hour + 1);
      expect((await info())['url']).toBe(receiver.url);
      // Each answer puts the next attempt off by an hour.
      const before = Math.floor(bot.clock.now() / 1000);
      answer(hour, 410, '', { 'retry-after': '3600' });
      await until(async () => (await info())['last_error_date'] === before);
      bot.clock.advance(3_600_000);
    }
    await until(() => receiver.deliveries.length === 24);
    bot.clock.advance(1000);
    answer(23, 410);
    await until(async () => (await info())['url'] === '');
  });

  it('carries out a method in the answer, but not get… and the like', async () => {
    await bot.call('setWebhook', { url: receiver.url });
    await bot.say('hi');
    await until(() => receiver.deliveries.length === 1);
    const reply = JSON.stringify({ method: 'sendMessage', chat_id: bot.userId, text: 'by the answer' });
    receiver.deliveries[0]?.response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(reply));
    await until(async () => {
      const { messages } = await bot.sandbox.control.transcript({ chatId: bot.userId });
      return messages.some(({ text }) => text === 'by the answer');
    });
    await bot.say('once more');
    await until(() => receiver.deliveries.length === 2);
    answer(1, 200, JSON.stringify({ method: 'deleteWebhook' }));
    await until(async () => (await pending()) === 0);
    expect((await bot.sandbox.control.state({})).bots[0]?.webhookUrl).toBe(receiver.url);
  });
});

describe('setWebhook', () => {
  it('says so when it is set already, and when it is deleted', async () => {
    await bot.call('setWebhook', { url: receiver.url });
    bot.clock.advance(1000);
    expect((await bot.call('setWebhook', { url: receiver.url })).description).toBe('Webhook is already set');
    expect((await bot.call('deleteWebhook')).description).toBe('Webhook was deleted');
    expect((await bot.call('deleteWebhook')).description).toBe('Webhook is already deleted');
  });

  it('is taken once a second', async () => {
    await bot.call('setWebhook', { url: receiver.url });
    const again = await bot.call('setWebhook', { url: receiver.url });
    expect(again).toMatchObject({ status: 429, retryAfter: '1', parameters: { retry_after: 1 } });
  });

  it.each([
    [{ url: 'ftp://example.com' }, 'Bad Request: invalid webhook URL specified'],
    [{ url: 'http://a', secret_token: 'x'.repeat(257) }, 'Bad Request: secret token is too long'],
    [{ url: 'http://a', secret_token: 'ü' }, 'Bad Request: secret token contains unallowed characters'],
  ])('refuses %o', async (params, description) => {
    expect(await bot.call('setWebhook', params)).toMatchObject({ status: 400, description });
  });

  it('drops what waits when asked to', async () => {
    await bot.say();
    await bot.call('deleteWebhook', { drop_pending_updates: true });
    expect(await pending()).toBe(0);
  });

  it('tells about itself', async () => {
    await bot.call('setWebhook', { url: receiver.url, max_connections: 7, allowed_updates: ['message'] });
    expect((await bot.call('getWebhookInfo')).result).toEqual({
      url: receiver.url,
      has_custom_certificate: false,
      pending_update_count: 0,
      max_connections: 7,
      allowed_updates: ['message'],
    });
  });
});

describe('on the cloud', () => {
  it.each([
    ['http://93.184.216.34/x', 'An HTTPS URL must be provided for webhook'],
    ['https://93.184.216.34:8080/x', 'Webhook can be set up only on ports 80, 88, 443 or 8443'],
    ['https://127.0.0.1/x', 'IP address 127.0.0.1 is reserved'],
    ['https://[2a00::1]/x', 'IPv6-only addresses are not allowed'],
  ])('refuses %s', async (url, reason) => {
    const cloud = await startRawBot({ webhookTargets: 'public' });
    const answered = await cloud.call('setWebhook', { url });
    await cloud.close();
    expect(answered).toMatchObject({ status: 400, description: `Bad Request: bad webhook: ${reason}` });
  });
});

describe('a bot written with grammY', () => {
  it('lives on webhooks', async () => {
    const sandbox = await startTelegramSandbox({ limits: null });
    const grammy = new Bot(SANDBOX_BOT_TOKEN, { client: { apiRoot: sandbox.url } });
    grammy.on('message:text', (context) => context.reply(`You said ${context.message.text}`));
    const handle = webhookCallback(grammy, 'http', { secretToken: 'abc' });
    const server = http.createServer((request, response) => void handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await grammy.api.setWebhook(`http://127.0.0.1:${port}/`, { secret_token: 'abc' });
    const { id } = await sandbox.control.createUser({});
    await sandbox.control.sendText({ userId: id, text: 'one' });
    await waitForMessage(sandbox.control, { chatId: id }, ({ text }) => text === 'You said one');
    await expect.poll(async () => (await grammy.api.getWebhookInfo()).pending_update_count).toBe(0);
    await sandbox.close();
    server.closeAllConnections();
    server.close();
  });
});
