import { randomUUID } from 'node:crypto';
import { transact } from '@aisha/core';
import { orders, type OwedCall } from '@aisha/db';
import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { type Furniture, furnish } from '../testing/furnish.ts';

let bot: TestBot;
let me: number;
let mine: Furniture;
let other: number;
beforeAll(async () => {
  bot = await startTestBot();
  me = await stranger(bot);
  other = await stranger(bot);
  for (const one of [me, other]) await bot.say(one, '/start');
  mine = await furnish(bot, me);
});
afterAll(() => bot.close());

const from = (userId: number) => ({ id: userId, is_bot: false, first_name: 'A', language_code: 'ru' });
const chat = (userId: number) => ({ id: userId, type: 'private', first_name: 'A' });

/** A press. Custom clients send any data they like. */
const pressing = (userId: number, data: string, message: object | null = { text: 'x' }) => ({
  update_id: 1,
  callback_query: {
    id: 'query-1',
    from: from(userId),
    chat_instance: '1',
    data,
    ...(message && { message: { message_id: 5, date: 1, chat: chat(userId), ...message } }),
  },
});
const saying = (userId: number, text: string) => ({
  update_id: 2,
  message: { message_id: 6, date: 1, from: from(userId), chat: chat(userId), text },
});

/** What these updates owe, decided together. */
const decide = (...updates: Record<string, unknown>[]) =>
  transact(bot.parts, (unit) => bot.parts.conversation.decide(unit, updates));

const press = async (...about: Parameters<typeof pressing>): Promise<readonly OwedCall[]> =>
  (await decide(pressing(...about)))[0] ?? [];

const answersOf = (owed: readonly OwedCall[]) =>
  owed.filter(({ method }) => method === 'answerCallbackQuery');
const outdated = () => bot.parts.texts.plain('ru', 'button.outdated');

const ABOUT = [
  'avatar',
  'avatar.photos',
  'photos.clear',
  'training',
  'training.start',
  'avatar.main',
  'avatar.rename',
  'avatar.delete',
  'avatar.delete.yes',
  'imagine',
  'image.again',
  'image.variations',
  'image.file',
  'image.prompt',
  'image.favourite',
  'image.delete',
  'recording',
  'recording.text',
  'documents',
  'download',
  'download.as',
  'recording.buttons',
  'recording.delete',
  'recording.delete.yes',
  'document',
  'document.download',
  'document.as',
  'document.buttons',
  'order.cancel',
];
const FREE = [
  'menu',
  'avatars',
  'avatar.new',
  'avatar.kind',
  'avatar.subject',
  'avatar.consent',
  'photos.later',
  'imagine.aspect',
  'imagine.count',
  'imagine.pick',
  'gallery',
  'history',
  'balance',
  'promo',
  'transcribe',
  'language',
  'language.set',
  'help',
  'cancel',
];

describe('a press', () => {
  test('with any data at all is answered exactly once, at first, and never fails', async () => {
    const odd = fc.oneof(
      fc.constantFrom(
        '',
        '0',
        '-1',
        '0.5',
        '1e9',
        '1e400',
        'NaN',
        'Infinity',
        'null',
        '__proto__',
        '%',
        "'; drop",
      ),
      fc.constantFrom(mine.draft, mine.ready, mine.recording, mine.order, ...mine.images),
      fc.uuid(),
      fc.string({ maxLength: 20 }),
    );
    const data = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.tuple(fc.constantFrom(...ABOUT, ...FREE), odd, odd).map((all) => all.join(':')),
      },
      { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
    );
    const message = fc.constantFrom({ text: 'x' }, { photo: [] }, {}, null);
    await fc.assert(
      fc.asyncProperty(data, message, async (pressed, under) => {
        const owed = await press(other, pressed, under);
        expect(answersOf(owed)).toHaveLength(1);
        expect(owed[0]?.method).toBe('answerCallbackQuery');
      }),
      { numRuns: 250 },
    );
  }, 60_000);

  test.each(ABOUT)('on somebody else’s %s finds nothing', async (name) => {
    for (const id of [mine.draft, mine.ready, mine.images[0], mine.recording, mine.order, randomUUID()]) {
      const [answer, ...more] = await press(other, `${name}:${id}:summary`);
      const said = answer?.payload['text'];
      expect([outdated(), bot.parts.texts.plain('ru', 'order.cancel.late')]).toContain(said);
      expect(more).toEqual([]);
    }
  });

  test.each(['0.5', '-3', '1e9', 'NaN', '99999999999999999999', '1e400'])(
    'on page %s shows a page',
    async (page) => {
      for (const data of [
        `gallery:all:${page}`,
        `gallery:x:${page}`,
        `gallery:favourites:${page}`,
        `history:${page}`,
      ]) {
        const owed = await press(me, data);
        expect(owed.length).toBeGreaterThan(1);
      }
    },
  );

  test('that nobody knows any more is answered with the menu', async () => {
    const owed = await press(me, 'credits.buy:100');
    expect(answersOf(owed)[0]?.payload['text']).toBe(outdated());
    expect(owed.map(({ method }) => method)).toEqual(['answerCallbackQuery', 'sendMessage']);
  });

  test.each([
    ['avatar.subject:man'],
    ['avatar.consent'],
    ['imagine.aspect:1x1'],
    ['imagine.count:2'],
    ['imagine.pick'],
  ])('%s, left from a dialogue that is over, says that it is out of date', async (data) => {
    await press(me, 'menu');
    const owed = await press(me, data);
    expect(owed).toHaveLength(1);
    expect(answersOf(owed)[0]?.payload['text']).toBe(outdated());
  });

  test('under a picture or a message that is too old gets a new message, for neither can be edited', async () => {
    for (const message of [{ photo: [] }, { date: 0 }]) {
      const owed = await press(me, 'menu', message);
      expect(owed.map(({ method }) => method)).toEqual(['answerCallbackQuery', 'sendMessage']);
    }
    expect((await press(me, 'menu')).map(({ method }) => method)).toContain('editMessageText');
  });
});

describe('a press twice', () => {
  test('on “again” draws once', async () => {
    const data = `image.again:${mine.images[0]}`;
    expect((await press(me, data)).map(({ method }) => method)).toContain('sendMessage');
    const [answer, ...more] = await press(me, data);
    expect(answer?.payload['text']).toBe(bot.parts.texts.plain('ru', 'image.under_way'));
    expect(more).toEqual([]);
  });

  test('on “variations” draws four of the same description once', async () => {
    const data = `image.variations:${mine.images[1]}`;
    await press(me, data);
    expect((await press(me, data))[0]?.payload['text']).toBe(bot.parts.texts.plain('ru', 'image.under_way'));
    const placed = await bot.parts.db.select().from(orders).where(eq(orders.kind, 'image'));
    const inputs = placed.map(({ input }) => input).filter(({ repeats }) => repeats === mine.images[1]);
    expect(inputs).toMatchObject([{ count: 4 }]);
  });

  test('on “to-do list” writes once', async () => {
    const data = `document:${mine.recording}:todo`;
    await press(me, data);
    const [answer] = await press(me, data);
    expect(answer?.payload['text']).toBe(bot.parts.texts.plain('ru', 'document.under_way'));
  });

  test('on “cancel” cancels once', async () => {
    expect((await press(me, `order.cancel:${mine.order}`)).length).toBe(2);
    const [answer] = await press(me, `order.cancel:${mine.order}`);
    expect(answer?.payload['text']).toBe(bot.parts.texts.plain('ru', 'order.cancel.late'));
  });

  test('on “delete” deletes once', async () => {
    const data = `recording.delete.yes:${mine.recording}`;
    expect((await press(me, data)).length).toBe(2);
    expect(answersOf(await press(me, data))[0]?.payload['text']).toBe(outdated());
  });
});

test('of two updates of one person that are decided together the second sees what the first did', async () => {
  const [, inEnglish, ofOther] = await decide(
    pressing(me, 'language.set:en'),
    saying(me, '/help'),
    saying(other, '/help'),
  );
  const help = (language: 'en' | 'ru') => bot.parts.texts.html(language, 'help.text').slice(0, 40);
  expect(inEnglish?.[0]?.payload['text']).toContain(help('en'));
  expect(ofOther?.[0]?.payload['text']).toContain(help('ru'));

  await decide(pressing(me, 'avatar.kind:portrait'), saying(me, 'Holiday'));
  expect(await bot.state(me)).toEqual({ name: 'avatar.subject', avatarName: 'Holiday' });
});
