import { settingsOf } from '@aisha/core';
import { images, orders, recordings, telegramUpdates, users } from '@aisha/db';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sendNotification } from '../notify/send.ts';
import { dataOf, startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { furnish } from '../testing/furnish.ts';
import { CHOICES } from './choices.ts';

let bot: TestBot;
beforeAll(async () => {
  bot = await startTestBot();
});
beforeEach(() => bot.forgetPace());
afterAll(() => bot.close());

const last = async (me: number) => (await bot.messages(me)).at(-1);

describe('/settings', () => {
  test('asks once what time it is; each choice of each setting is kept and shown', async () => {
    const me = await stranger(bot, 'ru');
    await bot.say(me, '/settings');
    expect((await last(me))?.text).toContain('Алматы');
    expect(dataOf((await last(me)) ?? fail())).toContain('setting.set:timeZone:vladivostok');
    // Whoever does not care to say is not asked again; the guess holds.
    await bot.say(me, '/settings');
    expect((await last(me))?.text).toContain('Настройки');
    expect((await settingsOf(bot.parts.db, me)).timeZone).toBe('Asia/Almaty');
    for (const [name, choices] of Object.entries(CHOICES)) {
      for (const choice of choices.slice(0, 2)) {
        await bot.forgetPace();
        await bot.press(me, `setting:${name}`);
        const { toast } = await bot.press(me, `setting.set:${name}:${choice.token}`);
        expect(toast).toBe('Сохранено');
        expect(choice.isChosen(await settingsOf(bot.parts.db, me))).toBe(true);
      }
    }
    const shown = await last(me);
    expect(dataOf(shown ?? fail())).toContain('setting:incognito');
    // A choice that no button has, made up or of a newer release.
    await bot.parts.db
      .update(users)
      .set({ settings: { imageCount: 40, timeZone: 'Nowhere/Land', keepImages: 'x' } })
      .where(eq(users.id, me));
    expect(await settingsOf(bot.parts.db, me)).toMatchObject({
      imageCount: 1,
      timeZone: null,
      keepImages: null,
    });
  });

  test('what time it is may be written: a city or the clock; what is neither is no answer, and is not taken for one', async () => {
    const me = await stranger(bot, 'ru-RU');
    await bot.say(me, '/settings');
    expect((await last(me))?.text).toContain('Москва');
    await bot.say(me, 'Нижний Новгород');
    expect((await last(me))?.text).toContain('Настройки');
    await bot.press(me, 'setting:timeZone');
    await bot.say(me, 'Токио');
    expect((await settingsOf(bot.parts.db, me)).timeZone).toBe('Asia/Tokyo');
    expect(JSON.stringify((await last(me))?.markup)).toContain('Tokyo');
    await bot.press(me, 'setting:timeZone');
    expect((await bot.say(me, 'абракадабра')).at(-1)?.text).toContain('не знаю');
    // It is a text like any other now.
    expect((await bot.say(me, 'абракадабра')).at(-1)?.text).not.toContain('не знаю');
    await bot.press(me, 'setting:timeZone');
    await bot.say(me, 'Длинный текст, который кто-то прислал, пока его спрашивали о времени.');
    expect((await settingsOf(bot.parts.db, me)).timeZone).toBe('Asia/Tokyo');
  });

  test('is in every language, and its buttons hold what Telegram takes', async () => {
    for (const [code, word] of [
      ['kk', 'Баптаулар'],
      ['en', 'Settings'],
    ] as const) {
      const me = await stranger(bot, code);
      await bot.say(me, '/settings');
      await bot.press(me, 'setting.set:timeZone:almaty');
      expect((await last(me))?.text).toContain(word);
    }
  });

  test('times are shown where the person is', async () => {
    const me = await stranger(bot, 'ru');
    await bot.say(me, '/menu');
    await furnish(bot, me);
    await bot.parts.db
      .update(images)
      .set({ createdAt: new Date('2026-11-20T10:00:00Z') })
      .where(eq(images.ownerId, me));
    await bot.say(me, '/settings');
    await bot.press(me, 'setting:timeZone');
    await bot.press(me, 'setting.set:timeZone:moscow');
    expect((await bot.say(me, '/gallery')).at(-1)?.text).toContain('13:00');
  });

  test('a new picture begins with what was chosen', async () => {
    const me = await stranger(bot, 'en');
    await bot.say(me, '/menu');
    await bot.parts.db
      .update(users)
      .set({ settings: { timeZone: 'Asia/Almaty', imageAspect: '16:9', imageCount: 3 } })
      .where(eq(users.id, me));
    await bot.say(me, '/imagine');
    expect(await bot.state(me)).toMatchObject({ aspect: '16:9', count: 3 });
    await bot.say(me, '/cancel');
    await bot.say(me, '/imagine a lighthouse');
    const [order] = await bot.parts.db.select().from(orders).where(eq(orders.ownerId, me));
    expect(order?.input).toMatchObject({ aspect: '16:9', count: 3 });
  });

  test('what is told comes silently, and recordings know whether speakers are wanted', async () => {
    const me = await stranger(bot, 'ru');
    await bot.say(me, '/menu');
    await bot.parts.db
      .update(users)
      .set({ settings: { notifications: 'silent', speakers: true, incognito: true } })
      .where(eq(users.id, me));
    await bot.telegram.control.sendMedia({
      userId: me,
      kind: 'voice',
      file: { bytes: Buffer.from('OggS'), name: 'a.ogg', mime: 'audio/ogg' },
    });
    await bot.fetch();
    await bot.work();
    const [heard] = await bot.parts.db.select().from(recordings).where(eq(recordings.ownerId, me));
    expect(heard?.wantSpeakers).toBe(true);
    const [order] = await bot.parts.db.select().from(orders).where(eq(orders.ownerId, me));
    expect(order?.incognito).toBe(true);
    expect(
      await bot.parts.db.$count(
        telegramUpdates,
        and(eq(telegramUpdates.lane, `chat${me}`), isNull(telegramUpdates.poisonedAt)),
      ),
    ).toBeGreaterThan(0);
    await bot.parts.db
      .update(orders)
      .set({ state: 'failed', failure: 'silence', endedAt: sql`now()` })
      .where(eq(orders.ownerId, me));
    const id = '0199e4a6-8a49-7d20-8d42-7a1a1f0c3a11';
    await bot.parts.db.execute(sql`insert into notifications (id, key, user_id, chat_id, kind, data)
      values (${id}, ${`order:${order?.id}:ended`}, ${me}, ${me}, 'order.ended', ${JSON.stringify({ orderId: order?.id })}::jsonb)`);
    await sendNotification(bot.parts, id, { signal: AbortSignal.timeout(10_000) });
    const calls = await bot.telegram.control.journal({ method: 'sendMessage' });
    expect(calls.findLast(({ chatId }) => chatId === me)?.params['disable_notification']).toBe('true');
  });
});

function fail(): never {
  throw new Error('there is no message');
}
