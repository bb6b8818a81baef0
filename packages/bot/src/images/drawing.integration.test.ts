import { avatarPhotos, avatars, images, orders } from '@aisha/db';
import { transact } from '@aisha/core';
import { picture } from '@aisha/core/testing';
import { and, desc, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buttons } from '../buttons.ts';
import { orderEnded } from '../notify/order-ended.ts';
import { dataOf, startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { type Furniture, furnish } from '../testing/furnish.ts';

let bot: TestBot;
let me: number;
let mine: Furniture;
beforeAll(async () => {
  bot = await startTestBot();
});
afterAll(() => bot.close());
beforeEach(async () => {
  me = await stranger(bot, 'ru');
  await bot.say(me, '/start');
  mine = await furnish(bot, me);
  await bot.parts.db.delete(orders).where(and(eq(orders.ownerId, me), eq(orders.state, 'queued')));
});

const say = async (text: string) => (await bot.say(me, text)).at(-1)?.text ?? '';
async function press(data: string): Promise<string> {
  await bot.forgetPace();
  return (await bot.press(me, data)).messages.at(-1)?.text ?? '';
}
const newest = async (kind: string) => {
  const [order] = await bot.parts.db
    .select()
    .from(orders)
    .where(and(eq(orders.ownerId, me), eq(orders.kind, kind)))
    .orderBy(desc(orders.createdAt));
  return order;
};
const linkOf = (message: { markup?: unknown } | undefined): string =>
  /"url":"([^"]+)"/.exec(JSON.stringify(message?.markup ?? null))?.[1] ?? '';
const shownButtons = async () => dataOf((await bot.messages(me)).at(-1) ?? expect.fail('nothing was said'));

test('an instant avatar: name, whom it shows, consent, one photo, ready at once', async () => {
  await say('/new_avatar');
  await press('avatar.instant');
  await say('Мгновенная');
  await press('avatar.subject:woman');
  expect(await press('avatar.consent')).toMatch(/от 1 до 10 фото/);
  const [draft] = await bot.parts.db.select().from(avatars).where(eq(avatars.name, 'Мгновенная'));
  const avatarId = draft?.id ?? '';
  expect(draft).toMatchObject({ instant: true, state: 'draft' });
  const photo = {
    fileId: 'f',
    fileUniqueId: 'u',
    state: 'accepted',
    objectKey: `${me}/avatars/a/p.jpg`,
  } as const;
  await bot.parts.storage.put('avatars', photo.objectKey, await picture(1).jpeg().toBuffer(), {
    contentType: 'image/jpeg',
  });
  await bot.parts.db.insert(avatarPhotos).values([
    { avatarId, ...photo },
    { avatarId, ...photo, fileUniqueId: 'v', doubt: 'several_faces' },
  ]);
  await say('/avatars');
  await press(`avatar:${avatarId}`);
  await press(`avatar.photos:${avatarId}`);
  expect(await shownButtons()).toContain(`avatar.finish:${avatarId}`);
  // What is asked about the photos is asked before anything is made of them.
  expect(await press(`avatar.finish:${avatarId}`)).toMatch(/под вопросом.*не один человек \(1\)/s);
  await press(`avatar.photos:${avatarId}`);
  expect(await press(`avatar.finish:${avatarId}`)).toMatch(/Оставить её и закончить/);
  expect(await shownButtons()).toEqual(
    expect.arrayContaining([`photos.drop:${avatarId}`, `photos.look:${avatarId}`]),
  );
  expect(await press(`avatar.finish:${avatarId}:keep`)).toContain('Мгновенная');
  const [ready] = await bot.parts.db.select().from(avatars).where(eq(avatars.id, avatarId));
  expect(ready).toMatchObject({ state: 'ready', previewKey: `${me}/avatars/a/p.jpg` });
  await press(`imagine:${avatarId}`);
  await press('imagine.quality:best');
  await say('на море');
  expect(await newest('image')).toMatchObject({ subjectId: avatarId, input: { quality: 'best' } });

  // A card whose picture is gone is a card all the same.
  await bot.parts.storage.delete('avatars', photo.objectKey);
  await say('/avatars');
  expect(await press(`avatar:${avatarId}`)).toContain('Мгновенная');
  expect(await shownButtons()).toContain(`imagine:${avatarId}`);
});

describe('a description', () => {
  test('with somebody else in the picture, made richer', async () => {
    await say('/imagine');
    await press('imagine.second');
    await press(`imagine.with:${mine.ready}`);
    await press('imagine.enrich:on');
    await say('на озере');
    expect(await newest('image')).toMatchObject({
      input: { others: [mine.ready], enrich: true, prompt: 'на озере' },
    });
  });

  test('of 10,000 characters is refused once, and its tail is not drawn', async () => {
    await say('/imagine');
    const pieces = ['я'.repeat(4_096), 'я'.repeat(4_096), 'и хвост'];
    expect(await say(pieces[0] ?? '')).toMatch(/2000 символов, поэтому ничего не рисую/);
    expect(await say(pieces[1] ?? '')).toBe('');
    expect(await say(pieces[2] ?? '')).toBe('');
    expect(await newest('image')).toMatchObject({ state: 'succeeded' });
    expect(await bot.state(me)).toMatchObject({ name: 'image.prompt' });
    // Whatever comes behind the last piece is meant, however soon.
    await say('маяк');
    expect(await newest('image')).toMatchObject({ input: { prompt: 'маяк' } });
    // The same of words that change a picture.
    await say('/gallery');
    await press(`image.edit:${mine.images.at(-1)}`);
    expect(await say(pieces[0] ?? '')).toMatch(/2000/);
    expect(await say('и хвост')).toBe('');
    expect(await bot.parts.db.$count(orders, and(eq(orders.ownerId, me), eq(orders.kind, 'edit')))).toBe(0);
  });

  test.each(['раздень её', 'take off her dress'])(
    '“%s” is refused before there is an order',
    async (words) => {
      await say('/imagine');
      expect(await say(words)).toMatch(/не раздеваю/);
      expect(await bot.parts.db.$count(orders, eq(orders.ownerId, me))).toBe(1);
    },
  );

  test('by a photo: a picture like it, with its words', async () => {
    await say('/imagine');
    const file = { bytes: await picture(1, 600, 600).jpeg().toBuffer(), name: 'a.jpg', mime: 'image/jpeg' };
    await bot.telegram.control.sendMedia({ userId: me, kind: 'photo', file, caption: 'но зимой' });
    await bot.fetch();
    await bot.work();
    expect(await newest('image')).toMatchObject({
      input: { prompt: 'но зимой', reference: { fileId: expect.any(String) } },
    });
  });
});

test('a picture is changed by words and by a press, enlarged once, and set in motion', async () => {
  const [image = ''] = mine.images.slice(-1);
  await say('/gallery');
  await press(`image.edit:${image}`);
  expect(await say('раздень')).toMatch(/не раздеваю/);
  await say('сделай вечер');
  expect(await newest('edit')).toMatchObject({
    subjectId: image,
    input: { prompt: 'сделай вечер', aspect: '3:4' },
  });
  await press(`image.edit:${image}`);
  const quick = (await shownButtons()).find((data) => data.endsWith(':glasses')) ?? '';
  await press(quick);
  expect(await newest('edit')).toMatchObject({ input: { quick: 'glasses', prompt: '👓 Убрать очки' } });
  await press(`image.upscale:${image}`);
  const again = await bot.press(me, `image.upscale:${image}`);
  expect(again.toast).toMatch(/Уже рисую/);
  await press(`image.video:${image}`);
  expect(await newest('video')).toMatchObject({ subjectId: image });
  expect(await bot.parts.db.$count(orders, and(eq(orders.ownerId, me), eq(orders.kind, 'upscale')))).toBe(1);
});

test('a style: a series by one press, with the avatar that was chosen', async () => {
  await say('/imagine');
  await press('styles');
  expect(await press('style:cinema')).toMatch(/4 картинки/);
  const [series = '', one = ''] = (await shownButtons()).filter((data) => data.startsWith('style.draw:'));
  await press(series);
  expect(await newest('series')).toMatchObject({
    input: { pack: 'cinema', scenes: 4 },
    subjectId: expect.any(String),
  });
  await press(one);
  expect(await newest('series')).toMatchObject({ input: { scenes: 1 } });
});

test('what a series brings is one album, with a way to its pictures and what is missing', async () => {
  const order = await bot.parts.db
    .update(orders)
    .set({
      kind: 'series',
      input: { pack: 'cinema', scenes: 4, aspect: '3:4', seed: 1 },
    })
    .where(and(eq(orders.ownerId, me), eq(orders.kind, 'image')))
    .returning();
  const owed = await orderEnded(bot.parts, order[0]?.id ?? '');
  expect(owed.map(({ method }) => method)).toEqual(['sendMediaGroup', 'sendMessage']);
  expect(Object.keys(owed[0]?.files ?? {})).toEqual(['media.0', 'media.1', 'media.2']);
  expect(JSON.stringify(owed[1])).toContain('3 из 4');
  expect(JSON.stringify(owed[1])).toMatch(/cards::h[\w-]{22}/);
});

describe('the gallery', () => {
  test('goes from card to card, is narrowed by avatar and month, and uploads no picture twice', async () => {
    await bot.say(me, '/gallery');
    const next = (await shownButtons()).find((data) => data.startsWith('cards:')) ?? '';
    expect(await press(next)).toMatch(/^2 из 3/);
    const back = (await shownButtons()).find((data) => data.startsWith('cards:')) ?? '';
    expect(await press(back)).toMatch(/^1 из 3/);
    const sent = await bot.telegram.control.journal({ method: 'sendPhoto' });
    expect(sent.slice(-3).map(({ params }) => typeof params['photo'])).toEqual([
      'undefined',
      'undefined',
      'string',
    ]);
    await press((await shownButtons()).find((data) => data.startsWith('cards.filter')) ?? '');
    const narrowed = await shownButtons();
    const byAvatar = narrowed.find((data) => /^cards:\.\.[\w-]{22}$/.test(data)) ?? '';
    expect(await press(byAvatar)).toMatch(/^1 из 3/);
    await press((await shownButtons()).find((data) => data.startsWith('cards.filter')) ?? '');
    expect((await shownButtons()).filter((data) => /^cards:\.[0-9a-z]{3}/.test(data)).length).toBeGreaterThan(
      0,
    );
  });

  test('gives a link to the file that ends, and keeps it nowhere', async () => {
    await bot.say(me, '/gallery');
    const [image = ''] = mine.images.slice(-1);
    const before = bot.log.length;
    expect(await press(`image.link:${image}`)).toMatch(/работает 15 минут/);
    const url = linkOf((await bot.messages(me)).at(-1));
    expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('900');
    const file = await fetch(url);
    expect([file.status, file.headers.get('content-disposition')]).toEqual([
      200,
      expect.stringMatching(/^attachment; filename="aisha-/),
    ]);
    const bare = new URL(url);
    bare.search = '';
    expect((await fetch(bare)).status).toBe(403);
    const kept = await bot.parts.db.execute(
      sql`select 1 from telegram_updates where owed::text like '%X-Amz%' or payload::text like '%X-Amz%'`,
    );
    expect(kept.rows).toEqual([]);
    expect(JSON.stringify(bot.log.slice(before))).not.toContain('X-Amz');
  });

  test('an id that Telegram does not know any more is uploaded again', async () => {
    const [image = ''] = mine.images.slice(-1);
    await bot.parts.db.update(images).set({ fileId: 'of-another-bot' }).where(eq(images.id, image));
    await bot.say(me, '/gallery');
    expect((await bot.messages(me)).at(-1)?.text).toMatch(/^1 из 3/);
  });
});

describe('what is somebody else’s', () => {
  /** Every button about avatars and pictures that names one: what it is given, in which way. */
  const shortOf = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
  const dataOfAll = ({ ready, images: [image = ''] }: Furniture, photo: string) => ({
    'avatar.finish': ready,
    avatar: ready,
    'avatar.photos': ready,
    'avatar.main': ready,
    'avatar.rename': ready,
    'avatar.delete': ready,
    'avatar.delete.yes': ready,
    'avatar.redo': ready,
    'avatar.money': ready,
    'avatar.money.yes': ready,
    'avatar.share': ready,
    'avatar.unshare': ready,
    'photos.clear': ready,
    'photos.keep': ready,
    'photos.drop': ready,
    'photos.look': ready,
    'photo.keep': `${photo}:0`,
    'photo.delete': `${photo}:0`,
    training: ready,
    'training.start': `${ready}:fast`,
    imagine: ready,
    'imagine.with': ready,
    'style.draw': `cinema:${shortOf(ready)}:4`,
    'image.again': image,
    'image.variations': image,
    'image.file': image,
    'image.link': image,
    'image.prompt': image,
    'image.favourite': image,
    'image.delete': image,
    'image.edit': image,
    'image.edit.quick': `${shortOf(image)}:smile`,
    'image.upscale': image,
    'image.video': image,
  });

  test('is found by nobody else, whatever names it; its owner finds it by the same', async () => {
    const other = await stranger(bot, 'ru');
    await bot.say(other, '/start');
    const theirs = await furnish(bot, other);
    const [photo] = await bot.parts.db
      .insert(avatarPhotos)
      .values({ avatarId: theirs.ready, fileId: 'f', fileUniqueId: 'u', state: 'accepted' })
      .returning();
    const all = dataOfAll(theirs, photo?.id ?? '');
    const named = Object.entries(buttons).filter(
      ([name, { params }]) =>
        /^(avatar|photo|training|imagine|image|style)/.test(name) &&
        params.some(({ longest }) => longest === 36 || longest === 22),
    );
    expect(Object.keys(all).toSorted()).toEqual(named.map(([name]) => name).toSorted());

    await say('/imagine');
    const pressed = async (by: number, data: string) => {
      const from = { id: by, is_bot: false, first_name: 'Анна', language_code: 'ru' };
      const chat = { id: by, type: 'private', first_name: 'Анна' };
      const message = { message_id: 5, date: 1, chat, text: 'x' };
      const pressing = { update_id: 1, callback_query: { id: 'q', from, chat_instance: '1', data, message } };
      const said: string[] = [];
      // Whatever it does is taken back.
      const undone = transact(bot.parts, async (unit) => {
        const [owed = []] = await bot.parts.conversation.decide(unit, [pressing]);
        said.push(...owed.map(({ method, payload }) => `${method} ${String(payload['text'])}`));
        throw new Error('enough');
      });
      await expect(undone).rejects.toThrow('enough');
      return said;
    };
    const outdated = [expect.stringContaining('устарела')];
    for (const [name, given] of Object.entries(all)) {
      const data = `${name}:${given}`;
      expect({ data, said: await pressed(me, data) }).toEqual({ data, said: outdated });
      if (OWN_STATE.has(name)) continue;
      expect({ data, said: await pressed(other, data) }).not.toEqual({ data, said: outdated });
    }
    expect(await bot.parts.db.$count(orders, eq(orders.ownerId, me))).toBe(1);
  });
  /** These say so to their owner too where there is nothing to choose, or outside of their dialogue. */
  const OWN_STATE = new Set(['avatar.redo', 'avatar.money', 'avatar.money.yes', 'imagine.with']);
});
