import type { Language } from '@aisha/db';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockedByOperator, startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import type { TextKey, TextParams } from '../texts/index.ts';

let bot: TestBot;
beforeAll(async () => {
  bot = await startTestBot();
});
afterAll(() => bot.close());

/** A text as a person reads it: without the markup. */
const words = (language: Language, key: TextKey, params?: TextParams) =>
  bot.parts.texts.plain(language, key, params).replace(/<[^>]*>/g, '');

/** What each command says to somebody who is new. */
const COMMANDS: [command: string, key: TextKey, params?: TextParams][] = [
  ['/start', 'menu.text'],
  ['/menu', 'menu.text'],
  ['/avatars', 'avatars.empty'],
  ['/new_avatar', 'avatar.kind.title'],
  ['/imagine', 'imagine.ask'],
  ['/gallery', 'gallery.empty'],
  ['/transcribe', 'transcribe.how'],
  ['/history', 'history.empty'],
  ['/balance', 'balance.free'],
  ['/language', 'language.title'],
  ['/help', 'help.more'],
  ['/cancel', 'cancel.nothing'],
  ['/privacy', 'privacy.title'],
  ['/export', 'export.all.begun'],
  ['/delete_me', 'leave.title'],
  ['/nonsense', 'unknown.text'],
  ['just words', 'unknown.text'],
];

describe.each<[Language, string]>([
  ['ru', 'ru'],
  ['kk', 'kk-KZ'],
  ['en', 'en-GB'],
])('in %s', (language, code) => {
  test('every command is answered with its own words, in one message', async () => {
    const me = await stranger(bot, code, 'Анна <b>&');
    for (const [command, key, params] of COMMANDS) {
      await bot.forgetPace();
      const answers = await bot.say(me, command);
      expect(answers, command).toHaveLength(1);
      expect(answers[0]?.text, command).toContain(words(language, key, params));
    }
    const [hello] = await bot.say(me, '/start');
    expect(hello?.text).toContain(bot.parts.texts.plain(language, 'menu.hello', { name: 'Анна <b>&' }));
  });

  test('what the bot cannot do anything with is answered too', async () => {
    const me = await stranger(bot, code);
    const { control } = bot.telegram;
    const file = { bytes: Buffer.from('x'), name: 'a.exe', mime: 'application/x-msdownload' };
    const newest = async () => {
      await bot.fetch();
      await bot.work();
      return (await bot.messages(me)).at(-1)?.text;
    };
    await control.sendMedia({ userId: me, kind: 'document', file });
    expect(await newest()).toContain(words(language, 'unknown.file'));
    await control.sendLocation({ userId: me, latitude: 1, longitude: 1 });
    expect(await newest()).toContain(words(language, 'unknown.text'));
  });
});

describe('the language', () => {
  test('is that of Telegram until one is chosen, and then the chosen one', async () => {
    const me = await stranger(bot, 'en');
    const help = async () => (await bot.say(me, '/help'))[0]?.text;
    expect(await help()).toContain(words('en', 'help.text').slice(0, 20));
    await bot.telegram.control.updateUser({ userId: me, languageCode: 'uk' });
    expect(await help()).toContain(words('ru', 'help.text').slice(0, 20));
    await bot.say(me, '/language');
    const { toast, messages } = await bot.press(me, 'language.set:kk');
    expect(toast).toBe(words('kk', 'language.chosen'));
    expect(messages[0]?.text).toContain(words('kk', 'menu.text'));
    await bot.telegram.control.updateUser({ userId: me, languageCode: 'en' });
    expect(await help()).toContain(words('kk', 'help.text').slice(0, 20));
  });
});

describe('somebody whom an operator has blocked', () => {
  test('hears nothing, by message and by press, and nothing is done', async () => {
    const me = await stranger(bot);
    await bot.say(me, '/new_avatar');
    const before = await bot.state(me);
    await blockedByOperator(bot, me);
    expect(await bot.say(me, '/menu')).toEqual([]);
    const { toast, messages } = await bot.press(me, 'avatar.kind:portrait');
    expect(toast ?? '').toBe('');
    expect(messages).toEqual([]);
    expect(await bot.state(me)).toEqual(before);
  });

  test('is not answered before everybody in a group', async () => {
    const me = await stranger(bot);
    await bot.say(me, '/start');
    await blockedByOperator(bot, me);
    const { id: chatId } = await bot.telegram.control.createGroup({ title: 'G', memberIds: [me] });
    await bot.telegram.control.sendText({ userId: me, chatId, text: '/transcribe@aisha_sandbox_bot' });
    await bot.fetch();
    await bot.work();
    expect(await bot.messages(chatId)).toEqual([]);
  });
});

describe('in a group', () => {
  test('the bot is silent but for what is meant for it', async () => {
    const me = await stranger(bot, 'en');
    const { control } = bot.telegram;
    const group = await control.createGroup({ title: 'G', memberIds: [me], botStatus: 'administrator' });
    const chatId = group.id;
    const say = async (text: string, replyTo?: number) => {
      await control.sendText({ userId: me, chatId, text, ...(replyTo === undefined ? {} : { replyTo }) });
      await bot.fetch();
      await bot.work();
      return (await bot.messages(chatId)).map((one) => one.text);
    };
    expect(await say('hello everybody')).toEqual([]);
    expect(await say('/help')).toEqual([]);
    expect(await say('/transcribe@somebody_else_bot')).toEqual([]);
    expect(await say('/transcribe@aisha_sandbox_bot')).toEqual([words('en', 'transcribe.reply')]);
    const voice = await control.sendMedia({
      userId: me,
      chatId,
      kind: 'audio',
      file: { bytes: Buffer.from('x'), name: 'a.mp3', mime: 'audio/mpeg' },
    });
    expect((await say('/transcribe', voice.id)).at(-1)).toContain(words('en', 'order.transcription'));
  });

  test('that throws the bot out is noted, and forgotten when it is back', async () => {
    const me = await stranger(bot, 'en');
    const { control } = bot.telegram;
    const { id: chatId } = await control.createGroup({ title: 'G', memberIds: [me] });
    const unreachable = async () => {
      await bot.fetch();
      await bot.work();
      const chats = await bot.parts.db.query.chats.findMany();
      return chats.find(({ id }) => id === chatId)?.unreachableSince ?? null;
    };
    await control.setBotStatus({ chatId, by: me, status: 'kicked' });
    expect(await unreachable()).not.toBeNull();
    await control.setBotStatus({ chatId, by: me, status: 'member' });
    expect(await unreachable()).toBeNull();
  });
});

test('where everything is free a checkout is declined within its time, and nothing is paid', async () => {
  const me = await stranger(bot);
  await bot.say(me, '/start');
  const sent = await bot.parts.telegram.call(
    'sendInvoice',
    {
      chat_id: me,
      title: 'x',
      description: 'x',
      payload: 'x',
      currency: 'XTR',
      prices: [{ label: 'x', amount: 1 }],
    },
    { priority: 'reply' },
  );
  if (sent.kind !== 'ok') throw new Error(sent.kind);
  const paying = bot.telegram.control.pay({ userId: me, messageId: sent.result.message_id });
  await expect.poll(async () => (await bot.telegram.control.pendingUpdates({})).length).toBeGreaterThan(0);
  await bot.fetch();
  await bot.work();
  expect(JSON.stringify(await paying)).toContain(words('ru', 'checkout.closed'));
});
