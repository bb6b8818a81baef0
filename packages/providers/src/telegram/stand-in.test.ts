import { SANDBOX_BOT_TOKEN, startTelegramSandbox, type TelegramSandbox } from '@aisha/sandbox';
import { silentLogger } from '@aisha/service';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTelegramClient, type TelegramClient } from './client.ts';
import { escapeHtml, splitMessage } from './text.ts';

const reply = { priority: 'reply' } as const;
let sandbox: TelegramSandbox;
let client: TelegramClient;
let userId: number;

beforeAll(async () => {
  sandbox = await startTelegramSandbox();
  const botId = Number(SANDBOX_BOT_TOKEN.split(':')[0]);
  const config = { token: SANDBOX_BOT_TOKEN, botId, apiRoot: sandbox.url };
  client = createTelegramClient({ config, redis: null, log: silentLogger });
});
afterAll(async () => {
  client.close();
  await sandbox.close();
});
beforeEach(async () => {
  await sandbox.control.clearFaults({});
  ({ id: userId } = await sandbox.control.createUser({ firstName: 'Ann', languageCode: 'ru' }));
  await sandbox.control.sendText({ userId, text: 'hello' });
});

const say = async (text = 'x') => {
  const sent = await client.call('sendMessage', { chat_id: userId, text }, reply);
  if (sent.kind !== 'ok') throw new Error(JSON.stringify(sent));
  return sent.result.message_id;
};

test('a message is sent, edited, edited to the same, deleted, and then gone', async () => {
  const messageId = await say('one');
  const edit = () =>
    client.call('editMessageText', { chat_id: userId, message_id: messageId, text: 'two' }, reply);
  expect(await edit()).toMatchObject({ kind: 'ok' });
  expect(await edit()).toEqual({ kind: 'unchanged', why: 'not-modified' });
  const remove = () => client.call('deleteMessage', { chat_id: userId, message_id: messageId }, reply);
  expect(await remove()).toEqual({ kind: 'ok', result: true });
  expect(await remove()).toEqual({ kind: 'unchanged', why: 'gone' });
  expect(await edit()).toEqual({ kind: 'unchanged', why: 'gone' });
  const replied = await client.call(
    'sendMessage',
    { chat_id: userId, text: 'answer', reply_parameters: { message_id: messageId } },
    reply,
  );
  expect(replied).toMatchObject({ kind: 'ok' });
});

test('every piece of a long marked-up text is accepted', async () => {
  const paragraph = `<b>${escapeHtml('Итог <встречи> & "прочее"')}</b> ${'слово '.repeat(150)}\n\n`;
  for (const piece of splitMessage(paragraph.repeat(8))) {
    const sent = await client.call(
      'sendMessage',
      { chat_id: userId, text: piece, parse_mode: 'HTML' },
      reply,
    );
    expect(sent).toMatchObject({ kind: 'ok' });
  }
});

test('methods newer than the typings of telegraf', async () => {
  expect(
    await client.call('sendMessageDraft', { chat_id: userId, draft_id: 1, text: 'half' }, reply),
  ).toEqual({
    kind: 'ok',
    result: true,
  });
  const invoice = {
    chat_id: userId,
    title: 'Credits',
    description: '100 credits',
    payload: 'pack-1',
    currency: 'XTR',
    prices: [{ label: '100', amount: 50 }],
  };
  expect(await client.call('sendInvoice', invoice, reply)).toMatchObject({ kind: 'ok' });
  const refund = { user_id: userId, telegram_payment_charge_id: 'unknown' };
  expect(await client.call('refundStarPayment', refund, reply)).toMatchObject({ kind: 'refused', code: 400 });
});

test('those who blocked the bot, and those who never were', async () => {
  await sandbox.control.block({ userId });
  expect(await client.call('sendMessage', { chat_id: userId, text: 'x' }, reply)).toMatchObject({
    kind: 'unreachable',
  });
  expect(await client.call('sendMessage', { chat_id: 5, text: 'x' }, reply)).toMatchObject({
    kind: 'unreachable',
  });
});

test('a document comes back byte by byte', async () => {
  const source = Buffer.from('Протокол');
  const sent = await client.call(
    'sendDocument',
    { chat_id: userId, document: { source, filename: 'протокол.txt' }, caption: 'a' },
    reply,
  );
  if (sent.kind !== 'ok') throw new Error(sent.kind);
  const { file_id: fileId, file_name: name } = sent.result.document;
  expect(name).toBe('протокол.txt');
  expect(await client.downloadToBuffer(fileId)).toEqual({ kind: 'ok', data: source });
  expect(await client.downloadToBuffer('no-such-file')).toMatchObject({
    kind: expect.stringMatching(/gone|retry/),
  });
});

test('a message sent and a lost answer: unknown, and sent once', async () => {
  await sandbox.control.addFault({ method: 'sendMessage', chatId: userId, action: { kind: 'reset_after' } });
  expect(await client.call('sendMessage', { chat_id: userId, text: 'once' }, reply)).toMatchObject({
    kind: 'unknown',
  });
  const journal = await sandbox.control.journal({ method: 'sendMessage', chatId: userId });
  expect(journal).toHaveLength(1);
});

test('polls: updates, confirmation, a second poller, a webhook', async () => {
  const first = await client.pollUpdates({ offset: 0, limit: 100, timeoutS: 0 });
  if (first.kind !== 'updates') throw new Error(first.kind);
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
});
