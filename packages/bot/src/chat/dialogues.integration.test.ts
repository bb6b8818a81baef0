import { imagesOf, type Image } from '@aisha/core';
import { pictures } from '@aisha/core/testing';
import { avatars, images, orders, promoCodes } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { furnish } from '../testing/furnish.ts';

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

const EVIL = '<b>&"x</b><a href="tg://user?id=1">';
const said = async (text: string) => (await bot.say(me, text)).map((one) => one.text).join('\n');
const pressed = async (data: string) =>
  (await bot.press(me, data)).messages.map((one) => one.text).join('\n');
const mine = () => bot.parts.db.select().from(avatars).where(eq(avatars.ownerId, me));
const nothingRefused = () => expect(bot.log.filter(({ level }) => level === 'error')).toEqual([]);

describe('a new avatar', () => {
  async function namedPortrait(name: string) {
    await said('/new_avatar');
    await pressed('avatar.kind:portrait');
    return said(name);
  }

  test('is made step by step, and waits for its photos', async () => {
    expect(await namedPortrait('Kate')).toMatch(/call|person|subject/i);
    await pressed('avatar.subject:woman');
    expect(await bot.state(me)).toMatchObject({
      name: 'avatar.consent',
      avatarName: 'Kate',
      subject: 'woman',
    });
    expect(await mine()).toEqual([]);
    expect(await pressed('avatar.consent')).toContain('Kate');
    const [avatar] = await mine();
    expect(avatar).toMatchObject({
      name: 'Kate',
      kind: 'portrait',
      subject: 'woman',
      consentAt: expect.any(Date),
    });
    expect(await bot.state(me)).toEqual({ name: 'avatar.photos', avatarId: avatar?.id });
  });

  test('of a style is asked neither for a person nor for their word', async () => {
    await said('/new_avatar');
    await pressed('avatar.kind:style');
    await said('Oil');
    expect(await bot.state(me)).toMatchObject({ name: 'avatar.consent', subject: null });
    await pressed('avatar.consent');
    expect(await mine()).toMatchObject([{ kind: 'style', subject: null }]);
  });

  test('with a name that cannot be is asked for another one, and goes on', async () => {
    for (const name of ['x', 'x'.repeat(51)]) {
      expect(await namedPortrait(name)).toMatch(/2 to 50|between 2 and 50/);
      expect(await bot.state(me)).toMatchObject({ name: 'avatar.name' });
    }
    await said('Kate');
    await pressed('avatar.subject:man');
    await pressed('avatar.consent');
    expect(await namedPortrait('KATE')).toContain('KATE');
    expect(await bot.state(me)).toMatchObject({ name: 'avatar.name' });
  });

  test('whose name is taken while it is made is asked for another one', async () => {
    await namedPortrait('Kate');
    await pressed('avatar.subject:man');
    await bot.parts.db.insert(avatars).values({ ownerId: me, chatId: me, kind: 'style', name: 'kate' });
    expect(await pressed('avatar.consent')).toContain('Kate');
    expect(await bot.state(me)).toMatchObject({ name: 'avatar.name', kind: 'portrait' });
  });

  test('may be called anything: markup in a name is shown as it was written, everywhere', async () => {
    expect(await namedPortrait(EVIL)).not.toBe('');
    await pressed('avatar.subject:neutral');
    expect(await pressed('avatar.consent')).toContain(EVIL);
    const id = (await mine())[0]?.id ?? '';
    await pressed('photos.later');
    await said('/avatars');
    expect(await pressed(`avatar:${id}`)).toContain(EVIL);
    expect(await pressed(`avatar.rename:${id}`)).toContain(EVIL);
    expect(await said(`${EVIL}2`)).toContain(`${EVIL}2`);
    await said('/avatars');
    await pressed(`avatar:${id}`);
    expect(await pressed(`avatar.delete:${id}`)).toContain(EVIL);
    await pressed(`avatar.delete.yes:${id}`);
    expect(await mine()).toMatchObject([{ state: 'deleted' }]);
    nothingRefused();
  });

  test('takes photos in any way, counts them, and says once what it has twice', async () => {
    await namedPortrait('Kate');
    await pressed('avatar.subject:man');
    await pressed('avatar.consent');
    const { control } = bot.telegram;
    const files = (await pictures(4)).map((bytes) => ({ bytes, name: 'a.jpg', mime: 'image/jpeg' }));
    const [one, two, three, four] = files;
    if (!one || !two || !three || !four) throw new Error('no pictures');
    await control.sendMedia({ userId: me, kind: 'photo', file: one });
    await control.sendMedia({ userId: me, kind: 'document', file: two });
    await control.sendAlbum({
      userId: me,
      items: [
        { kind: 'photo', file: three },
        { kind: 'photo', file: four },
      ],
    });
    await bot.fetch();
    await bot.work();
    expect(bot.enqueued.filter(({ name }) => name === 'photo.check').length).toBeGreaterThanOrEqual(4);
    const id = (await mine())[0]?.id ?? '';
    const [photos] = await bot.parts.db
      .select({ id: avatars.screenMessageId })
      .from(avatars)
      .where(eq(avatars.id, id));
    expect(photos?.id).toEqual(expect.any(Number));
    // Words in between do not end it.
    expect(await bot.state(me)).toMatchObject({ name: 'avatar.photos' });
    await pressed('photos.later');
    expect(await bot.state(me)).toEqual({ name: 'idle' });
  });
});

describe('a picture', () => {
  test('is ordered with the words, the shape and the number that were chosen', async () => {
    await said('/imagine');
    await pressed('imagine.aspect:16x9');
    await pressed('imagine.count:3');
    const status = await said('  a lighthouse  ');
    expect(status).not.toBe('');
    const [order] = await bot.parts.db.select().from(orders).where(eq(orders.ownerId, me));
    expect(order?.input).toMatchObject({ prompt: 'a lighthouse', aspect: '16:9', count: 3 });
    expect(order?.statusMessageId).toEqual(expect.any(Number));
    expect(await bot.state(me)).toEqual({ name: 'idle' });
  });

  test('described behind the command is ordered at once', async () => {
    await said('/imagine a lighthouse');
    const [order] = await bot.parts.db.select().from(orders).where(eq(orders.ownerId, me));
    expect(order?.input).toMatchObject({ prompt: 'a lighthouse', aspect: '1:1', count: 1 });
  });

  test('described at great length is refused with the limit, and the dialogue goes on', async () => {
    await said('/imagine');
    expect(await said('x'.repeat(2_001))).toContain('2000');
    expect(await bot.state(me)).toMatchObject({ name: 'image.prompt' });
    await said('x'.repeat(2_000));
    expect(await bot.parts.db.$count(orders, eq(orders.ownerId, me))).toBe(1);
  });

  test('whose description is all markup, and as long as can be, shows it under every button', async () => {
    const long = '<&>"'.repeat(500);
    const { images: ids } = await furnish(bot, me, long);
    await said('/gallery');
    const data = (await bot.messages(me)).at(-1)?.text ?? '';
    expect(data).toContain('<&>"<&>"');
    const shown = (id: string) => `image.prompt:${id}`;
    const newest = ids.at(-1) ?? '';
    expect(await pressed(shown(newest))).toContain(long);
    await bot.parts.db
      .update(images)
      .set({ prompt: '&'.repeat(4_000), promptSent: '<'.repeat(4_000) })
      .where(eq(images.id, newest));
    const [cut] = (await bot.press(me, shown(newest))).messages;
    expect(cut?.text).toMatch(/ \[…\]$/);
    expect(cut?.text.length).toBeLessThanOrEqual(4_096);
    nothingRefused();
  });

  test('that is deleted disappears from the chat and the gallery', async () => {
    const { images: ids } = await furnish(bot, me);
    await said('/gallery');
    const newest = ids.at(-1) ?? '';
    await bot.press(me, `image.delete:${newest}`);
    const left: Image[] = await imagesOf(
      bot.parts.db,
      (await bot.parts.db.select().from(images).where(eq(images.id, newest)))[0]?.orderId ?? '',
    );
    expect(left.map(({ id }) => id)).toEqual(ids.slice(0, -1));
    expect(JSON.stringify((await bot.messages(me)).map(({ markup }) => markup))).not.toContain(newest);
  });
});

describe('a recording', () => {
  test('with markup in its name and its text shows both as they are', async () => {
    await furnish(bot, me, EVIL);
    await said('/history');
    const id = (await bot.messages(me)).at(-1)?.markup;
    const data = /recording:[\da-f-]{36}/.exec(JSON.stringify(id))?.[0] ?? '';
    const card = await pressed(data);
    expect(card.split(EVIL).length).toBeGreaterThanOrEqual(3);
    nothingRefused();
  });

  test('too large for Telegram is refused before it costs anything', async () => {
    const file = { bytes: Buffer.alloc(21 * 1024 * 1024), name: 'a.mp3', mime: 'audio/mpeg' };
    await bot.telegram.control.sendMedia({ userId: me, kind: 'audio', file });
    await bot.fetch();
    await bot.work();
    expect((await bot.messages(me)).at(-1)?.text).toContain('20');
    expect(await bot.parts.db.$count(orders, eq(orders.ownerId, me))).toBe(0);
  });
});

describe('/cancel', () => {
  test.each([
    ['a name', ['/new_avatar'], ['avatar.kind:portrait']],
    ['a description', ['/imagine'], []],
  ])('ends the dialogue that waits for %s', async (_name, commands, presses) => {
    for (const command of commands) await said(command);
    for (const data of presses) await pressed(data);
    expect(await bot.state(me)).not.toEqual({ name: 'idle' });
    await said('/cancel');
    expect(await bot.state(me)).toEqual({ name: 'idle' });
    await said('words');
    expect(await mine()).toEqual([]);
    expect(await bot.parts.db.$count(orders, eq(orders.ownerId, me))).toBe(0);
  });
});

test('a state that nobody knows any more begins anew', async () => {
  await said('/imagine');
  await bot.parts.db.execute(`update conversations set state = '{"name":"of.2030"}' where user_id = ${me}`);
  expect(await said('hello')).toContain(bot.parts.texts.plain('en', 'unknown.text'));
  expect(await bot.parts.db.$count(orders, eq(orders.ownerId, me))).toBe(0);
});

test('names and terms are typed, looked at and taken away', async () => {
  await said('/menu');
  await pressed('transcribe');
  expect(await pressed('vocabulary')).toMatch(/Nothing here yet/);
  expect(await said('Серик Болатов, Aisha; <b>')).toMatch(/Aisha, Серик Болатов/);
  expect(await said('-Aisha')).not.toContain('Aisha');
  expect(await pressed('vocabulary.clear')).toMatch(/Nothing here yet/);
  await said('/cancel');
});

describe('credits', () => {
  test('come from a promo code that is typed, and stand in the history', async () => {
    await bot.parts.db.insert(promoCodes).values({ code: `SPRING${me}`, kind: 'credits', value: 50 });
    expect(await said('/balance')).toMatch(/You have 0 credits/);
    expect(await pressed('promo')).toMatch(/Send the promo code/);
    expect(await said(EVIL)).toMatch(/no such promo code/);
    expect(await bot.state(me)).toEqual({ name: 'promo.code' });
    expect(await said(`spring${me}`)).toMatch(
      /\+50 credits\.\s+💰 You have 50 credits\.[^]*\+50 → 50 +promo code/,
    );
    expect(await bot.state(me)).toEqual({ name: 'idle' });
    await pressed('promo');
    expect(await said(`SPRING${me}`)).toMatch(/already used/);
    expect(await pressed('balance')).toMatch(/You have 50 credits/);
    expect(await bot.state(me)).toEqual({ name: 'idle' });
    nothingRefused();
  });
});
