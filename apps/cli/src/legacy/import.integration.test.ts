import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { balanceOf, findAvatar, historyPage, redeemPromoCode } from '@aisha/core';
import { WIDE_SHARES } from '@aisha/core/testing';
import { avatars, ledgerEntries, promoCodes, promoCodeUses, recordings, users } from '@aisha/db';
import { type TestDatabase, testDatabase } from '@aisha/db/testing';
import { silentLogger } from '@aisha/service';
import { createStorage } from '@aisha/storage/s3';
import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aisha, type Stand, startStand } from '../testing/stand.ts';

const LONG = 90_000;

/** As SQLAlchemy made it: floats for money, enums as text, naive UTC timestamps, JSON. */
const LEGACY = `
  create table users (
    id serial primary key, telegram_id bigint unique, username varchar(64), first_name varchar(255),
    language_code varchar(10), balance double precision default 0, is_blocked boolean default false,
    created_at timestamp default now());
  create table avatars (
    id uuid primary key, user_id integer references users(id), name varchar(100), gender varchar(10),
    training_type varchar(20), status varchar(30), finetune_id varchar(255), diffusers_lora_file json,
    trigger_word varchar(50), is_main boolean, created_at timestamp, training_completed_at timestamp);
  create table transcripts (
    id serial primary key, user_id integer references users(id), filename text, text text, language varchar(10),
    duration double precision, created_at timestamp);
  create table promo_codes (
    id serial primary key, code varchar(32) unique, type varchar(20), value double precision, max_uses bigint,
    used_count integer default 0, is_active boolean default true, expires_at timestamp);
  create table promo_code_uses (
    id serial primary key, user_id integer references users(id), promo_code_id integer references promo_codes(id),
    used_at timestamp default now());
  insert into users (telegram_id, username, first_name, language_code, balance, is_blocked, created_at) values
    (1001, '@anna', 'Анна', 'ru', 12.5, false, '2024-01-02 03:04:05'),
    (1002, null, 'Berik', 'kz', 0, true, '2024-02-02'),
    (null, 'ghost', 'No id', 'en', 99, false, '2024-02-02');
  insert into avatars values
    ('00000000-0000-4000-8000-000000000001', 1, 'Я', 'female', 'portrait', 'completed', 'ft-anna', null, null, false, '2024-03-01', '2024-03-02 10:00:00'),
    ('00000000-0000-4000-8000-000000000002', 1, 'Портрет', 'female', 'portrait', 'completed', 'ft-anna-2', null, 'ANNA', true, '2024-03-01', '2024-03-02'),
    ('00000000-0000-4000-8000-000000000003', 1, 'портрет', 'female', 'style', 'completed', null, '{"url": "https://v3.fal.media/files/x/lora.safetensors"}', 'STY', false, '2024-03-01', '2024-03-02'),
    ('00000000-0000-4000-8000-000000000004', 2, 'Draft', 'male', 'portrait', 'uploading', null, null, null, false, '2024-03-01', null),
    ('00000000-0000-4000-8000-000000000005', 2, 'Bad', 'male', 'portrait', 'failed', 'ft-bad', null, null, false, '2024-03-01', null),
    ('00000000-0000-4000-8000-000000000006', 3, 'Ghost', 'male', 'portrait', 'completed', 'ft-ghost', null, null, false, '2024-03-01', null);
  insert into transcripts (user_id, filename, text, language, duration, created_at) values
    (1, 'meeting.ogg', 'Обсудили план.', 'ru-RU', 61.5, '2024-04-01 12:00:00'),
    (1, null, '  ', 'ru', 10, '2024-04-01'),
    (3, 'ghost.ogg', 'Nobody said this.', 'en', 10, '2024-04-01');
  insert into promo_codes (code, type, value, max_uses, used_count, is_active, expires_at) values
    ('welcome', 'credits', 50, 100, 7, true, '2099-01-01'), ('Autumn', 'credits', 20.0, 0, 0, false, null),
    ('HALF', 'discount', 50, 99999999999, 0, true, null), ('', 'credits', 5, 1, 0, true, null), ('VOID', 'credits', 0, 1, 0, true, null);
  insert into promo_code_uses (user_id, promo_code_id, used_at) values
    (1, 1, '2024-05-01 10:00:00'), (3, 1, '2024-05-01'), (2, 5, '2024-05-01');
`;

let stand: Stand;
let legacy: TestDatabase;
let folder: string;
beforeAll(async () => {
  stand = await startStand();
  folder = mkdtempSync(join(tmpdir(), 'aisha-legacy-'));
}, LONG);
afterAll(async () => {
  await stand.close();
  rmSync(folder, { recursive: true, force: true });
}, LONG);
beforeEach(async () => {
  legacy = await testDatabase({ empty: true });
  return () => legacy.close();
});

/** As an operator gives it: in a file. */
const from = (address: string) => {
  const file = join(folder, 'legacy.txt');
  writeFileSync(file, `${address}\n`);
  return file;
};
const bring = (...more: string[]) => {
  const address = legacy.url.replace('postgresql://', 'postgresql+asyncpg://');
  return aisha(stand.env, 'import-legacy', '--from', from(address), ...more);
};

test('a dry run says what it would do and writes nothing', async () => {
  await legacy.db.execute(LEGACY);
  const { status, out } = await bring('--dry-run');
  expect(status).toBe(0);
  expect(out).toContain('✓ users: table users: id = id, telegramId = telegram_id');
  expect(out).toMatch(/users +3 +2 +0 +1: no Telegram id/);
  expect(out).toMatch(/promo codes +5 +3 /);
  expect(out).toContain('Nothing was written');
  expect(await stand.database.db.$count(users)).toBe(0);
  expect(await stand.database.db.$count(promoCodes)).toBe(0);
});

test(
  'people, balances, avatars, transcripts and promo codes come over, and only once',
  { timeout: LONG },
  async () => {
    await legacy.db.execute(LEGACY);
    const { db } = stand.database;
    // Berik was here before.
    await db.insert(users).values({ id: 1002, firstName: 'Берик', language: 'kk' });
    const first = await bring();
    expect(first.err).toBe('');
    expect(first.status).toBe(0);
    expect(first.out).toMatch(/users +3 +1 +1 +1: no Telegram id/);
    expect(first.out).toMatch(
      /avatars +6 +3 +0 +1: not trained; 1: failed or deleted; 1: of nobody who was imported/,
    );
    expect(first.out).toMatch(/transcripts +3 +1 +0 +1: no text in the row; 1: of nobody who was imported/);

    expect(first.out).toMatch(/balances +1 +1 +0 /);
    expect(first.out).toMatch(/promo codes +5 +3 +0 +1: no code; 1: worth nothing that is understood/);
    expect(first.out).toMatch(
      /promo code uses +3 +1 +0 +1: of no promo code that was imported; 1: of nobody who was imported/,
    );

    const look = async () => ({
      ledger: await db.select().from(ledgerEntries),
      promoCodes: await db.select().from(promoCodes).orderBy(asc(promoCodes.code)),
      promoCodeUses: await db.select().from(promoCodeUses),
      users: await db.select().from(users).orderBy(asc(users.id)),
      avatars: await db.select().from(avatars).orderBy(asc(avatars.modelUrl)),
      recordings: await db.select().from(recordings),
    });
    const found = await look();
    expect(found.users).toMatchObject([
      { id: 1001, username: 'anna', firstName: 'Анна', language: 'ru', blockedAt: null },
      { id: 1002, firstName: 'Берик', language: 'kk', blockedAt: null },
    ]);
    expect(found.users[0]?.createdAt.toISOString()).toBe('2024-01-02T03:04:05.000Z');
    expect(found.avatars).toMatchObject([
      {
        name: 'Avatar Я',
        model: 'flux-pro',
        modelUrl: 'ft-anna',
        trigger: 'TOK',
        subject: 'woman',
        isMain: false,
      },
      {
        name: 'Портрет',
        model: 'flux-pro',
        modelUrl: 'ft-anna-2',
        trigger: 'ANNA',
        isMain: true,
        state: 'ready',
      },
      {
        name: 'портрет 2',
        kind: 'style',
        model: 'flux-lora-style',
        modelUrl: 'https://v3.fal.media/files/x/lora.safetensors',
        subject: null,
      },
    ]);

    // The product sees them as its own.
    const [main] = found.avatars.filter(({ isMain }) => isMain);
    expect(await findAvatar(db, 1001, main?.id ?? '')).toMatchObject({ name: 'Портрет' });
    const history = await historyPage(db, { ownerId: 1001 }, 'all', null);
    expect(history.items).toMatchObject([{ title: 'meeting.ogg', durationMs: 61_500 }]);
    const [recording] = await db.select().from(recordings).where(eq(recordings.ownerId, 1001));
    expect(recording).toMatchObject({ text: 'Обсудили план.', language: 'ru' });
    const storage = createStorage(
      {
        endpoint: stand.env['MINIO_ENDPOINT'] ?? '',
        accessKey: stand.env['MINIO_ACCESS_KEY'] ?? '',
        secretKey: stand.env['MINIO_SECRET_KEY'] ?? '',
        region: stand.env['MINIO_REGION'] ?? '',
        buckets: {
          avatars: stand.env['MINIO_BUCKET_AVATARS'] ?? '',
          transcripts: stand.env['MINIO_BUCKET_TRANSCRIPTS'] ?? '',
          generated: stand.env['MINIO_BUCKET_GENERATED'] ?? '',
        },
      },
      { log: silentLogger },
    );
    const kept = await storage.get('transcripts', recording?.transcriptKey ?? '');
    storage.close();
    expect(kept?.toString('utf8')).toBe('Обсудили план.');

    // In whole credits, in the person's favour.
    expect(found.ledger).toMatchObject([
      { userId: 1001, amount: 13, balanceAfter: 13, reason: 'legacy_balance', key: 'legacy-balance:1001' },
    ]);
    expect(found.promoCodes).toMatchObject([
      { code: 'AUTUMN', kind: 'credits', value: 20, maxUses: null, disabledAt: expect.any(Date) },
      { code: 'HALF', kind: 'discount', value: 50, uses: 0, maxUses: 2_147_483_647, disabledAt: null },
      {
        code: 'WELCOME',
        kind: 'credits',
        value: 50,
        uses: 7,
        maxUses: 100,
        maxUsesPerUser: 1,
        endsAt: new Date('2099-01-01T00:00:00Z'),
      },
    ]);
    expect(found.promoCodeUses).toMatchObject([
      { code: 'WELCOME', userId: 1001, usedAt: new Date('2024-05-01T10:00:00Z') },
    ]);
    // Who used a code there cannot use it again; somebody else can.
    const redeem = (id: number) =>
      db.transaction((tx) => redeemPromoCode({ tx, limits: WIDE_SHARES, erasedAs: String }, id, 'welcome'));
    expect(await redeem(1001)).toEqual({ refused: 'used' });
    expect(await redeem(1002)).toEqual({ credits: 50, balance: 50 });
    expect(await balanceOf(db, 1001)).toBe(13);

    // Again, after the owner has renamed one: nothing new, nothing undone.
    await db
      .update(avatars)
      .set({ name: 'Моё имя' })
      .where(eq(avatars.id, main?.id ?? ''));
    const before = await look();
    const second = await bring();
    expect(second.out).toMatch(/users +3 +0 +2 /);
    expect(second.out).toMatch(/avatars +6 +0 +3 /);
    expect(second.out).toMatch(/balances +1 +0 +1 /);
    expect(second.out).toMatch(/transcripts +3 +0 +1 /);
    expect(second.out).toMatch(/promo codes +5 +0 +3 /);
    expect(second.out).toMatch(/promo code uses +3 +0 +1 /);
    expect(await look()).toEqual(before);
  },
);

describe('another schema', () => {
  test('what is absent is said; a mapping helps', async () => {
    await legacy.db.execute(`create table people (nr integer, tg bigint, coins numeric(10,2));
      insert into people values (1, 5001, 7.01)`);
    const lost = await bring();
    expect(lost.status).toBe(1);
    expect(lost.err).toContain('the database has the tables people');
    expect(lost.err).toContain('--mapping');
    const file = join(folder, 'mapping.json');
    writeFileSync(
      file,
      JSON.stringify({
        users: { table: 'people', columns: { id: 'nr', telegramId: 'tg', balance: 'coins' } },
      }),
    );
    const { out, status } = await bring('--mapping', file);
    expect(status).toBe(0);
    expect(out).toContain('! avatars: not imported: no table');
    expect(out).toMatch(/users +1 +1 +0 +-/);
    expect(await balanceOf(stand.database.db, 5001)).toBe(8);
    writeFileSync(file, '{"people": {}}');
    expect((await bring('--mapping', file)).err).toContain('users, avatars, transcripts, promoCodes');
  });

  test('a database that cannot be read, without its password', async () => {
    const address = 'postgresql://old:open-sesame@127.0.0.1:1/aisha';
    const away = await aisha(stand.env, 'import-legacy', '--from', from(address));
    expect(away).toMatchObject({ status: 1, err: expect.stringContaining('ECONNREFUSED') });
    const shown = await aisha(stand.env, 'import-legacy', '--from', address);
    expect(shown).toMatchObject({ status: 1, err: expect.stringContaining('--from has a password') });
    const nowhere = await aisha(stand.env, 'import-legacy', '--from', join(folder, 'nowhere'));
    expect(nowhere).toMatchObject({ status: 1, err: expect.stringContaining('ENOENT') });
    expect(JSON.stringify([away, shown, nowhere])).not.toContain('open-sesame');
  });
});
