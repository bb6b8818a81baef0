import {
  chats,
  ledgerEntries,
  notifications,
  orders,
  payments,
  referrals,
  stops,
  supportMessages,
  telegramUpdates,
  users,
  webhookSecrets,
} from '@aisha/db';
import { KEY_PREFIX } from '@aisha/queue';
import { Queue } from 'bullmq';
import { sql } from 'drizzle-orm';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { aisha, type Stand, startStand } from './testing/stand.ts';

const LONG = 90_000;
let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
}, LONG);
afterAll(() => stand.close(), LONG);

const botId = () => Number(stand.env['TELEGRAM_BOT_TOKEN']?.split(':')[0]);

describe('updates set aside', () => {
  test('are listed without what people wrote, and handled again on demand', { timeout: LONG }, async () => {
    const { db } = stand.database;
    expect((await aisha(stand.env, 'updates', 'poisoned')).out).toBe('No update is set aside.\n');

    const { id } = await stand.telegram.control.createUser({ firstName: 'Unlucky', languageCode: 'en' });
    await stand.telegram.control.sendText({ userId: id, text: '/privacy and a private word' });
    const [update] = await stand.telegram.control.pendingUpdates({});
    const payload = z.looseObject({ update_id: z.number() }).parse(update);
    const updateId = payload.update_id;
    const lane = `chat${id}`;
    await db.insert(telegramUpdates).values({
      botId: botId(),
      updateId,
      lane,
      kind: 'message',
      payload,
      state: 'done',
      owed: [],
      error: 'TypeError: a bug',
      poisonedAt: sql`now()`,
      doneAt: sql`now()`,
    });
    const listed = await aisha(stand.env, 'updates', 'poisoned', 'list');
    expect(listed.out).toMatch(new RegExp(`${updateId} .*message .*${lane} +TypeError: a bug`));
    expect(listed.out).not.toContain('private word');
    expect((await aisha(stand.env, 'updates', 'poisoned', 'retry', '999')).status).toBe(1);

    expect(await aisha(stand.env, 'updates', 'poisoned', 'retry', String(updateId))).toMatchObject({
      status: 0,
    });
    // Twice is one too many.
    expect((await aisha(stand.env, 'updates', 'poisoned', 'retry', String(updateId))).status).toBe(1);
    const bot = await stand.start('bot-polling');
    await vi.waitFor(
      async () => {
        const { messages } = await stand.telegram.control.transcript({ chatId: id });
        expect(messages.filter(({ fromBot }) => fromBot)).toHaveLength(1);
        const rows = await db.select().from(telegramUpdates);
        expect(rows.map(({ state, poisonedAt }) => ({ state, poisonedAt }))).toEqual([
          { state: 'done', poisonedAt: null },
        ]);
      },
      { timeout: 30_000, interval: 100 },
    );
    await bot.stop();
  });
});

test('jobs: what waits and what failed', { timeout: LONG }, async () => {
  const connection = new Redis(stand.redis.url, { maxRetriesPerRequest: null });
  const queue = new Queue('text', { connection, prefix: KEY_PREFIX });
  try {
    await queue.add('document.write', { documentId: 'x' });
    const { status, out } = await aisha(stand.env, 'jobs');
    expect(status).toBe(0);
    expect(out).toMatch(/^QUEUE +WAITING +ACTIVE/);
    expect(out).toMatch(/^text +1 +0 +0 +0 +\d+ s +0$/m);
    expect((await aisha(stand.env, 'jobs', 'failed')).out).toBe('No job failed in the last three days.\n');
    expect((await aisha({ ...stand.env, REDIS_URL: 'redis://127.0.0.1:1' }, 'jobs')).err).toContain(
      'ECONNREFUSED',
    );
  } finally {
    await queue.close();
    connection.disconnect();
  }
});

test('webhook-secret rotate: says until when the former one is valid, and not what it is', async () => {
  const { db } = stand.database;
  const { status, out } = await aisha(stand.env, 'webhook-secret', 'rotate');
  expect(status).toBe(0);
  expect(out).toMatch(/are valid until \d{4}-\d\d-\d\dT/);
  for (const { value } of await db.select().from(webhookSecrets))
    expect(out).not.toContain(value ?? 'a value');
});

test('orders: those of the day, and those that nobody looks after', async () => {
  const { db } = stand.database;
  await db.insert(users).values({ id: 5 });
  await db.insert(chats).values({ id: 5, type: 'private' });
  expect((await aisha(stand.env, 'orders')).out).toBe('No orders in the last 24 hours.\n');
  expect((await aisha(stand.env, 'orders', 'stuck')).status).toBe(0);
  const [order] = await db
    .insert(orders)
    .values({
      ownerId: 5,
      chatId: 5,
      kind: 'image',
      input: {},
      state: 'running',
      nextCheckAt: sql`now() - interval '5 minutes'`,
      deadlineAt: sql`now() + interval '5 minutes'`,
    })
    .returning();
  expect((await aisha(stand.env, 'orders')).out).toMatch(/image +running +1/);
  const stuck = await aisha(stand.env, 'orders', 'stuck');
  expect(stuck.status).toBe(1);
  expect(stuck.out).toContain(order?.id);
  expect(stuck.err).toContain('1 orders and 0 messages are overdue');
});

test('promo codes, payments, invitations and questions, by the command line', async () => {
  const { db } = stand.database;
  const json = async (...args: string[]) => {
    const { status, out, err } = await aisha(stand.env, ...args, '--json');
    expect(err).toBe('');
    expect(status).toBe(0);
    return JSON.parse(out);
  };
  await db.insert(users).values([{ id: 71 }, { id: 72 }]);
  expect(
    await json('promo', 'create', 'may-26', '--kind', 'bonus', '--value', '20', '--uses', '100'),
  ).toMatchObject({
    code: 'MAY-26',
    kind: 'bonus',
    value: 20,
    maxUses: 100,
  });
  const again = await aisha(stand.env, 'promo', 'create', 'MAY-26', '--value', '20');
  expect(again).toMatchObject({ status: 1, err: expect.stringContaining('such a code already') });
  expect(await json('promo', 'stop', 'May-26')).toMatchObject({ disabledAt: expect.any(String) });
  expect((await aisha(stand.env, 'promo')).out).toMatch(/MAY-26 +bonus +20 % +0\/100 .*stopped/);

  await db.insert(payments).values({
    chargeId: 'stx-cli',
    userId: 71,
    provider: 'stars',
    currency: 'XTR',
    amount: 50,
    credits: 100,
    source: 'update',
    paidAt: new Date(),
  });
  expect(await json('payments', 'list', '--user', '71')).toMatchObject([
    { chargeId: 'stx-cli', state: 'paid' },
  ]);
  expect((await aisha(stand.env, 'payments', 'refund', 'stx-cli')).status).toBe(2);
  // Nothing is on the account: all of it is a debt.
  expect(await json('payments', 'refund', 'stx-cli', '--reason', 'asked')).toMatchObject({
    state: 'refunding',
    takenBack: 0,
    refundReason: 'asked',
  });
  expect((await aisha(stand.env, 'payments', 'refund', 'stx-cli', '--reason', 'x')).err).toContain('already');
  expect(await json('payments', 'debts')).toMatchObject([{ userId: 71, credits: 100, chargeId: 'stx-cli' }]);
  await json('payments', 'forgive', 'stx-cli');
  expect(await json('payments', 'debts')).toEqual([]);
  await json('payments', 'close');
  expect(await db.select().from(stops)).toHaveLength(1);
  await json('payments', 'open');
  expect(await db.select().from(stops)).toEqual([]);

  await db.insert(referrals).values({ invitedId: 72, inviterId: 71, state: 'doubted', doubt: 'mass' });
  expect(await json('referrals', 'list')).toMatchObject([{ invitedId: 72, doubt: 'mass' }]);
  await json('referrals', 'credit', '72');
  expect((await aisha(stand.env, 'referrals', 'reject', '72')).status).toBe(1);
  expect(await db.select().from(ledgerEntries)).toHaveLength(2);

  const [question] = await db
    .insert(supportMessages)
    .values({ userId: 71, text: 'Where are they?' })
    .returning();
  expect(await json('support', 'list')).toMatchObject([{ text: 'Where are they?' }]);
  await json('support', 'answer', question?.id ?? '', 'On', 'your', 'account.');
  expect(await json('support', 'list')).toEqual([]);
  expect(await db.select().from(notifications)).toContainEqual(
    expect.objectContaining({ userId: 71, kind: 'support.answer', state: 'pending' }),
  );
});

test(
  'credits, orders and people by operators, each written down with who and why',
  { timeout: LONG },
  async () => {
    const { db } = stand.database;
    const json = async (...args: string[]): Promise<unknown> => {
      const { status, out, err } = await aisha(stand.env, ...args, '--json');
      if (status !== 0) throw new Error(err);
      return JSON.parse(out);
    };
    await db.insert(users).values({ id: 81, username: 'Named_Here' });
    const grant = () =>
      json('credits', 'grant', '@named_here', '40', '--reason', 'a broken week', '--key', 'ticket-7');
    expect(await grant()).toEqual({ userId: 81, entered: true, balance: 40 });
    expect(await grant()).toMatchObject({ entered: false });
    expect(await json('credits', 'take', '81', '15', '--reason', 'by mistake')).toMatchObject({
      balance: 25,
    });
    const tooMuch = await aisha(stand.env, 'credits', 'take', '81', '26', '--reason', 'x');
    expect(tooMuch).toMatchObject({ status: 1, err: expect.stringContaining('only 25 credits are free') });
    for (const wrong of [
      ['grant', '81', '5'],
      ['grant', '81', '-5', '--reason', 'x'],
      ['give', '81', '5', '--reason', 'x'],
    ])
      expect((await aisha(stand.env, 'credits', ...wrong)).status).toBe(2);

    const [failed] = await db
      .insert(orders)
      .values({
        ownerId: 81,
        chatId: 81,
        kind: 'image',
        input: { prompt: 'a private wish', aspect: '1:1', count: 1, seed: 1 },
        state: 'failed',
        failure: 'provider_down',
        deadlineAt: new Date(),
        endedAt: new Date(),
      })
      .returning();
    const id = failed?.id ?? '';
    expect(await json('orders', 'failed', '--failure', 'provider_down')).toContainEqual(
      expect.objectContaining({ id, ownerId: 81 }),
    );
    expect(await json('orders', 'retry', id)).toMatchObject({
      outcome: expect.stringMatching(/placed|quoted/),
    });
    expect(await aisha(stand.env, 'orders', 'retry', id)).toMatchObject({ status: 1 });
    expect(await aisha(stand.env, 'orders', 'refund', id, '--reason', 'x')).toMatchObject({
      status: 1,
      err: expect.stringContaining('cost nothing'),
    });
    expect(await json('user', 'block', '81', '--reason', 'spam')).toMatchObject({
      blockedAt: expect.any(String),
    });
    const card = await aisha(stand.env, 'user', 'card', '81');
    expect(card.out).toMatch(/81 @Named_Here, ru, blocked\ncredits: 25/);
    expect(card.out).not.toContain('private wish');
    expect(await json('actions', '--user', '81')).toMatchObject([
      { operator: 'cli', action: 'user.block', reason: 'spam' },
      { action: 'order.retry', about: { orderId: id } },
      { action: 'credits.take', about: { amount: -15 }, reason: 'by mistake' },
      { action: 'credits.grant', about: { amount: 40 } },
    ]);
  },
);

test('maintenance and broadcasts are steered as in the chat', { timeout: LONG }, async () => {
  const { db } = stand.database;
  const json = async (...args: string[]) => {
    const { out, status } = await aisha(stand.env, ...args, '--json');
    return { status, ...z.looseObject({}).parse(JSON.parse(out || '{}')) };
  };
  expect(await json('maintenance')).toEqual({ status: 0, on: false });
  expect(await json('maintenance', 'on', '--text', 'until noon')).toMatchObject({
    on: true,
    note: 'until noon',
  });
  expect((await aisha(stand.env, 'maintenance', 'on')).err).toContain('on already');
  expect(await json('maintenance', 'off')).toEqual({ status: 0, on: false, told: 0 });

  await db.insert(users).values({ id: 4_242, firstName: 'A', language: 'kk' });
  await db.insert(chats).values({ id: 4_242, type: 'private' });
  expect((await aisha(stand.env, 'broadcast', 'create', '--text', 'x', '--button', 'y')).status).toBe(2);
  const made = await json('broadcast', 'create', '--text', 'News', '--language', 'kk', '--active-days', '3');
  expect(made).toMatchObject({ state: 'draft', recipients: 1 });
  const id = z.string().parse(Object(made).id);
  expect((await aisha(stand.env, 'broadcast', 'resume', id)).err).toContain('is draft');
  expect(await json('broadcast', 'start', id)).toMatchObject({ state: 'running', all: 1, waiting: 1 });
  expect(await json('broadcast', 'pause', id)).toMatchObject({ state: 'paused' });
  expect(await json('broadcast', 'resume', id)).toMatchObject({ state: 'running' });
  expect(await json('broadcast', 'cancel', id)).toMatchObject({ state: 'cancelled' });
  expect(await json('broadcast', 'report', id)).toMatchObject({ state: 'cancelled', sent: 0, waiting: 1 });
  expect((await aisha(stand.env, 'broadcast', 'list')).out).toContain('cancelled');
});
