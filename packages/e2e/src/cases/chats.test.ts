import { type ChatMessage, encodeSpeech, waitForMessage, wordsForMinutes } from '@aisha/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buttonsOf, Person, says, type Upload } from '../person.ts';
import { type Product, startProduct } from '../product.ts';
import { hasButton } from '../steps.ts';
import { eventually } from '../waiting.ts';
import { RU } from '../words.ts';

/** Reported inputs of `cases.md` (their ids are in the titles) and their kinds, on the running product. */

let product: Product;
let anna: Person;
/** Nobody waits longer for anything here. */
const LONGEST = { timeoutMs: 60_000 };
const HINT = /Ответьте этой командой/;
const LONG = 'Встреча прошла хорошо, все пришли вовремя. '.repeat(150);

beforeAll(async () => {
  product = await startProduct({ name: 'cases-chats' });
  anna = await Person.join(product.telegram, 'Анна', 'ru');
  await anna.write('/start');
  await anna.see(says(RU.hello), 'the greeting');
});
afterAll(() => product.stop());

const textFile = (text: string, name = 'встреча.txt'): Upload => ({
  bytes: Buffer.from(text),
  name,
  mime: 'text/plain',
});

async function group(type: 'group' | 'supergroup', memberIds: number[] = [anna.id]): Promise<number> {
  const created = await product.telegram.createGroup({ title: 'Команда', type, memberIds });
  return created.id;
}

/** Where and in whose name something is sent. */
interface As {
  readonly userId?: number;
  readonly threadId?: number;
  readonly as?: 'group' | 'channel';
}

const sendFile = (chatId: number, file: Upload, where: As & { caption?: string } = {}) =>
  product.telegram.sendMedia({ userId: anna.id, kind: 'document', ...where, chatId, file });

const write = (chatId: number, text: string, where: As & { replyTo?: number } = {}) =>
  product.telegram.sendText({ userId: anna.id, ...where, chatId, text });

/** A file in a group, and the command that answers it. */
async function order(chatId: number, file: Upload, where: As = {}): Promise<ChatMessage> {
  const sent = await sendFile(chatId, file, where);
  return write(chatId, '/transcribe', { ...where, replyTo: sent.id });
}

/** A voice message and the command that answers it; its transcription takes a while, and its status is there. */
async function orderSlowly(chatId: number, words: string[], where: As = {}): Promise<void> {
  await product.openai.addFault({ route: 'transcriptions', times: 1, fault: { kind: 'slow', ms: 4_000 } });
  const file = { bytes: await encodeSpeech(words, { format: 'ogg' }), name: 'voice.ogg', mime: 'audio/ogg' };
  const voice = await product.telegram.sendMedia({ userId: anna.id, ...where, chatId, kind: 'voice', file });
  if (chatId < 0) await write(chatId, '/transcribe', { ...where, replyTo: voice.id });
  await see(chatId, (one) => one.id > voice.id && hasButton(one, RU.cancel));
}

const see = (chatId: number, isIt: (message: ChatMessage) => boolean) =>
  waitForMessage(product.telegram, { chatId, ...LONGEST }, (message) => message.fromBot && isIt(message));

const said = async (chatId: number) =>
  (await product.telegram.transcript({ chatId })).messages.filter(
    ({ fromBot, deleted }) => fromBot && !deleted,
  );

const press = (chatId: number, { id: messageId }: ChatMessage, label: RegExp, userId = anna.id) =>
  see(chatId, ({ id }) => id === messageId).then((message) =>
    product.telegram.press({
      userId,
      chatId,
      messageId,
      text: buttonsOf(message).find((text) => label.test(text)),
    }),
  );

const isReachable = async (chatId: number) =>
  (await product.sql('select 1 from chats where id = $1 and unreachable_since is not null', [chatId]))
    .length === 0;

/** Everything that was sent so far is decided, and nothing is owed. */
const settled = () =>
  eventually('every update done', async () => {
    const { bots } = await product.telegram.state({});
    const [open] = await product.sql(`select count(*)::int as n from telegram_updates where state <> 'done'`);
    return bots.every(({ pending }) => pending === 0) && open?.['n'] === 0;
  });

describe('a topic of a forum', () => {
  let forum: number;
  let topic: number;
  beforeAll(async () => {
    forum = await group('supergroup');
    topic = await product.telegram.createTopic({ chatId: forum, userId: anna.id, title: 'Встречи' });
    await product.telegram.setTopic({ chatId: forum, threadId: 1, state: 'closed' });
  });
  const topics = async () => new Set((await said(forum)).map(({ message }) => message.message_thread_id));

  test('A9: status, result, document, failure and hint stay in it, though General is closed', async () => {
    await order(forum, textFile('Анна до пятницы подготовит отчёт.'), { threadId: topic });
    const result = await see(forum, (one) => hasButton(one, RU.summary));
    await press(forum, result, RU.summary);
    await see(forum, (one) => one.id > result.id && hasButton(one, RU.todo));
    await order(forum, textFile(''), { threadId: topic });
    await see(forum, says(RU.failure.empty));
    await write(forum, '/transcribe', { threadId: topic });
    await see(forum, says(HINT));
    expect(await topics()).toEqual(new Set([topic]));
    expect(await product.sql('select distinct thread_id from orders where chat_id = $1', [forum])).toEqual([
      { thread_id: topic },
    ]);
  });

  test('A9: closed meanwhile, the result goes to its person in private, and the group is not given up', async () => {
    await product.telegram.setTopic({ chatId: forum, threadId: topic, state: 'closed' });
    await order(forum, textFile('Договорились встретиться во вторник.'), { threadId: topic });
    await anna.see(says(/во вторник/), 'the result in private');
    expect(await isReachable(forum)).toBe(true);
  });

  test('A9: deleted, and its person unknown in private: General', async () => {
    const boris = await Person.join(product.telegram, 'Борис', 'ru');
    await product.telegram.addMember({ chatId: forum, userId: boris.id });
    const other = await product.telegram.createTopic({ chatId: forum, userId: anna.id, title: 'Ещё' });
    await product.telegram.setTopic({ chatId: forum, threadId: 1, state: 'open' });
    await orderSlowly(forum, ['Решили', 'купить', 'краску.'], { userId: boris.id, threadId: other });
    await product.telegram.setTopic({ chatId: forum, threadId: other, state: 'deleted' });
    const result = await see(forum, says(/купить краску/));
    expect(result.message.message_thread_id).toBeUndefined();
  });
});

test('A9: topics of a private chat', async () => {
  const person = await Person.join(product.telegram, 'Вера', 'ru');
  await person.write('/start');
  const threadId = await product.telegram.createTopic({
    chatId: person.id,
    userId: person.id,
    title: 'Работа',
  });
  await product.telegram.sendMedia({
    userId: person.id,
    threadId,
    kind: 'document',
    file: textFile('Всё готово.'),
  });
  const result = await person.see((one) => hasButton(one, RU.summary), 'the result');
  await person.pressOn(result, RU.summary);
  const document = await person.see((one) => hasButton(one, RU.summary), 'the document', {
    after: result.id,
  });
  for (const one of [result, document]) expect(one.message.message_thread_id).toBe(threadId);
});

describe('whoever writes in a group, and however they call', () => {
  test.each([
    ['an anonymous administrator', 'group'],
    ['somebody as a channel', 'channel'],
  ] as const)('A9: %s is answered; what they order is the group’s', async (_who, as) => {
    const chatId = await group('supergroup');
    await order(chatId, textFile('Собрание в девять утра.'), { as });
    const result = await see(chatId, (one) => hasButton(one, RU.summary));
    const boris = await Person.join(product.telegram, 'Борис', 'ru');
    await product.telegram.addMember({ chatId, userId: boris.id });
    await press(chatId, result, RU.summary, boris.id);
    await see(chatId, (one) => one.id > result.id && hasButton(one, RU.todo));
    expect(
      await product.sql('select distinct owner_id from recordings where chat_id = $1', [chatId]),
    ).toEqual([{ owner_id: String(chatId) }]);
  });

  test.each([
    [
      'the command in a caption',
      (chatId: number) => sendFile(chatId, textFile('Привет.'), { caption: '/transcribe' }),
    ],
    [
      'the command with the bot’s name',
      async (chatId: number) =>
        write(chatId, '/transcribe@aisha_sandbox_bot', {
          replyTo: (await sendFile(chatId, textFile('Привет.'))).id,
        }),
    ],
    [
      'the bot’s name alone',
      async (chatId: number) =>
        write(chatId, '@aisha_sandbox_bot', { replyTo: (await sendFile(chatId, textFile('Привет.'))).id }),
    ],
    [
      'the bot’s name in a sentence',
      async (chatId: number) =>
        write(chatId, 'Расшифруй, пожалуйста, @Aisha_sandbox_bot!', {
          replyTo: (await sendFile(chatId, textFile('Привет.'))).id,
        }),
    ],
    [
      'the command at the end of a caption',
      (chatId: number) => sendFile(chatId, textFile('Привет.'), { caption: 'Вот запись, /transcribe' }),
    ],
  ])('A9: %s', async (_how, call) => {
    const chatId = await group('supergroup');
    await product.telegram.setBotStatus({ chatId, by: anna.id, status: 'administrator' });
    await call(chatId);
    expect((await see(chatId, (one) => one.text === 'Привет.')).fromBot).toBe(true);
  });

  test('A9: another command with the bot’s name is told what there is', async () => {
    const chatId = await group('group');
    await write(chatId, '/help@aisha_sandbox_bot');
    expect((await see(chatId, says(/В группе ответьте командой/))).text).toContain('@aisha_sandbox_bot');
  });
});

describe('a group that forbids', () => {
  test('A22: files: a result too long for a message comes in pieces', async () => {
    const chatId = await group('supergroup');
    await product.telegram.forbid({ chatId, kinds: ['documents'] });
    await order(chatId, textFile(LONG));
    await see(chatId, (one) => hasButton(one, RU.summary));
    await expect
      .poll(async () => {
        const pieces = (await said(chatId)).filter(({ text }) => text.startsWith('Встреча'));
        return pieces.map(({ text }) => text).join(' ');
      })
      .toBe(LONG.trim());
    expect(await isReachable(chatId)).toBe(true);
  });

  test.each([
    'not enough rights to send documents to the chat',
    'CHAT_RESTRICTED',
    'CHAT_SEND_DOCS_FORBIDDEN',
  ])('A22: in other words: %s', async (words) => {
    const chatId = await group('group');
    const action = { kind: 'error', code: 400, description: `Bad Request: ${words}` } as const;
    await product.telegram.addFault({ method: 'sendDocument', chatId, action });
    await order(chatId, textFile(LONG));
    await see(chatId, (one) => hasButton(one, RU.summary));
    expect(await isReachable(chatId)).toBe(true);
  });

  test('A22: everything: the result is told in private', async () => {
    const chatId = await group('supergroup');
    await product.telegram.forbid({ chatId, kinds: ['documents', 'text messages'] });
    await order(chatId, textFile('Тихая группа, громкий итог.'));
    await anna.see(says(/громкий итог/), 'the result in private');
    expect(await said(chatId)).toEqual([]);
    expect(await isReachable(chatId)).toBe(true);
  });
});

test('out of a group in the middle of an order, its person is told in private', async () => {
  const chatId = await group('supergroup');
  await orderSlowly(chatId, ['Бота', 'удалили', 'из', 'группы.']);
  await product.telegram.setBotStatus({ chatId, by: anna.id, status: 'kicked' });
  await anna.see(says(/удалили из группы/), 'the result in private');
  expect(await isReachable(chatId)).toBe(false);
});

test('shut out until an order has ended, and let in again: the result comes', async () => {
  const person = await Person.join(product.telegram, 'Зоя', 'ru');
  await person.write('/start');
  await person.see(says(RU.hello), 'the greeting');
  await orderSlowly(person.id, ['Я', 'снова', 'здесь.'], { userId: person.id });
  await product.telegram.block({ userId: person.id });
  await eventually('it could not be told', async () => {
    const rows = await product.sql('select state from notifications where user_id = $1', [person.id]);
    return rows.length === 1 && rows[0]?.['state'] === 'dropped';
  });
  expect(await isReachable(person.id)).toBe(false);
  await product.telegram.unblock({ userId: person.id });
  await person.see(says(/Я снова здесь/), 'the result');
  expect(await isReachable(person.id)).toBe(true);
  await eventually('it counts as told', async () => {
    const rows = await product.sql('select state from notifications where user_id = $1', [person.id]);
    return rows.length === 1 && rows[0]?.['state'] === 'sent';
  });
});

test('a text pasted in pieces gets one answer, which says how to send it', async () => {
  const person = await Person.join(product.telegram, 'Инна', 'ru');
  await person.write('Обсудили смету и сроки. '.repeat(900));
  await settled();
  const answers = await said(person.id);
  expect(answers).toHaveLength(1);
  expect(answers[0]?.text).toMatch(/длинный текст.*файлом/);
});

test('A23: a group becomes a supergroup while the recording is transcribed', async () => {
  const chatId = await group('group');
  await orderSlowly(chatId, ['Переезжаем', 'в', 'новую', 'группу.']);
  const { id: moved } = await product.telegram.upgradeGroup({ chatId });
  const result = await see(moved, says(/новую группу/));
  expect(result.message.reply_to_message).toBeUndefined();
  for (const table of ['orders', 'recordings', 'notifications', 'chats'])
    expect([
      table,
      await product.sql(`select 1 from ${table} where ${table === 'chats' ? 'id' : 'chat_id'} = $1`, [
        chatId,
      ]),
    ]).toEqual([table, []]);
  expect((await said(moved)).filter(({ text }) => text === result.text)).toHaveLength(1);
});

test.each([
  [
    'mathematical letters',
    Array.from({ length: 60 }, (_, n) => String.fromCodePoint(0x1d41a + (n % 26))).join(''),
  ],
  ['rare hieroglyphs', '\u{20bb7}'.repeat(60)],
])('A24: a file named in %s is delivered under a whole name', async (_what, letters) => {
  const person = await Person.join(product.telegram, 'Глеб', 'ru');
  const numbered = Array.from({ length: 2_000 }, (_, n) => `слово${n + 1}`);
  const bytes = await encodeSpeech([...wordsForMinutes(numbered, 6)], { format: 'mp3' });
  await person.media('audio', { bytes, name: `a${letters}.mp3`, mime: 'audio/mpeg' });
  const result = await person.see(
    ({ fromBot, file }) => fromBot && file?.name?.endsWith('.txt') === true,
    'the file with the transcript',
    120_000,
  );
  const name = result.file?.name ?? '';
  expect(name).toMatch(/^a.+\.txt$/u);
  expect(name.isWellFormed()).toBe(true);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
});

describe('a service message', () => {
  const SIZES = [{ file_id: 'f', file_unique_id: 'u', file_size: 50_000, width: 900, height: 900 }];
  const SERVICE: Readonly<Record<string, unknown>> = {
    pinned_message: { message_id: 1, date: 1, chat: { id: 1, type: 'private' }, text: 'x' },
    message_auto_delete_timer_changed: { message_auto_delete_time: 86_400 },
    chat_background_set: { type: { type: 'fill' } },
    write_access_allowed: { from_request: true },
    // Whose pictures they hold are others': none is taken for a photo.
    users_shared: { request_id: 1, users: [{ user_id: 5, photo: SIZES }] },
    chat_shared: { request_id: 1, chat_id: 1, photo: SIZES },
    new_chat_photo: SIZES,
    refunded_payment: {
      currency: 'XTR',
      total_amount: 1,
      invoice_payload: 'x',
      telegram_payment_charge_id: 'x',
    },
    new_chat_title: 'x',
    new_chat_members: [{ id: 5, is_bot: false, first_name: 'X' }],
    video_chat_started: {},
    forum_topic_edited: { name: 'x' },
    boost_added: { boost_count: 1 },
    giveaway_created: {},
    gift: { gift: { id: 'x' } },
    something_of_next_year: { text: 'x' },
  };

  test('A25: is not answered, in no chat and no state', async () => {
    const person = await Person.join(product.telegram, 'Дина', 'ru');
    const chatId = await group('supergroup', [person.id]);
    for (const start of ['/start', '/new_avatar', '/imagine']) {
      await person.write(start);
      await settled();
      const before = [(await said(person.id)).length, (await said(chatId)).length];
      for (const [field, value] of Object.entries(SERVICE)) {
        await product.telegram.sendService({ userId: person.id, service: { [field]: value } });
        await product.telegram.sendService({ userId: person.id, chatId, service: { [field]: value } });
      }
      await settled();
      expect([(await said(person.id)).length, (await said(chatId)).length]).toEqual(before);
    }
  });

  test('A25: nor is an edit; what a person says otherwise gets one word in private, and none in a group', async () => {
    const person = await Person.join(product.telegram, 'Ержан', 'ru');
    const chatId = await group('supergroup', [person.id]);
    await product.telegram.setBotStatus({ chatId, by: person.id, status: 'administrator' });
    const { id } = await person.write('/start');
    await person.see(says(RU.hello), 'the greeting');
    await product.telegram.editMessage({ userId: person.id, messageId: id, text: '/menu' });
    await settled();
    expect(await said(person.id)).toHaveLength(1);
    await product.telegram.sendLocation({ userId: person.id, latitude: 43.2, longitude: 76.9 });
    await product.telegram.sendLocation({ userId: person.id, chatId, latitude: 43.2, longitude: 76.9 });
    await settled();
    expect(await said(person.id)).toHaveLength(2);
    expect(await said(chatId)).toHaveLength(0);
  });
});

test('no process crashed', () => {
  expect(product.crashes()).toEqual([]);
});
