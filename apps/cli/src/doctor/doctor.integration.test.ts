import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { circuitBreakers, setUpRoles } from '@aisha/db';
import { testDatabase } from '@aisha/db/testing';
import { startRedis } from '@aisha/sandbox';
import { sql } from 'drizzle-orm';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { aisha, type Environment, freePort, type Stand, startStand } from '../testing/stand.ts';

const LONG = 90_000;
let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
}, LONG);
afterAll(() => stand.close(), LONG);

const reportShape = z.object({
  well: z.boolean(),
  findings: z.array(
    z.object({
      part: z.string(),
      verdict: z.string(),
      what: z.string(),
      found: z.string(),
      mend: z.string().optional(),
    }),
  ),
});

async function doctor(only: string, changes: Environment = {}) {
  const said = await aisha({ ...stand.env, ...changes }, 'doctor', '--json', '--only', only);
  const report = reportShape.parse(JSON.parse(said.out));
  expect(said.status).toBe(report.well ? 0 : 1);
  return report;
}

/** The one finding that is wrong, with all others right. */
async function wrong(only: string, changes: Environment) {
  const { findings } = await doctor(only, changes);
  const bad = findings.filter(({ verdict }) => verdict !== 'ok');
  expect(bad).toHaveLength(1);
  return bad[0];
}

test('all is well, with every part real or its stand-in', { timeout: LONG }, async () => {
  const said = await aisha(stand.env, 'doctor');
  expect(said.out).toContain('✓ Well');
  expect(said.status).toBe(0);
  for (const part of ['PostgreSQL', 'Redis', 'written, read, linked to', '@aisha_sandbox_bot', 'Ed25519'])
    expect(said.out).toContain(part);
  const { DATABASE_URL, MINIO_SECRET_KEY, TELEGRAM_BOT_TOKEN, FAL_API_KEY, OPENAI_API_KEY } = stand.env;
  for (const secret of [DATABASE_URL, MINIO_SECRET_KEY, TELEGRAM_BOT_TOKEN, FAL_API_KEY, OPENAI_API_KEY])
    expect(said.out).not.toContain(secret);
});

describe('the database', () => {
  test('a wrong password, a database that is not there, a server that is not there', async () => {
    const at = (change: (url: URL) => void) => {
      const url = new URL(stand.database.url);
      change(url);
      return { DATABASE_URL: url.href };
    };
    expect(
      await wrong(
        'database',
        at((url) => (url.pathname = '/nothing')),
      ),
    ).toMatchObject({
      verdict: 'failed',
      found: expect.stringContaining('does not exist'),
      mend: expect.stringContaining('no such database'),
    });
    expect(
      await wrong(
        'database',
        at((url) => (url.username = 'nobody')),
      ),
    ).toMatchObject({
      verdict: 'failed',
      mend: expect.stringContaining('user or the password'),
    });
    const port = String(await freePort());
    expect(
      await wrong(
        'database',
        at((url) => (url.port = port)),
      ),
    ).toMatchObject({
      found: expect.stringContaining('ECONNREFUSED'),
      mend: expect.stringContaining('nothing listens'),
    });
  });

  test('no migrations, and pools that do not fit', async () => {
    const empty = await testDatabase({ empty: true });
    try {
      expect(await wrong('database', { DATABASE_URL: empty.url })).toMatchObject({
        what: 'migrations',
        found: expect.stringMatching(/^(\d+) of \1 not applied$/),
        mend: expect.stringContaining('db:migrate'),
      });
    } finally {
      await empty.close();
    }
    expect(await wrong('database', { DATABASE_POOL_SIZE: '190' })).toMatchObject({
      verdict: 'warning',
      what: 'connections',
    });
  });

  test('a database of a newer version', async () => {
    const newer = await testDatabase();
    try {
      await newer.db.execute(
        `insert into drizzle.__drizzle_migrations (hash, created_at) values ('of-tomorrow', 9999999999999)`,
      );
      expect(await wrong('database', { DATABASE_URL: newer.url })).toMatchObject({
        verdict: 'warning',
        found: expect.stringContaining('1 that this version does not know'),
      });
    } finally {
      await newer.close();
    }
  });
});

test('rights that are not needed, and what is left when they are taken away', { timeout: LONG }, async () => {
  const before = await doctor('rights', {
    REDIS_URL: stand.redis.url,
    // The one that it had is a foreign one then.
    MINIO_BUCKET_AVATARS: 'another-one',
  });
  expect(before).toMatchObject({
    well: true,
    findings: [
      {
        what: 'PostgreSQL',
        verdict: 'warning',
        found: expect.stringMatching(/superuser.*change the schema/),
      },
      { what: 'Redis', verdict: 'warning', found: expect.stringMatching(/administers.*others' keys/) },
      { what: 'Redis without a password', verdict: 'warning' },
      { what: 'S3', verdict: 'warning' },
    ],
  });
  const suffix = randomUUID().slice(0, 8);
  const owner = { user: `owner_${suffix}`, password: 'o' };
  const app = { user: `app_${suffix}`, password: 'a' };
  await setUpRoles(stand.database, { owner, app }, { ownServer: false });
  const url = new URL(stand.database.url);
  [url.username, url.password] = [app.user, app.password];
  const { findings } = await doctor('rights', { DATABASE_URL: url.href });
  // The tests' server holds others' databases, and everybody may connect to them.
  expect(findings[0]?.found).toMatch(/needs: may connect to [^,]+(, [^,]+)*( and \d+ more)?$/);
  expect(findings[1]).toMatchObject({ what: 'Redis', verdict: 'ok' });
  const elsewhere = await doctor('rights', {
    DATABASE_URL: 'postgresql://u:p@127.0.0.1:1/d?sslmode=require',
    REDIS_URL: 'redis://:p@10.255.255.1:1',
    MINIO_ENDPOINT: 'http://s3.invalid',
  });
  expect(elsewhere.findings.filter(({ what }) => what.startsWith('way'))).toMatchObject([
    { what: 'way to PostgreSQL', found: expect.stringContaining('whoever answers') },
    { what: 'way to Redis', mend: expect.stringContaining('rediss') },
    { what: 'way to S3', mend: expect.stringContaining('https') },
  ]);
});

test('Redis that may throw jobs away, and writes nothing down', { timeout: LONG }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aisha-doctor-'));
  const service = await startRedis({
    dataDir: join(folder, 'redis'),
    runDir: join(folder, 'run'),
    persistent: false,
    log: () => undefined,
  });
  const redis = new Redis(service.url);
  try {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const { findings } = await doctor('redis', { REDIS_URL: service.url });
    expect(findings).toMatchObject([
      { what: 'reachable', verdict: 'ok' },
      { what: 'maxmemory-policy', verdict: 'failed', mend: expect.stringContaining('noeviction') },
      { what: 'persistence', verdict: 'warning', mend: expect.stringContaining('appendonly yes') },
    ]);
    await redis.config('SET', 'requirepass', 'sesame');
    expect(await wrong('redis', { REDIS_URL: service.url })).toMatchObject({
      mend: expect.stringContaining('password'),
    });
  } finally {
    redis.disconnect();
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('S3: no such bucket, and a wrong key', async () => {
  expect(await wrong('storage', { MINIO_BUCKET_GENERATED: 'nobody-made-this' })).toMatchObject({
    what: 'bucket generated',
    mend: expect.stringContaining('storage:setup'),
  });
  const { findings } = await doctor('storage', { MINIO_ACCESS_KEY: 'not-the-key' });
  expect(findings.map(({ verdict }) => verdict)).toEqual(['failed', 'failed', 'failed']);
  expect(findings[0]?.mend).toContain('MINIO_ACCESS_KEY');
});

test('Telegram: a wrong token, and a webhook where the bot should poll', async () => {
  expect(await wrong('telegram', { TELEGRAM_BOT_TOKEN: '12345:not-a-token-that-anybody-has' })).toMatchObject(
    {
      what: 'bot token',
      mend: expect.stringContaining('@BotFather'),
    },
  );
  const call = (method: string, body: object) =>
    fetch(`${stand.telegram.url}/bot${stand.env['TELEGRAM_BOT_TOKEN']}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await call('setWebhook', { url: 'http://127.0.0.1:9/older-system' });
  expect(await wrong('telegram', {})).toMatchObject({
    what: 'delivery',
    found: expect.stringContaining('older-system'),
    mend: expect.stringContaining('telegram:mode polling'),
  });
  expect((await aisha(stand.env, 'telegram', 'mode', 'status')).status).toBe(1);
  const mended = await aisha(stand.env, 'telegram', 'mode', 'polling');
  expect(mended).toMatchObject({ status: 0, err: '' });
  expect((await doctor('telegram')).well).toBe(true);
});

test('FAL: a wrong key, a locked account, no keys to check webhooks with', async () => {
  expect(await wrong('fal', { FAL_API_KEY: 'wrong-id:wrong-secret' })).toMatchObject({
    what: 'key accepted',
    found: expect.stringContaining('401'),
    mend: expect.stringContaining('FAL_API_KEY'),
  });
  expect(await wrong('fal', { FAL_JWKS_URL: `${stand.telegram.url}/jwks.json` })).toMatchObject({
    what: 'webhook keys',
    verdict: 'failed',
  });
  const { db } = stand.database;
  await db.insert(circuitBreakers).values({
    name: 'fal',
    reason: 'User is locked. Reason: Exhausted balance.',
    openedAt: sql`now()`,
    openUntil: sql`now()`,
  });
  expect(await wrong('fal', {})).toMatchObject({
    what: 'account',
    found: expect.stringContaining('Exhausted balance'),
    mend: expect.stringContaining('billing'),
  });
  await db.delete(circuitBreakers);
});

test('OpenAI: a wrong key, and a model that is not offered', async () => {
  expect(await wrong('openai', { OPENAI_API_KEY: 'sk-wrong-wrong-wrong' })).toMatchObject({
    what: 'key accepted',
    mend: expect.stringContaining('OPENAI_API_KEY'),
  });
  expect(await wrong('openai', { OPENAI_TRANSCRIBE_MODEL: 'gpt-nothing' })).toMatchObject({
    what: 'speech model',
    verdict: 'failed',
    mend: expect.stringContaining('OPENAI_TRANSCRIBE_MODEL'),
  });
});

test('OpenAI: a model that is listed and that the key may not use', async () => {
  const fault = { kind: 'status', status: 403, code: 'model_not_found' } as const;
  await stand.openai.control.addFault({ route: 'moderations', times: null, fault });
  expect(await wrong('openai', {})).toMatchObject({
    what: 'moderation tried',
    verdict: 'failed',
    found: expect.stringContaining('omni-moderation-latest'),
    mend: expect.stringContaining('OPENAI_MODERATION=model'),
  });
  // The text model judges then: it is asked in the form of a verdict.
  await stand.openai.control.script({
    kind: 'answer',
    schemaName: 'verdict',
    content: { flagged: false, categories: [] },
  });
  expect((await doctor('openai', { OPENAI_MODERATION: 'model' })).well).toBe(true);
  await stand.openai.control.clearFaults();
});

describe('the webhook path', () => {
  /** Answers like what operators meet instead of webhook-api. */
  async function impostor(status: number, headers: Record<string, string> = {}): Promise<[Server, string]> {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(request.method === 'GET' ? 200 : status, headers).end('{}');
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return [server, `http://127.0.0.1:${port}/webhook/fal/status`];
  }

  test('the real one refuses what is forged, on every route', { timeout: LONG }, async () => {
    const api = await stand.start('webhook-api', {
      TELEGRAM_WEBHOOK_URL: 'http://127.0.0.1:1/webhook/telegram',
      TELEGRAM_WEBHOOK_SECRET: 'right-secret',
    });
    const origin = `http://127.0.0.1:${api.port}`;
    const paths = {
      FAL_WEBHOOK_URL: `${origin}/webhook/fal/status`,
      TELEGRAM_WEBHOOK_URL: `${origin}/webhook/telegram`,
    };
    const good = await doctor('webhooks', { ...paths, TELEGRAM_WEBHOOK_SECRET: 'right-secret' });
    expect(good.findings.map(({ what, verdict }) => `${what}: ${verdict}`)).toEqual([
      'reachable: ok',
      '/webhook/fal/status: ok',
      '/webhook/fal/portrait: ok',
      '/webhook/telegram: ok',
    ]);
    const other = await wrong('webhooks', {
      ...paths,
      TELEGRAM_WEBHOOK_SECRET: 'another-secret',
      TELEGRAM_MODE: 'webhook',
    });
    expect(other).toMatchObject({ verdict: 'failed', mend: expect.stringContaining('give all processes') });
    const misplaced = await doctor('webhooks', { FAL_WEBHOOK_URL: `${origin}/webhooks/fal/status` });
    expect(misplaced.findings.filter(({ mend }) => mend?.includes('mend the path'))).toHaveLength(2);
    await api.stop();
  });

  test.each([
    [200, {}, 'does not check signatures'],
    [301, { location: 'https://elsewhere.example/' }, 'follows no redirect'],
    [502, {}, 'logs of nginx'],
  ])('an answer of %d', async (status, headers, mend) => {
    const [server, url] = await impostor(status, headers);
    try {
      const { findings } = await doctor('webhooks', { FAL_WEBHOOK_URL: url });
      const found = findings.find(({ what }) => what === '/webhook/fal/status');
      expect(found).toMatchObject({ verdict: 'failed', mend: expect.stringContaining(mend) });
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  test('nobody there', async () => {
    const port = await freePort();
    expect(
      await wrong('webhooks', { FAL_WEBHOOK_URL: `http://127.0.0.1:${port}/webhook/fal/status` }),
    ).toMatchObject({ found: expect.stringContaining('ECONNREFUSED'), mend: expect.stringContaining('DNS') });
  });
});
