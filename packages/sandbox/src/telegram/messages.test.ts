import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SANDBOX_BOT_TOKEN } from './server.ts';
import { startRawBot, type Answer, type RawBot } from './testing.ts';

const NOT_MODIFIED =
  'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message';

let bot: RawBot;
let chat: number;

beforeEach(async () => {
  bot = await startRawBot();
  chat = bot.userId;
  await bot.say('hello');
});
afterEach(() => bot.close());

const idOf = ({ result }: Answer): number => Number(Object(result).message_id);
const send = async (params: object = {}): Promise<number> =>
  idOf(await bot.call('sendMessage', { chat_id: chat, text: 'text', ...params }));
const keyboard = (...rows: object[][]) => ({ inline_keyboard: rows });

describe('the envelope', () => {
  const base = () => `${bot.sandbox.url}/bot${SANDBOX_BOT_TOKEN}`;
  const read = async (response: Response): Promise<unknown> => response.json();

  it('takes parameters from the query, a form, multipart and JSON; methods in any case', async () => {
    const query = new URLSearchParams({
      chat_id: `${chat}`,
      text: 'a',
      reply_markup: JSON.stringify(keyboard([{ text: 'b', callback_data: 'c' }])),
    });
    const form = new FormData();
    for (const [name, value] of query) form.set(name, value);
    const answers = [
      await read(await fetch(`${base()}/SendMessage?${query.toString()}`)),
      await read(await fetch(`${base()}/sendmessage`, { method: 'POST', body: query })),
      await read(await fetch(`${base()}/sendMessage`, { method: 'POST', body: form })),
      await read(await fetch(`${base()}?method=sendMessage&${query.toString()}`)),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({
        ok: true,
        result: { text: 'a', reply_markup: { inline_keyboard: [[{ text: 'b' }]] } },
      });
    }
  });

  it('knows what it does not know', async () => {
    expect(await bot.call('noSuchMethod')).toMatchObject({
      status: 404,
      description: 'Not Found: method not found',
    });
    const wrong = await fetch(`${bot.sandbox.url}/bot123:abcdefgh/getMe`);
    expect([wrong.status, await read(wrong)]).toEqual([
      401,
      { ok: false, error_code: 401, description: 'Unauthorized' },
    ]);
    expect(await read(await fetch(`${bot.sandbox.url}/botnonsense/getMe`))).toMatchObject({
      description: 'Unauthorized: invalid token specified',
    });
    expect(await read(await fetch(`${bot.sandbox.url}/elsewhere`))).toMatchObject({
      error_code: 404,
      description: 'Not Found',
    });
  });

  it('can answer unknown tokens as the cloud was seen to', async () => {
    const cloud = await startRawBot({ unknownTokenStatus: 404 });
    const answer = await fetch(`${cloud.sandbox.url}/bot1:abcdefgh/getMe`);
    expect([answer.status, await read(answer)]).toEqual([
      404,
      { ok: false, error_code: 404, description: 'Not Found' },
    ]);
    await cloud.close();
  });

  it('refuses broken bodies', async () => {
    const answer = await fetch(`${base()}/sendMessage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"chat_id":',
    });
    expect(answer.status).toBe(400);
  });
});

describe('sending', () => {
  it.each([
    [{ text: '' }, 'message text is empty'],
    [{ text: '  \n ' }, 'message text is empty'],
    [{ chat_id: '' }, 'chat_id is empty'],
    [{ chat_id: 999 }, 'chat not found'],
    [{ chat_id: '@nobody' }, 'chat not found'],
    [{ text: 'я'.repeat(4097) }, 'message is too long'],
    [
      { text: '<b>x', parse_mode: 'HTML' },
      `can't parse entities: Can't find end tag corresponding to start tag "b"`,
    ],
    [{ message_thread_id: 5 }, 'message thread not found'],
    [{ reply_parameters: { message_id: 77 } }, 'message to be replied not found'],
    [{ reply_to_message_id: 77 }, 'message to be replied not found'],
    [{ reply_markup: 'nonsense' }, "can't parse reply markup JSON object"],
    [{ reply_markup: keyboard([{ text: 'x', callback_data: '' }]) }, 'BUTTON_DATA_INVALID'],
    [{ reply_markup: keyboard([{ text: 'x', callback_data: 'я'.repeat(33) }]) }, 'BUTTON_DATA_INVALID'],
    [
      { reply_markup: keyboard([{ text: 'x' }]) },
      "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ],
    [
      { reply_markup: keyboard([{ text: 'x', url: 'http://localhost:1' }]) },
      "inline keyboard button URL 'http://localhost:1' is invalid: Wrong HTTP URL",
    ],
  ])('refuses %o', async (params, reason) => {
    const answer = await bot.call('sendMessage', { chat_id: chat, text: 'x', ...params });
    expect(answer).toMatchObject({ status: 400, error_code: 400, description: `Bad Request: ${reason}` });
  });

  it('takes callback data of 64 bytes and a text of 4096 characters', async () => {
    const markup = keyboard([{ text: 'x', callback_data: 'я'.repeat(32) }]);
    const answer = await bot.call('sendMessage', {
      chat_id: chat,
      text: '🙂'.repeat(4096),
      reply_markup: markup,
    });
    expect(answer.ok).toBe(true);
  });

  it('answers another message, or does without when that is allowed', async () => {
    const answer = await bot.call('sendMessage', {
      chat_id: chat,
      text: 'x',
      reply_parameters: { message_id: 1 },
    });
    expect(answer.result).toMatchObject({ reply_to_message: { message_id: 1, text: 'hello' } });
    const without = await bot.call('sendMessage', {
      chat_id: chat,
      text: 'x',
      reply_parameters: { message_id: 77, allow_sending_without_reply: true },
    });
    expect(without.result).not.toHaveProperty('reply_to_message');
  });

  it('copies and forwards', async () => {
    const from = { chat_id: chat, from_chat_id: chat };
    expect((await bot.call('copyMessage', { ...from, message_id: 1 })).result).toEqual({ message_id: 2 });
    expect((await bot.call('forwardMessage', { ...from, message_id: 1 })).result).toMatchObject({
      text: 'hello',
      forward_origin: { type: 'user', sender_user: { id: chat } },
    });
    const missing = { ...from, message_id: 99 };
    expect((await bot.call('copyMessage', missing)).description).toBe(
      'Bad Request: message to copy not found',
    );
    expect((await bot.call('forwardMessage', missing)).description).toBe(
      'Bad Request: message to forward not found',
    );
  });
});

describe('editing', () => {
  it('changes text and keyboard, and refuses an edit that changes nothing', async () => {
    const markup = keyboard([{ text: 'x', callback_data: 'y' }]);
    const id = await send({ reply_markup: markup });
    const edit = { chat_id: chat, message_id: id };
    const same = await bot.call('editMessageText', { ...edit, text: 'text', reply_markup: markup });
    expect(same).toMatchObject({ status: 400, description: NOT_MODIFIED });
    const without = await bot.call('editMessageText', { ...edit, text: 'text' });
    expect(without.result).not.toHaveProperty('reply_markup');
    const changed = await bot.call('editMessageText', { ...edit, text: '<b>text</b>', parse_mode: 'HTML' });
    expect(changed.result).toMatchObject({
      text: 'text',
      entities: [{ type: 'bold' }],
      edit_date: expect.any(Number),
    });
    const keys = await bot.call('editMessageReplyMarkup', { ...edit, reply_markup: markup });
    expect(keys.result).toMatchObject({ text: 'text', reply_markup: markup });
  });

  it('refuses what is not there, not its own, or not of the kind', async () => {
    const edit = async (method: string, params: object): Promise<string | undefined> =>
      (await bot.call(method, { chat_id: chat, text: 'new', caption: 'new', ...params })).description;
    expect(await edit('editMessageText', { message_id: 99 })).toBe('Bad Request: message to edit not found');
    expect(await edit('editMessageText', { message_id: 1 })).toBe("Bad Request: message can't be edited");
    const id = await send();
    expect(await edit('editMessageCaption', { message_id: id })).toBe(
      'Bad Request: there is no caption in the message to edit',
    );
    const withKeys = await send({ reply_markup: { keyboard: [['Yes']] } });
    expect(await edit('editMessageText', { message_id: withKeys })).toBe(
      "Bad Request: message can't be edited",
    );
  });

  it('replaces media and captions', async () => {
    const form = new FormData();
    form.set('chat_id', `${chat}`);
    form.set('document', new Blob(['one']), 'one.txt');
    const url = `${bot.sandbox.url}/bot${SANDBOX_BOT_TOKEN}`;
    const sent: Answer = JSON.parse(
      await (await fetch(`${url}/sendDocument`, { method: 'POST', body: form })).text(),
    );
    const edit = { chat_id: chat, message_id: idOf(sent) };
    expect((await bot.call('editMessageText', { ...edit, text: 'x' })).description).toBe(
      'Bad Request: there is no text in the message to edit',
    );
    expect((await bot.call('editMessageCaption', { ...edit, caption: 'c' })).result).toMatchObject({
      caption: 'c',
    });
    const replaced = new FormData();
    replaced.set('chat_id', `${chat}`);
    replaced.set('message_id', `${idOf(sent)}`);
    replaced.set('media', JSON.stringify({ type: 'document', media: 'attach://other' }));
    replaced.set('other', new Blob(['two']), 'two.txt');
    const answer = await fetch(`${url}/editMessageMedia`, { method: 'POST', body: replaced });
    expect(await answer.json()).toMatchObject({ ok: true, result: { document: { file_name: 'two.txt' } } });
    const { messages } = await bot.sandbox.control.transcript({ chatId: chat });
    expect(messages.at(-1)?.edits.map(({ content }) => content.document?.file_name)).toEqual([
      'one.txt',
      'one.txt',
    ]);
  });
});

describe('deleting', () => {
  it('deletes own and others’ messages of the last two days', async () => {
    const id = await send();
    expect((await bot.call('deleteMessage', { chat_id: chat, message_id: id })).result).toBe(true);
    const again = await bot.call('deleteMessage', { chat_id: chat, message_id: id });
    expect(again.description).toBe('Bad Request: message to delete not found');
    expect(
      (await bot.call('editMessageText', { chat_id: chat, message_id: id, text: 'x' })).description,
    ).toBe('Bad Request: message to edit not found');
    bot.clock.advance(49 * 3_600_000);
    expect((await bot.call('deleteMessage', { chat_id: chat, message_id: 1 })).description).toBe(
      "Bad Request: message can't be deleted",
    );
  });

  it('deletes many, whether or not they are there', async () => {
    const ids = [await send(), await send(), 777];
    expect((await bot.call('deleteMessages', { chat_id: chat, message_ids: ids })).result).toBe(true);
    const { messages } = await bot.sandbox.control.transcript({ chatId: chat });
    expect(messages.filter(({ deleted }) => deleted)).toHaveLength(2);
  });
});
