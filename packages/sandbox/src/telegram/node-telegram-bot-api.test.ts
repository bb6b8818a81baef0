import { Bot, InlineKeyboardBuilder, InputFile, TelegramApiError } from 'node-telegram-bot-api';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitForMessage } from './control/wait-for.ts';
import { SANDBOX_BOT_TOKEN, startTelegramSandbox, type TelegramSandbox } from './server.ts';

let sandbox: TelegramSandbox;
let bot: Bot;
let userId: number;

beforeEach(async () => {
  sandbox = await startTelegramSandbox();
  bot = new Bot(SANDBOX_BOT_TOKEN, { apiRoot: sandbox.url, maxRetries: 0 });
  ({ id: userId } = await sandbox.control.createUser({ firstName: 'Bob', languageCode: 'en' }));
});
afterEach(async () => {
  bot.stop();
  await sandbox.close();
});

it('polls, answers, edits and answers presses', async () => {
  bot.command('start', (context) =>
    context.reply('Pick one', { reply_markup: new InlineKeyboardBuilder().text('👍', 'up').build() }),
  );
  bot.on('callback_query', async (context) => {
    await context.answerCallbackQuery({ text: 'noted', show_alert: true });
    await bot.api.editMessageText({
      chat_id: userId,
      message_id: 2,
      text: `You chose ${context.callbackQuery?.data}`,
    });
  });
  const polling = bot.startPolling();
  await sandbox.control.sendText({ userId, text: '/start' });
  const { id } = await waitForMessage(sandbox.control, { chatId: userId }, ({ text }) => text === 'Pick one');
  const { callbackQueryId } = await sandbox.control.press({ userId, messageId: id, data: 'up' });
  const answer = await sandbox.control.callbackAnswer({ chatId: userId, callbackQueryId });
  expect(answer).toEqual({ text: 'noted', showAlert: true });
  await waitForMessage(sandbox.control, { chatId: userId }, ({ text }) => text === 'You chose up');
  bot.stop();
  await polling;
});

it('sends albums from streams, and reads errors with their parameters', async () => {
  await sandbox.control.sendText({ userId, text: 'hi' });
  const picture = await sharp({ create: { width: 600, height: 400, channels: 3, background: 'pink' } })
    .jpeg()
    .toBuffer();
  const input = () => new InputFile(new Uint8Array(picture), { filename: 'p.jpg' });
  const album = await bot.api.sendMediaGroup({
    chat_id: userId,
    media: [
      { type: 'photo', media: input(), caption: 'first' },
      { type: 'photo', media: input() },
    ],
  });
  expect(album.map(({ photo }) => photo?.at(-1)?.width)).toEqual([600, 600]);
  expect(new Set(album.map((message) => message.media_group_id)).size).toBe(1);
  await sandbox.control.addFault({
    method: 'sendMessage',
    action: { kind: 'too_many_requests', retryAfter: 9 },
  });
  const refused = await bot.api.sendMessage({ chat_id: userId, text: 'x' }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(TelegramApiError);
  expect(refused).toMatchObject({ errorCode: 429, parameters: { retry_after: 9 } });
});
