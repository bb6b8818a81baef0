import { webhookSecrets } from '@aisha/db';
import { testDatabase, type TestDatabase } from '@aisha/db/testing';
import { webhookToken } from '@aisha/providers';
import { isNull, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createWebhookTokens,
  currentWebhookSecret,
  dropEndedWebhookSecrets,
  rotateWebhookSecret,
} from './webhook-secrets.ts';

const TELEGRAM = '1234567890:the-telegram-token';
const JOB = '0197a000-0000-7000-8000-000000000001';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.close());

const tokens = (telegramToken = TELEGRAM) => createWebhookTokens({ db: database.db, telegramToken });
const rows = () => database.db.select().from(webhookSecrets);
/** As if so much time had passed since everything that happened. */
const later = (interval: string) =>
  database.db.update(webhookSecrets).set({ endsAt: sql`${webhookSecrets.endsAt} - ${interval}::interval` });

describe('the webhook secret', () => {
  test('is made once, however many start at once, and is long', async () => {
    const got = await Promise.all(Array.from({ length: 12 }, () => currentWebhookSecret(database.db)));
    expect(new Set(got).size).toBe(1);
    expect(Buffer.from(got[0] ?? '', 'base64url')).toHaveLength(32);
    expect(await rows()).toHaveLength(2);
  });

  test('makes tokens that every process verifies, whatever becomes of the Telegram token', async () => {
    const token = webhookToken(await currentWebhookSecret(database.db), JOB);
    expect(await tokens().verify(JOB, token)).toBe(true);
    expect(await tokens('1234567890:another-telegram-token').verify(JOB, token)).toBe(true);
    expect(await tokens().verify(JOB.replace('1', '2'), token)).toBe(false);
    expect(await tokens().verify(JOB, 'nonsense')).toBe(false);
  });

  test('was the Telegram token before: tokens of orders under way are valid, and later no more', async () => {
    const old = webhookToken(TELEGRAM, JOB);
    const checking = tokens();
    expect(await checking.verify(JOB, old)).toBe(true);
    await later('47 hours');
    expect(await tokens().verify(JOB, old)).toBe(true);
    await later('2 hours');
    expect(await tokens().verify(JOB, old)).toBe(false);
    await dropEndedWebhookSecrets(database.db);
    expect(await rows()).toMatchObject([{ endsAt: null }]);
    // Nothing brings it back, not even a rotation.
    await rotateWebhookSecret(database.db);
    expect(await tokens().verify(JOB, old)).toBe(false);
    expect((await rows()).every(({ value }) => value !== null)).toBe(true);
  });

  test('is not kept as valid beyond its end by a process that read it before', async () => {
    const old = webhookToken(TELEGRAM, JOB);
    await currentWebhookSecret(database.db);
    await database.db
      .update(webhookSecrets)
      .set({ endsAt: sql`now() + interval '1 minute'` })
      .where(isNull(webhookSecrets.value));
    const checking = tokens();
    expect(await checking.verify(JOB, old)).toBe(true);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    await database.db.delete(webhookSecrets).where(isNull(webhookSecrets.value));
    expect(await checking.verify(JOB, old)).toBe(false);
    vi.useRealTimers();
  });

  test('that is new after a rotation is learnt by whoever knows the old one, which stays valid', async () => {
    const checking = tokens();
    await checking.read();
    const before = webhookToken(await currentWebhookSecret(database.db), JOB);
    const until = await rotateWebhookSecret(database.db);
    expect(until?.getTime()).toBeGreaterThan(Date.now() + 24 * 3_600_000);
    const after = webhookToken(await currentWebhookSecret(database.db), JOB);
    expect(after).not.toBe(before);
    expect(await checking.verify(JOB, after)).toBe(true);
    expect(await checking.verify(JOB, before)).toBe(true);
    await later('3 days');
    expect(await tokens().verify(JOB, before)).toBe(false);
    expect(await tokens().verify(JOB, after)).toBe(true);
  });

  test('rotated by several at once is one new one', async () => {
    await Promise.all(Array.from({ length: 5 }, () => rotateWebhookSecret(database.db)));
    const kept = await rows();
    expect(kept.filter(({ endsAt }) => endsAt === null)).toHaveLength(1);
  });
});

describe('a token', () => {
  test('that is right costs no read, and many that are wrong cost one a second', async () => {
    const checking = tokens();
    await checking.read();
    const read = vi.spyOn(database.db, 'select');
    const right = webhookToken(await currentWebhookSecret(database.db), JOB);
    read.mockClear();
    for (let n = 0; n < 100; n++) expect(await checking.verify(JOB, right)).toBe(true);
    expect(read).not.toHaveBeenCalled();
    const began = performance.now();
    const wrong = await Promise.all(Array.from({ length: 100 }, () => checking.verify(JOB, 'wrong')));
    expect(wrong).not.toContain(true);
    // Which secret is the current one, and then all.
    expect(read.mock.calls.length).toBe(2);
    await checking.verify(JOB, 'wrong');
    expect(performance.now() - began).toBeGreaterThan(990);
  });

  test('that cannot be judged now is no wrong one', async () => {
    const checking = tokens();
    const read = vi.spyOn(database.db, 'select').mockImplementation(() => {
      throw new Error('Connection terminated unexpectedly');
    });
    await expect(checking.verify(JOB, 'any')).rejects.toThrow('terminated');
    read.mockRestore();
    expect(await checking.verify(JOB, webhookToken(TELEGRAM, JOB))).toBe(true);
  });
});
