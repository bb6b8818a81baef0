import { randomUUID } from 'node:crypto';
import { makeAvatar, makeOrder } from '@aisha/core/testing';
import { avatarPhotos, avatars, orders, type Progress } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { showPhotoCounter, showProgress } from './edits.ts';

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
afterEach(() => bot.telegram.control.clearFaults({}));

const run = () => ({ signal: AbortSignal.timeout(20_000) });
const said = async () => (await bot.messages(me)).at(-1);

async function message(): Promise<number> {
  const sent = await bot.parts.telegram.call(
    'sendMessage',
    { chat_id: me, text: '…' },
    { priority: 'reply' },
  );
  if (sent.kind !== 'ok') throw new Error(sent.kind);
  return sent.result.message_id;
}

describe('the status message', () => {
  async function order(set: Partial<typeof orders.$inferInsert>) {
    const placed = await makeOrder(bot, me);
    const statusMessageId = await message();
    await bot.parts.db
      .update(orders)
      .set({ statusMessageId, state: 'running', subjectId: randomUUID(), ...set })
      .where(eq(orders.id, placed.id));
    await bot.forgetPace();
    await showProgress(bot.parts, placed.id, run());
    return placed.id;
  }

  test.each<[Progress, RegExp]>([
    [{ stage: 'provider_queue', position: 3 }, /3/],
    [{ stage: 'training', done: 450, total: 1_000 }, /45%/],
    [{ stage: 'training', done: 0, total: 1_000 }, /0%/],
    [{ stage: 'training', done: 1_000, total: 1_000 }, /100%/],
    [{ stage: 'drawing' }, /./],
  ])('shows %o', async (progress, wanted) => {
    await order({ kind: 'training', progress });
    expect((await said())?.text).toMatch(wanted);
    expect((await said())?.text).not.toMatch(/NaN|undefined|null/);
    expect(JSON.stringify((await said())?.markup)).toContain('order.cancel:');
  });

  test('of a transcription counts minutes, of a document its parts', async () => {
    await order({ kind: 'transcription', progress: { stage: 'transcribing', done: 3, total: 12 } });
    expect((await said())?.text).toMatch(/3.*12.*min/s);
    await order({ kind: 'document', progress: { stage: 'writing', done: 1, total: 4 } });
    expect((await said())?.text).toMatch(/1.*4/s);
  });

  test('of an order that ended has no button any more', async () => {
    await order({ state: 'cancelled', endedAt: new Date() });
    expect((await said())?.text).toContain(bot.parts.texts.plain('en', 'order.cancelled'));
    expect(JSON.stringify((await said())?.markup)).not.toContain('order.cancel');
  });

  test('that was deleted, or is not there yet, is no trouble', async () => {
    const id = await order({});
    await bot.parts.db.update(orders).set({ statusMessageId: 999_999 }).where(eq(orders.id, id));
    await showProgress(bot.parts, id, run());
    await bot.parts.db.update(orders).set({ statusMessageId: null }).where(eq(orders.id, id));
    await showProgress(bot.parts, id, run());
    expect(bot.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('is left as it is while Telegram asks for a pause: the next one tells more', async () => {
    await bot.telegram.control.addFault({
      method: 'editMessageText',
      action: { kind: 'too_many_requests', retryAfter: 30 },
    });
    await expect(order({ progress: { stage: 'drawing' } })).resolves.toEqual(expect.any(String));
    await bot.forgetPace();
  });
});

describe('the photo counter', () => {
  async function draft(accepted: number, rejected = 0) {
    const avatar = await makeAvatar(bot, me);
    await bot.parts.db.insert(avatarPhotos).values(
      Array.from({ length: accepted + rejected }, (_, n) => ({
        avatarId: avatar.id,
        fileId: `${n}`,
        fileUniqueId: `${n}`,
        ...(n < accepted
          ? { state: 'accepted' as const }
          : { state: 'rejected' as const, reason: 'too_small' as const }),
      })),
    );
    const screenMessageId = await message();
    await bot.parts.db
      .update(avatars)
      .set({ screenMessageId, screenDueAt: sql`now()` })
      .where(eq(avatars.id, avatar.id));
    await bot.forgetPace();
    return { id: avatar.id, screenMessageId };
  }
  const row = async (id: string) => (await bot.parts.db.select().from(avatars).where(eq(avatars.id, id)))[0];

  test('tells what was accepted and why the rest was not, and is shown once', async () => {
    const { id } = await draft(4, 2);
    await showPhotoCounter(bot.parts, id, run());
    expect((await said())?.text).toMatch(/4/);
    expect((await said())?.text).toContain(`${bot.parts.texts.plain('en', 'photo.too_small')} (2)`);
    expect(JSON.stringify((await said())?.markup)).not.toContain('training:');
    expect((await row(id))?.screenDueAt).toBeNull();
  });

  test('offers the training from ten on', async () => {
    const { id } = await draft(10);
    await showPhotoCounter(bot.parts, id, run());
    expect(JSON.stringify((await said())?.markup)).toContain(`training:${id}`);
  });

  test.each([
    ['before', 'presets', 'training.start:'],
    ['before', 'saved', 'menu'],
    ['during', 'presets', 'training.start:'],
    ['during', 'saved', 'menu'],
  ] as const)('a press %s the edit showed %s there: that stays', async (when, screenShows, shown) => {
    const { id } = await draft(10);
    const press = () => bot.parts.db.update(avatars).set({ screenShows }).where(eq(avatars.id, id));
    if (when === 'before') await press();
    const { telegram } = bot.parts;
    const call: typeof telegram.call = async (method, payload, options) => {
      const outcome = await telegram.call(method, payload, options);
      if (when === 'during') await press();
      return outcome;
    };
    await showPhotoCounter(
      { ...bot.parts, telegram: Object.assign(Object.create(telegram), { call }) },
      id,
      run(),
    );
    const markup = JSON.stringify((await said())?.markup);
    expect(markup).toContain(shown);
    expect(markup).not.toContain(`training:${id}`);
  });

  test('photos that came since bring the counter back', async () => {
    const { id } = await draft(9);
    await bot.parts.db.update(avatars).set({ screenShows: 'presets' }).where(eq(avatars.id, id));
    await showPhotoCounter(bot.parts, id, run());
    expect((await said())?.text).toMatch(/9/);
  });

  test('that its owner deleted is sent anew, and kept', async () => {
    const { id, screenMessageId } = await draft(3);
    await bot.telegram.control.deleteMessage({ userId: me, messageId: screenMessageId });
    await showPhotoCounter(bot.parts, id, run());
    const now = (await row(id))?.screenMessageId;
    expect(now).not.toBe(screenMessageId);
    expect((await said())?.id).toBe(now);
  });

  test('stays due while it cannot be shown', async () => {
    const { id } = await draft(3);
    await bot.telegram.control.addFault({ method: 'editMessageText', action: { kind: 'server_error' } });
    await expect(showPhotoCounter(bot.parts, id, run())).rejects.toMatchObject({ name: 'TransientError' });
    expect((await row(id))?.screenDueAt).not.toBeNull();
  });

  test('of an avatar that is trained by now is left alone', async () => {
    const { id } = await draft(10);
    await bot.parts.db.update(avatars).set({ state: 'training' }).where(eq(avatars.id, id));
    await showPhotoCounter(bot.parts, id, run());
    expect((await said())?.text).toBe('…');
    expect((await row(id))?.screenDueAt).toBeNull();
  });
});
