import { SANDBOX_BOT_TOKEN, startTelegramSandbox, type TelegramSandbox } from '@aisha/sandbox';
import { silentLogger } from '@aisha/service';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTelegramClient, type TelegramClient } from './client.ts';
import { startSmallBotApi } from '../testing/small-bot-api.ts';
import { describeTelegram } from '../testing/telegram-suite.ts';
import { escapeHtml, splitMessage } from './text.ts';

const reply = { priority: 'reply' } as const;
const config = (url: string) => ({
  token: SANDBOX_BOT_TOKEN,
  botId: Number(SANDBOX_BOT_TOKEN.split(':')[0]),
  apiRoot: url,
});

describeTelegram('the stand-in', async () => {
  const api = await startTelegramSandbox();
  const on = createTelegramClient({ config: config(api.url), redis: null, log: silentLogger });
  return {
    client: on,
    person: async () => {
      const { id } = await api.control.createUser({ firstName: 'Ann', languageCode: 'ru' });
      await api.control.sendText({ userId: id, text: 'hello' });
      return id;
    },
    block: async (id) => void (await api.control.block({ userId: id })),
    loseAnswer: async (chatId) =>
      void (await api.control.addFault({
        method: 'sendMessage',
        chatId,
        times: 1,
        action: { kind: 'reset_after' },
      })),
    received: async (chatId) => (await api.control.journal({ method: 'sendMessage', chatId })).length,
    close: async () => {
      on.close();
      await api.close();
    },
  };
});
describeTelegram('another Bot API', startSmallBotApi);

let sandbox: TelegramSandbox;
let client: TelegramClient;
let userId: number;

beforeAll(async () => {
  sandbox = await startTelegramSandbox();
  client = createTelegramClient({ config: config(sandbox.url), redis: null, log: silentLogger });
});
afterAll(async () => {
  client.close();
  await sandbox.close();
});
beforeEach(async () => {
  ({ id: userId } = await sandbox.control.createUser({ firstName: 'Ann', languageCode: 'ru' }));
  await sandbox.control.sendText({ userId, text: 'hello' });
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
