import { applyRetention, incoming, keepUpdates, type Avatar } from '@aisha/core';
import { avatarPhotos, avatars, conversations, orders } from '@aisha/db';
import type { ChatMessage } from '@aisha/sandbox';
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dataOf, startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { createTexts, type TextKey } from '../texts/index.ts';

const texts = createTexts();
const words = (key: TextKey) => texts.plain('en', key);

let bot: TestBot;
let me: number;
beforeAll(async () => {
  bot = await startTestBot();
});
afterAll(() => bot.close());
beforeEach(async () => {
  me = await stranger(bot, 'en');
  await bot.say(me, '/start');
});

let next = 1_000_000;
let clock = Math.floor(Date.now() / 1_000);
beforeEach(() => {
  clock = Math.floor(Date.now() / 1_000);
});

type Content = Readonly<Record<string, unknown>>;
const file = () => ({ file_id: `f${next}`, file_unique_id: `u${(next += 1)}`, file_size: 50_000 });
const sizes = () => [
  { ...file(), width: 90, height: 67 },
  { ...file(), width: 1280, height: 960 },
  { ...file(), width: 320, height: 240 },
];
const photo = (): Content => ({ photo: sizes() });
const document = (file_name?: string, mime_type?: string): Content => ({
  document: { ...file(), ...(file_name && { file_name }), ...(mime_type && { mime_type }) },
});

/** Messages that come all at once; the bot's answers to them. */
async function arrive(...contents: readonly Content[]): Promise<ChatMessage[]> {
  const { seq, messages } = await bot.telegram.control.transcript({ chatId: me });
  // All were there before the first answer to them.
  const message_id = messages.at(-1)?.id ?? 1;
  await keepUpdates(
    bot.parts.db,
    bot.botId,
    contents.flatMap((content) => {
      const id = (next += 1);
      const message = {
        message_id,
        date: clock,
        from: { id: me, is_bot: false, first_name: 'Kate', language_code: 'en' },
        chat: { id: me, type: 'private', first_name: 'Kate' },
        ...content,
      };
      return incoming({ update_id: id, message }) ?? [];
    }),
  );
  await bot.work();
  return (await bot.messages(me)).filter((one) => one.seq > seq);
}

function album(contents: readonly Content[]): Content[] {
  const media_group_id = `album-${(next += 1)}`;
  return contents.map((content) => ({ ...content, media_group_id }));
}
const many = (n: number, make: () => Content) => Array.from({ length: n }, make);

const photosOf = async () =>
  bot.parts.db
    .select({ fileId: avatarPhotos.fileId, state: avatarPhotos.state })
    .from(avatarPhotos)
    .innerJoin(avatars, eq(avatars.id, avatarPhotos.avatarId))
    .where(eq(avatars.ownerId, me));
const ordersOf = () =>
  bot.parts.db
    .select()
    .from(orders)
    .where(and(eq(orders.ownerId, me), eq(orders.kind, 'transcription')));
const mine = async (): Promise<Avatar | undefined> =>
  (await bot.parts.db.select().from(avatars).where(eq(avatars.ownerId, me)))[0];

/** The steps of a new avatar, from the first on; each leads to the place where it is named. */
const STEPS: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['avatar.kind', () => bot.say(me, '/new_avatar')],
  ['avatar.name', () => bot.press(me, 'avatar.kind:portrait')],
  ['avatar.subject', () => bot.say(me, 'Kate')],
  ['avatar.consent', () => bot.press(me, 'avatar.subject:woman')],
  ['avatar.photos', () => bot.press(me, 'avatar.consent')],
];
async function goTo(place: string): Promise<void> {
  for (const [name, step] of STEPS) {
    await step();
    if (name === place) break;
  }
  expect(await bot.state(me)).toMatchObject({ name: place });
}
test('so many avatars are begun and no more', async () => {
  const open = many(10, () => ({})).map((_, n) => ({
    ownerId: me,
    chatId: me,
    kind: 'style' as const,
    name: `Стиль ${n}`,
    state: n === 0 ? ('failed' as const) : ('draft' as const),
  }));
  await bot.parts.db.insert(avatars).values(open);
  await goTo('avatar.consent');
  const { messages } = await bot.press(me, 'avatar.consent');
  expect(messages.at(-1)?.text).toMatch(/ten avatars already/);
  expect(await bot.parts.db.$count(avatars, eq(avatars.ownerId, me))).toBe(10);
});

async function goOn(place: string): Promise<void> {
  const from = STEPS.findIndex(([name]) => name === place);
  for (const [, step] of STEPS.slice(from + 1)) await step();
}

describe.each(['avatar.kind', 'avatar.name', 'avatar.subject', 'avatar.consent'])(
  'photos that come at %s',
  (place) => {
    test.each([
      ['an album of photos', () => album(many(10, photo))],
      ['an album of HEIC files', () => album(many(10, () => document('IMG_0001.HEIC', 'image/heic')))],
      ['ten photos one by one', () => many(10, photo)],
    ])('%s: one answer with what is to be done, and they count after the consent', async (_what, sent) => {
      await goTo(place);
      const answers = await arrive(...sent());
      expect(answers.map(({ text }) => text)).toEqual([
        expect.stringContaining(words('photos.kept').slice(0, 30)),
      ]);
      expect(dataOf(answers[0] ?? fail())).toContain('cancel');
      expect(await bot.state(me)).toMatchObject({ name: place });
      expect(await photosOf()).toEqual([]);
      await goOn(place);
      expect(await photosOf()).toHaveLength(10);
      expect(bot.enqueued.filter(({ name }) => name === 'photo.check').length).toBeGreaterThanOrEqual(10);
    });

    test('are dropped when it is cancelled', async () => {
      await goTo(place);
      await arrive(...album(many(3, photo)));
      await bot.say(me, '/cancel');
      await goTo('avatar.photos');
      expect(await photosOf()).toEqual([]);
    });
  },
);

const fail = (): never => {
  throw new Error('nothing was said');
};

describe('an album', () => {
  test('of photos while nothing is asked: one answer, and “New avatar” takes them', async () => {
    const answers = await arrive(...album(many(10, photo)));
    expect(answers.map(({ text }) => text)).toEqual([words('photos.kept.idle')]);
    expect(dataOf(answers[0] ?? fail())).toContain('avatar.new');
    const { messages } = await bot.press(me, 'avatar.new');
    expect(messages[0]?.text).toContain('10 photos');
    await goOn('avatar.kind');
    expect(await photosOf()).toHaveLength(10);
  });

  test('kept for an hour is forgotten afterwards, in the rows too', async () => {
    clock -= 3_700;
    await arrive(...album(many(10, photo)));
    await bot.parts.db
      .update(conversations)
      .set({ updatedAt: sql`now() - interval '61 minutes'` })
      .where(eq(conversations.userId, me));
    await bot.press(me, 'avatar.new');
    await goOn('avatar.kind');
    expect(await photosOf()).toEqual([]);
    await bot.press(me, 'photos.later');
    await arrive(...album(many(2, photo)));
    await bot.parts.db
      .update(conversations)
      .set({ updatedAt: sql`now() - interval '61 minutes'` })
      .where(eq(conversations.userId, me));
    await applyRetention(bot.parts);
    const [row] = await bot.parts.db.select().from(conversations).where(eq(conversations.userId, me));
    expect(row?.memory).toBeNull();
  });

  test.each([
    ['image.prompt', () => bot.say(me, '/imagine')],
    [
      'promo.code',
      async () => {
        await bot.say(me, '/balance');
        await bot.press(me, 'promo');
      },
    ],
    [
      'avatar.rename',
      async () => {
        await goTo('avatar.photos');
        const id = (await mine())?.id;
        await bot.press(me, 'photos.later');
        await bot.say(me, '/avatars');
        await bot.press(me, `avatar:${id}`);
        await bot.press(me, `avatar.rename:${id}`);
      },
    ],
  ])('at %s: one answer, and the question stays', async (place, go) => {
    await go();
    const answers = await arrive(...album(many(10, photo)));
    expect(answers).toHaveLength(1);
    expect(answers[0]?.text).toContain(words('photos.kept.asked'));
    expect(await bot.state(me)).toMatchObject({ name: place });
  });

  test('answered is not answered again by another place, nor when its parts come late', async () => {
    const parts = album(many(10, photo));
    expect(await arrive(...parts.slice(0, 4))).toHaveLength(1);
    await bot.press(me, 'avatar.new');
    expect(await arrive(...parts.slice(4, 7))).toEqual([]);
    await bot.press(me, 'avatar.kind:portrait');
    expect(await arrive(...parts.slice(7))).toEqual([]);
    await goOn('avatar.name');
    expect(await photosOf()).toHaveLength(10);
  });

  test('in the midst of another gets its own answer', async () => {
    const [one, other] = [album(many(3, photo)), album(many(3, photo))];
    expect(await arrive(...one.flatMap((part, n) => [part, other[n] ?? part]))).toHaveLength(2);
  });

  test('of files that nobody knows: one answer, in every place', async () => {
    const files = () => album(many(10, () => document('table.xlsx', 'application/vnd.ms-excel')));
    expect((await arrive(...files())).map(({ text }) => text)).toEqual([words('unknown.file')]);
    await goTo('avatar.name');
    expect(await arrive(...files())).toHaveLength(1);
    await goOn('avatar.name');
    expect(await arrive(...files())).toHaveLength(1);
    expect(await bot.state(me)).toMatchObject({ name: 'avatar.photos' });
  });

  test('thirty of them before the consent are not thirty answers', async () => {
    await goTo('avatar.name');
    const answers = await arrive(...Array.from({ length: 30 }, () => album(many(10, photo))).flat());
    expect(answers.length).toBeLessThanOrEqual(3);
    await goOn('avatar.name');
    expect((await photosOf()).filter(({ state }) => state === 'received')).toHaveLength(20);
  });
});

describe('where photos are collected', () => {
  beforeEach(() => goTo('avatar.photos'));

  test.each([
    ['image/heic', 'IMG_0001.HEIC'],
    ['application/octet-stream', 'IMG_2041.jpg'],
    ['image/jpg', 'a.jpg'],
    ['IMAGE/JPEG', 'A.JPG'],
    [undefined, 'IMG_2041.JPG'],
    [undefined, 'IMG_2041'],
    [undefined, undefined],
    ['application/octet-stream', undefined],
    ['image/jpeg', undefined],
    ['text/plain', 'photo.jpeg'],
    ['image/avif', 'a.avif'],
    ['image/tiff', 'scan.tif'],
    ['image/x-ms-bmp', 'a.bmp'],
    ['image/jxl', 'a.jxl'],
    ['application/x-unknown', 'photo.webp'],
  ])('a file of type %s named %s is taken for its content to be judged', async (type, name) => {
    await arrive(document(name, type));
    expect(await photosOf()).toHaveLength(1);
    expect(await ordersOf()).toEqual([]);
  });

  test.each<[string, () => Content]>([
    ['a photo, the largest of its sizes wherever it stands', photo],
    [
      'forwarded',
      () => ({ ...photo(), forward_origin: { type: 'hidden_user', sender_user_name: 'A', date: 1 } }),
    ],
    ['with a caption', () => ({ ...photo(), caption: 'me' })],
    ['a live photo', () => ({ live_photo: { ...file(), photo: sizes(), width: 1, height: 1, duration: 2 } })],
    [
      'paid media',
      () => ({ paid_media: { star_count: 1, paid_media: [{ type: 'photo', photo: sizes() }] } }),
    ],
    [
      'in the message that is answered',
      () => ({ text: 'this one', reply_to_message: { message_id: 1, ...photo() } }),
    ],
    ['quoted from another chat', () => ({ text: 'and this', external_reply: { origin: {}, ...photo() } })],
  ])('a picture comes as: %s', async (_how, make) => {
    const content = make();
    await arrive(content);
    const taken = await photosOf();
    expect(taken).toHaveLength(1);
    expect(JSON.stringify(content)).toMatch(
      new RegExp(`"${taken[0]?.fileId}","file_unique_id":"\\w+","file_size":50000,"width":1280`),
    );
  });

  test.each<[string, Content, TextKey]>([
    ['a sticker', { sticker: { ...file(), type: 'regular', width: 512, height: 512 } }, 'photos.none_in_it'],
    [
      'a moving picture',
      { animation: { ...file(), duration: 1 }, ...document('a.mp4', 'video/mp4') },
      'photos.none_in_it',
    ],
    [
      'paid media not paid for',
      { paid_media: { star_count: 9, paid_media: [{ type: 'preview' }] } },
      'photos.unseen',
    ],
  ])('%s is none, and that is said', async (_what, content, key) => {
    expect((await arrive(content)).map(({ text }) => text)).toEqual([words(key)]);
    expect(await photosOf()).toEqual([]);
    expect(await bot.state(me)).toMatchObject({ name: 'avatar.photos' });
  });

  test('an album is one answer, the counter below it; sent again it is one more and no photo', async () => {
    const parts = album(many(10, photo));
    expect(await arrive(...parts)).toHaveLength(1);
    expect(await arrive(...album(parts))).toHaveLength(1);
    expect(await photosOf()).toHaveLength(10);
  });

  test('300 photos at once are twenty and 280 too many, with one counter', async () => {
    await arrive(...Array.from({ length: 30 }, () => album(many(10, photo))).flat());
    const rows = await photosOf();
    expect(rows.filter(({ state }) => state === 'received')).toHaveLength(20);
    expect(rows.filter(({ state }) => state === 'rejected')).toHaveLength(280);
    const shown = (await bot.messages(me)).filter((one) => dataOf(one).includes('photos.later'));
    expect(shown).toHaveLength(1);
  }, 90_000);

  test('one turned down as too many is told that twenty are there when it comes alone', async () => {
    await arrive(...many(20, photo));
    const late = photo();
    await arrive(late);
    expect((await arrive(late)).map(({ text }) => text)).toEqual([words('photos.full')]);
  });

  test('a voice message is transcribed, and the draft stays', async () => {
    await arrive({ voice: { ...file(), duration: 3 } });
    await arrive({ video_note: { ...file(), duration: 3, length: 240 } });
    expect(await ordersOf()).toHaveLength(2);
    expect(await bot.state(me)).toMatchObject({ name: 'avatar.photos' });
  });
});

test.each(STEPS.map(([name]) => name))(
  'a voice message at %s is transcribed, and the step stays',
  async (place) => {
    await goTo(place);
    expect(await arrive({ audio: { ...file(), duration: 3, file_name: 'a.mp3' } })).toHaveLength(1);
    expect(await ordersOf()).toHaveLength(1);
    expect(await bot.state(me)).toMatchObject({ name: place });
  },
);

test('an album of music is transcribed, each of it', async () => {
  await arrive(...album(many(4, () => ({ audio: { ...file(), duration: 3 } }))));
  expect(await ordersOf()).toHaveLength(4);
});

const video = (): Content => ({ video: { ...file(), duration: 3, width: 1, height: 1 } });

test.each([
  ['first', () => [video(), ...many(4, photo)]],
  ['last', () => [...many(4, photo), video()]],
  ['in the midst', () => [photo(), video(), photo()]],
])('a video among photos, %s, is no recording; the album has one answer', async (_where, make) => {
  expect(await arrive(...album(make()))).toHaveLength(1);
  expect(await ordersOf()).toEqual([]);
  await goTo('avatar.photos');
  expect(await arrive(...album(make()))).toHaveLength(1);
  expect(await ordersOf()).toEqual([]);
});

test('an album of videos is transcribed, each of it', async () => {
  await arrive(...album(many(3, video)));
  expect(await ordersOf()).toHaveLength(3);
});

test('an album of documents is one answer, whose button has each of them read, once', async () => {
  const answers = await arrive(...album(many(10, () => document('report.pdf', 'application/pdf'))));
  expect(answers.map(({ text }) => text)).toEqual([words('texts.album')]);
  expect(await ordersOf()).toEqual([]);
  await bot.press(me, 'texts.read');
  expect(await ordersOf()).toHaveLength(10);
});

test('a document in an album of photos for an avatar is turned down by the counter, not read', async () => {
  await goTo('avatar.photos');
  const files = album([document('report.pdf', 'application/pdf'), document('a.heic', 'image/heic')]);
  expect(await arrive(...files)).toHaveLength(1);
  expect(await photosOf()).toHaveLength(2);
  expect(await ordersOf()).toEqual([]);
});

describe('an album of files of several kinds', () => {
  const mixed = () =>
    album([
      document('table.xlsx', 'application/vnd.ms-excel'),
      document('report.pdf', 'application/pdf'),
      document('IMG_0001.HEIC', 'image/heic'),
      document('notes.docx'),
      document('IMG_0002.jpg', 'application/octet-stream'),
    ]);

  test('gets one answer that says what to do with each, in any order of them', async () => {
    for (const parts of [mixed(), mixed().toReversed()]) {
      me = await stranger(bot, 'en');
      await bot.say(me, '/start');
      const [answer, ...more] = await arrive(...parts);
      expect(more).toEqual([]);
      expect(answer?.text).toBe(
        [words('photos.kept.idle'), words('album.texts'), words('album.others')].join('\n\n'),
      );
      await bot.press(me, 'texts.read');
      expect(await ordersOf()).toHaveLength(2);
      await bot.press(me, 'avatar.new');
      await goOn('avatar.kind');
      expect(await photosOf()).toHaveLength(2);
    }
  });

  test('whose part of another kind comes late is told of that one alone', async () => {
    const [table, pdf, heic] = mixed();
    expect((await arrive(pdf ?? {})).map(({ text }) => text)).toEqual([words('texts.album')]);
    expect((await arrive(heic ?? {})).map(({ text }) => text)).toEqual([words('photos.kept.idle')]);
    expect((await arrive(table ?? {})).map(({ text }) => text)).toEqual([words('unknown.file')]);
    expect(await arrive(pdf ?? {}, heic ?? {}, table ?? {})).toEqual([]);
  });
});
