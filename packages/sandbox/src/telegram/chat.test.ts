import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRawBot, type RawBot } from './testing.ts';

let bot: RawBot;
let chat: number;

beforeEach(async () => {
  bot = await startRawBot();
  chat = bot.userId;
  await bot.say('hello');
});
afterEach(() => bot.close());

describe('presses', () => {
  it('may be answered for a while, once', async () => {
    const markup = { inline_keyboard: [[{ text: 'x', callback_data: 'y' }]] };
    const sent = await bot.call('sendMessage', { chat_id: chat, text: 'text', reply_markup: markup });
    const id = Number(Object(sent.result).message_id);
    const press = () => bot.sandbox.control.press({ userId: chat, messageId: id, data: 'y' });
    const old = 'Bad Request: query is too old and response timeout expired or query ID is invalid';
    const first = (await press()).callbackQueryId;
    expect((await bot.call('answerCallbackQuery', { callback_query_id: first })).result).toBe(true);
    expect((await bot.call('answerCallbackQuery', { callback_query_id: first })).description).toBe(old);
    const second = (await press()).callbackQueryId;
    bot.clock.advance(31_000);
    expect(await bot.call('answerCallbackQuery', { callback_query_id: second })).toMatchObject({
      status: 400,
      description: old,
    });
  });
});

describe('the rest of a chat', () => {
  it('shows reactions, pins and actions', async () => {
    const react = (emoji: string) =>
      bot.call('setMessageReaction', { chat_id: chat, message_id: 1, reaction: [{ type: 'emoji', emoji }] });
    expect((await react('👀')).result).toBe(true);
    expect((await react('❤️')).result).toBe(true);
    expect((await react('🧱')).description).toBe('Bad Request: REACTION_INVALID');
    expect((await bot.call('pinChatMessage', { chat_id: chat, message_id: 1 })).result).toBe(true);
    expect((await bot.call('getChat', { chat_id: chat })).result).toMatchObject({
      type: 'private',
      pinned_message: { message_id: 1 },
    });
    expect((await bot.call('unpinChatMessage', { chat_id: chat })).result).toBe(true);
    expect((await bot.call('sendChatAction', { chat_id: chat, action: 'typing' })).result).toBe(true);
    expect((await bot.call('sendChatAction', { chat_id: chat, action: 'dance' })).description).toBe(
      'Bad Request: wrong parameter action in request',
    );
    const { messages, happenings } = await bot.sandbox.control.transcript({ chatId: chat });
    expect(messages[0]?.reactions).toEqual([{ by: 7_000_000_001, emoji: '❤' }]);
    expect(happenings.map(({ kind }) => kind)).toContain('action');
  });

  it('offers commands by scope and language', async () => {
    const set = (language: string, description: string, scope = 'default') =>
      bot.call('setMyCommands', {
        commands: [{ command: 'start', description }],
        language_code: language,
        scope: { type: scope },
      });
    await set('', 'Begin');
    await set('ru', 'Начать');
    const offered = async () => (await bot.sandbox.control.commands({ userId: chat }))[0]?.description;
    expect(await offered()).toBe('Начать');
    await bot.sandbox.control.updateUser({ userId: chat, languageCode: 'kk' });
    expect(await offered()).toBe('Begin');
    await set('', 'Private', 'all_private_chats');
    expect(await offered()).toBe('Private');
    expect(
      (await bot.call('setMyCommands', { commands: [{ command: 'Bad!', description: 'x' }] })).description,
    ).toBe('Bad Request: BOT_COMMAND_INVALID');
    expect((await bot.call('getMyCommands', { language_code: 'ru' })).result).toEqual([
      { command: 'start', description: 'Начать' },
    ]);
  });

  it('shows drafts, which the person may stop', async () => {
    const draft = { chat_id: chat, draft_id: 7, text: 'so far', can_stop: true };
    expect((await bot.call('sendMessageDraft', draft)).result).toBe(true);
    const { happenings } = await bot.sandbox.control.transcript({ chatId: chat });
    expect(happenings.at(-1)).toMatchObject({
      kind: 'draft',
      detail: { draftId: 7, text: 'so far', canStop: true },
    });
    await bot.sandbox.control.stopDraft({ userId: chat, draftId: 7 });
    const updates = await bot.sandbox.control.pendingUpdates({});
    expect(updates.at(-1)).toMatchObject({ stopped_message_generation: { draft_id: 7, chat: { id: chat } } });
  });

  it('tells a bot to wait before closing, and nothing after logging out', async () => {
    expect(await bot.call('close')).toMatchObject({ status: 429, parameters: { retry_after: 600 } });
    bot.clock.advance(600_000);
    expect((await bot.call('close')).result).toBe(true);
    expect((await bot.call('logOut')).result).toBe(true);
    expect((await bot.call('getMe')).status).toBe(400);
  });
});
