import { Bot, GrammyError, InlineKeyboard, InputFile, InputMediaBuilder } from 'grammy';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitForMessage } from './control/wait-for.ts';
import { SANDBOX_BOT_TOKEN, startTelegramSandbox, type TelegramSandbox } from './server.ts';

let sandbox: TelegramSandbox;
let bot: Bot;
let userId: number;

beforeEach(async () => {
  sandbox = await startTelegramSandbox({ limits: null });
  bot = new Bot(SANDBOX_BOT_TOKEN, { client: { apiRoot: sandbox.url } });
  ({ id: userId } = await sandbox.control.createUser({ firstName: 'Ann', languageCode: 'ru' }));
});

afterEach(async () => {
  // Stopping asks for updates once more, which the server holds for three seconds.
  const stopped = bot.stop().catch(() => {});
  await sandbox.close();
  await stopped;
});

/** Starts long polling; resolves when the bot polls. */
const start = (): Promise<void> =>
  new Promise((resolve, reject) => {
    bot.start({ onStart: () => resolve() }).catch(reject);
  });

const picture = (color: string): Promise<Buffer> =>
  sharp({ create: { width: 1600, height: 1200, channels: 3, background: color } })
    .jpeg()
    .toBuffer();

describe('a bot written with grammY', () => {
  it('answers commands, edits its answer and answers button presses', async () => {
    bot.command('start', (context) =>
      context.reply(`Hello, <b>${context.from?.first_name}</b>`, {
        parse_mode: 'HTML',
        reply_markup: new InlineKeyboard().text('More', 'more'),
      }),
    );
    bot.callbackQuery('more', async (context) => {
      await context.answerCallbackQuery({ text: 'Coming' });
      await context.editMessageText('More it is');
    });
    await start();
    const { control } = sandbox;
    await control.sendText({ userId, text: '/start' });
    const hello = await waitForMessage(control, { chatId: userId }, ({ fromBot }) => fromBot);
    expect(hello.message).toMatchObject({
      text: 'Hello, Ann',
      entities: [{ type: 'bold', offset: 7, length: 3 }],
      reply_markup: { inline_keyboard: [[{ text: 'More', callback_data: 'more' }]] },
    });
    const { callbackQueryId } = await control.press({ userId, messageId: hello.id, text: 'More' });
    expect(await control.callbackAnswer({ chatId: userId, callbackQueryId })).toEqual({
      text: 'Coming',
      showAlert: false,
    });
    const edited = await waitForMessage(control, { chatId: userId }, ({ text }) => text === 'More it is');
    expect(edited.id).toBe(hello.id);
    expect(edited.edits).toHaveLength(1);
    await expect(control.press({ userId, messageId: hello.id, text: 'More' })).rejects.toThrow(
      'no such button',
    );
  });

  it('gets an album as separate messages and downloads its photos', async () => {
    const groups: (string | undefined)[] = [];
    const sizes: number[] = [];
    bot.on('message:photo', async (context) => {
      groups.push(context.message.media_group_id);
      const file = await context.getFile();
      const response = await fetch(`${sandbox.url}/file/bot${SANDBOX_BOT_TOKEN}/${file.file_path}`);
      const { width } = await sharp(await response.bytes()).metadata();
      sizes.push(width);
      if (sizes.length === 3) await context.reply('all there');
    });
    await start();
    const photos = await Promise.all(['red', 'green', 'blue'].map(picture));
    const items = photos.map((bytes) => ({ kind: 'photo' as const, file: { bytes } }));
    await sandbox.control.sendAlbum({ userId, items, caption: 'three' });
    await waitForMessage(sandbox.control, { chatId: userId }, ({ text }) => text === 'all there');
    expect(new Set(groups).size).toBe(1);
    expect(groups[0]).toMatch(/^\d+$/);
    expect(sizes).toEqual([1280, 1280, 1280]);
  });

  it('sends photos, albums and documents, and sends them again by id', async () => {
    await sandbox.control.sendText({ userId, text: 'hi' });
    const photo = await bot.api.sendPhoto(userId, new InputFile(await picture('navy'), 'a.jpg'), {
      caption: 'one',
    });
    expect(photo.photo.map(({ width }) => width)).toEqual([90, 320, 800, 1280]);
    const again = await bot.api.sendPhoto(userId, photo.photo[0]?.file_id ?? '');
    expect(again.photo).toEqual(photo.photo);
    const album = await bot.api.sendMediaGroup(userId, [
      InputMediaBuilder.photo(new InputFile(await picture('teal'), 'b.jpg')),
      InputMediaBuilder.photo(photo.photo[0]?.file_id ?? ''),
    ]);
    expect(new Set(album.map((message) => 'media_group_id' in message && message.media_group_id)).size).toBe(
      1,
    );
    const report = new InputFile(Buffer.from('text'), 'отчёт.txt');
    const document = await bot.api.sendDocument(userId, report, { caption: '<i>x</i>', parse_mode: 'HTML' });
    expect(document.document).toMatchObject({
      file_name: 'отчёт.txt',
      mime_type: 'text/plain',
      file_size: 4,
    });
    expect(document.caption_entities).toEqual([{ type: 'italic', offset: 0, length: 1 }]);
    await expect(bot.api.sendPhoto(userId, document.document.file_id)).rejects.toThrow(
      "Bad Request: can't use file of type Document as Photo",
    );
  });

  it('is told when a person blocks it and may not write then', async () => {
    await sandbox.control.sendText({ userId, text: 'hi' });
    const statuses: string[] = [];
    bot.on('my_chat_member', async (context) => {
      statuses.push(context.myChatMember.new_chat_member.status);
      if (statuses.length === 2) await context.reply('back again');
    });
    await start();
    await sandbox.control.block({ userId });
    const refused = await bot.api.sendMessage(userId, 'hello?').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(GrammyError);
    expect(refused).toMatchObject({ error_code: 403, description: 'Forbidden: bot was blocked by the user' });
    await sandbox.control.unblock({ userId });
    await waitForMessage(sandbox.control, { chatId: userId }, ({ text }) => text === 'back again');
    expect(statuses).toEqual(['kicked', 'member']);
  });

  it('sells for Stars', async () => {
    bot.on('pre_checkout_query', (context) => context.answerPreCheckoutQuery(true));
    bot.on('message:successful_payment', (context) =>
      context.reply(`paid ${context.message.successful_payment.total_amount}`),
    );
    await sandbox.control.sendText({ userId, text: 'hi' });
    await start();
    const invoice = await bot.api.sendInvoice(userId, 'Pack', '100 credits', 'order-17', 'XTR', [
      { label: 'Pack', amount: 50 },
    ]);
    const outcome = await sandbox.control.pay({ userId, messageId: invoice.message_id });
    expect(outcome).toMatchObject({ outcome: 'paid' });
    await waitForMessage(sandbox.control, { chatId: userId }, ({ text }) => text === 'paid 50');
    const chargeId = outcome.outcome === 'paid' ? outcome.chargeId : '';
    expect(await bot.api.refundStarPayment(userId, chargeId)).toBe(true);
    await expect(bot.api.refundStarPayment(userId, chargeId)).rejects.toThrow('CHARGE_ALREADY_REFUNDED');
  });
});
