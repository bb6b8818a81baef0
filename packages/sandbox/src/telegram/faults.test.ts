import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultRule } from './faults.ts';
import { startRawBot, updateIds, type RawBot } from './testing.ts';
import { TELEGRAM_LIMITS } from './limits.ts';

let bot: RawBot;

beforeEach(async () => {
  bot = await startRawBot();
  await bot.say();
});
afterEach(() => bot.close());

const send = (text = 'x') => bot.call('sendMessage', { chat_id: bot.userId, text });
const texts = async (): Promise<string[]> => {
  const { messages } = await bot.sandbox.control.transcript({ chatId: bot.userId });
  return messages.filter(({ fromBot }) => fromBot).map(({ text }) => text);
};
const strike = (action: FaultRule['action'], rule: Partial<FaultRule> = {}) =>
  bot.sandbox.control.addFault({ method: 'sendMessage', times: 1, ...rule, action });

describe('a fault', () => {
  it('resets the connection after the call was carried out, or before', async () => {
    await strike({ kind: 'reset_after' });
    await expect(send('done')).rejects.toThrow('fetch failed');
    expect(await texts()).toEqual(['done']);
    await strike({ kind: 'reset_before' });
    await expect(send('not done')).rejects.toThrow('fetch failed');
    expect(await texts()).toEqual(['done']);
    expect((await send('fine')).ok).toBe(true);
  });

  it.each([
    ['drop_response', ['lost']],
    ['hang', []],
  ] as const)('never answers: %s', async (kind, there) => {
    await strike({ kind });
    const controller = new AbortController();
    const url = `${bot.sandbox.url}/bot7000000001:AAHsandbox-telegram-token-of-nobody/sendMessage?chat_id=${bot.userId}&text=lost`;
    const answer = fetch(url, { signal: controller.signal });
    await expect
      .poll(async () => (await bot.sandbox.control.journal({ method: 'sendMessage' }))[0]?.fault)
      .toBe(kind);
    expect(await texts()).toEqual(there);
    controller.abort();
    await expect(answer).rejects.toThrow('aborted');
  });

  it('is an answer of another kind', async () => {
    const url = `${bot.sandbox.url}/bot7000000001:AAHsandbox-telegram-token-of-nobody/sendMessage?chat_id=${bot.userId}&text=x`;
    await strike({ kind: 'bad_gateway' });
    const edge = await fetch(url);
    expect([edge.status, edge.headers.get('content-type')]).toEqual([502, 'text/html']);
    expect(await edge.text()).toContain('<h1>502 Bad Gateway</h1>');
    await strike({ kind: 'server_error' });
    expect(await send()).toMatchObject({ status: 500, description: 'Internal Server Error: restart' });
    await strike({ kind: 'too_many_requests', retryAfter: 17 });
    expect(await send()).toMatchObject({
      status: 429,
      retryAfter: '17',
      description: 'Too Many Requests: retry after 17',
      parameters: { retry_after: 17 },
    });
    await strike({ kind: 'unauthorized' });
    expect(await send()).toMatchObject({ status: 401, description: 'Unauthorized' });
    await strike({ kind: 'conflict' }, { method: 'getUpdates' });
    expect((await bot.call('getUpdates')).status).toBe(409);
    expect(await texts()).toEqual([]);
  });

  it('strikes the nth call, in one chat, so often, and is taken back', async () => {
    const other = await bot.sandbox.control.createUser({});
    await bot.sandbox.control.sendText({ userId: other.id, text: 'hi' });
    await strike({ kind: 'server_error' }, { skip: 1, times: 2, chatId: bot.userId });
    const statuses: number[] = [];
    for (let index = 0; index < 4; index += 1) {
      statuses.push((await send()).status);
      expect((await bot.call('sendMessage', { chat_id: other.id, text: 'x' })).status).toBe(200);
    }
    expect(statuses).toEqual([200, 500, 500, 200]);
    await strike({ kind: 'server_error' });
    await bot.sandbox.control.clearFaults({});
    expect((await send()).status).toBe(200);
  });

  it('delays all calls by a round trip', async () => {
    await bot.sandbox.control.setLatency({ ms: 60 });
    const began = performance.now();
    await bot.call('getMe');
    expect(performance.now() - began).toBeGreaterThanOrEqual(59);
  });
});

describe('updates gone wrong', () => {
  it('come twice', async () => {
    const [id = 0] = updateIds(await bot.call('getUpdates'));
    bot.clock.advance(5000);
    await bot.call('getUpdates', { offset: id + 1 });
    expect(await bot.sandbox.control.replayUpdates({ count: 1 })).toBe(1);
    expect(updateIds(await bot.call('getUpdates', { offset: id + 1 }))).toEqual([id]);
  });

  it('start again from a lower id', async () => {
    await expect(bot.sandbox.control.resetUpdateIds({ to: 100 })).rejects.toThrow('pending');
    const [id = 0] = updateIds(await bot.call('getUpdates'));
    bot.clock.advance(5000);
    await bot.call('getUpdates', { offset: id + 1 });
    await bot.sandbox.control.resetUpdateIds({ to: 100 });
    await bot.say();
    expect(updateIds(await bot.call('getUpdates', { offset: id + 2 }))).toEqual([100]);
  });

  it('are cut short by a 409 that nobody caused', async () => {
    await bot.call('getUpdates', { offset: -1 });
    const [id = 0] = updateIds(await bot.call('getUpdates', { offset: 0 }));
    const { answer } = await bot.waiting('getUpdates', { offset: id + 1, timeout: 50 });
    await bot.sandbox.control.terminatePoll({});
    expect((await answer).status).toBe(409);
  });
});

describe('limits', () => {
  beforeEach(() => bot.sandbox.control.setLimits({ limits: TELEGRAM_LIMITS }));

  it('let a burst through and then one a second; edits count, answers to presses do not', async () => {
    const markup = { inline_keyboard: [[{ text: 'x', callback_data: 'y' }]] };
    const first = await bot.call('sendMessage', { chat_id: bot.userId, text: 'x', reply_markup: markup });
    const messageId = Number(Object(first.result).message_id);
    for (let index = 0; index < 18; index += 1) expect((await send()).status).toBe(200);
    const edit = (text: string) =>
      bot.call('editMessageText', { chat_id: bot.userId, message_id: messageId, text, reply_markup: markup });
    expect((await edit('y')).status).toBe(200);
    expect(await edit('z')).toMatchObject({ status: 429, retryAfter: '1', parameters: { retry_after: 1 } });
    const { callbackQueryId } = await bot.sandbox.control.press({ userId: bot.userId, messageId, data: 'y' });
    expect((await bot.call('answerCallbackQuery', { callback_query_id: callbackQueryId })).status).toBe(200);
    bot.clock.advance(1000);
    expect((await send()).status).toBe(200);
    expect((await send()).status).toBe(429);
  });

  it('are stricter in groups', async () => {
    const group = await bot.sandbox.control.createGroup({ title: 'G', memberIds: [bot.userId] });
    const write = () => bot.call('sendMessage', { chat_id: group.id, text: 'x' });
    for (let index = 0; index < 20; index += 1) expect((await write()).status).toBe(200);
    expect((await write()).parameters).toEqual({ retry_after: 3 });
  });

  it('cap bulk messages, not replies', async () => {
    const people = await bot.sandbox.control.createUsers({ count: 40 });
    const write = async (userId: number) =>
      (await bot.call('sendMessage', { chat_id: userId, text: 'x' })).status;
    await bot.sandbox.control.sendTexts({ messages: people.map(({ id }) => ({ userId: id, text: 'hi' })) });
    for (const { id } of people) expect(await write(id)).toBe(200);
    bot.clock.advance(61_000);
    const statuses: number[] = [];
    for (const { id } of people) statuses.push(await write(id));
    expect(statuses.filter((status) => status === 200)).toHaveLength(30);
  });
});
