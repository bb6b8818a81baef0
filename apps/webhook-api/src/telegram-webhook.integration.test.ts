import { connectDatabase, telegramUpdates } from '@aisha/db';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { secret, startSurface, type Surface, TELEGRAM } from './testing/surface.ts';

let surface: Surface;
beforeAll(async () => {
  surface = await startSurface();
});
afterAll(() => surface.close());
afterEach(async () => {
  await surface.bench.parts.db.delete(telegramUpdates);
});

const send = (body: string | Buffer, headers: Record<string, string> = secret, to?: string) =>
  surface.post(TELEGRAM, body, headers, to);
const ours = secret['x-telegram-bot-api-secret-token'];

describe('an update of Telegram', () => {
  test('is kept before it is answered, once, and its lane enqueued', async () => {
    const update = surface.update();
    expect(await send(update)).toMatchObject({ status: 200, body: { status: 'accepted' } });
    expect(surface.bench.enqueued.at(-1)).toEqual({
      name: 'telegram.dispatch',
      payload: { botId: surface.bench.botId, lane: `chat${surface.userId}` },
    });
    expect(await send(update)).toMatchObject({ status: 200, body: { status: 'duplicate' } });
    expect(await surface.kept()).toBe(1);
  });

  test('of many that come at once is each kept once', async () => {
    const updates = Array.from({ length: 10 }, () => surface.update());
    const answers = await Promise.all([...updates, ...updates].map((update) => send(update)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await surface.kept()).toBe(10);
  });

  test.each([
    ['no secret', {}],
    ['another secret', { 'x-telegram-bot-api-secret-token': ours.toUpperCase() }],
    ['a longer secret', { 'x-telegram-bot-api-secret-token': `${ours}x` }],
    ['an empty secret', { 'x-telegram-bot-api-secret-token': '' }],
  ])('with %s is refused', async (_name, headers: Record<string, string>) => {
    expect(await send(surface.update(), headers)).toMatchObject({ status: 401, body: { status: 'forged' } });
    expect(await surface.kept()).toBe(0);
  });

  test('is not there where no webhook is configured', async () => {
    const to = await surface.listen({ telegram: { secret: null } });
    expect(await send(surface.update(), secret, to)).toMatchObject({ status: 404, body: { status: 'off' } });
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['no number', '{"message":{}}'],
    ['null', 'null'],
  ])('that is %s is malformed', async (_name, body) => {
    expect(await send(body)).toMatchObject({ status: 400, body: { status: 'malformed' } });
  });

  test('whose text PostgreSQL cannot keep is kept without that', async () => {
    expect((await send(surface.update('a\0b\ud800'))).status).toBe(200);
    expect(await surface.kept()).toBe(1);
  });

  test('that is no UTF-8 is no trouble', async () => {
    const [head = '', tail = ''] = surface.update('MARK').split('MARK');
    const body = Buffer.concat([Buffer.from(head), Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from(tail)]);
    expect((await send(body)).status).toBe(200);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream'])(
    'is read though it says that it is %s',
    async (type) => {
      expect((await send(surface.update(), { ...secret, 'content-type': type })).status).toBe(200);
    },
  );

  test('is safe while Redis is away: the sweeper takes it up', async () => {
    await surface.bench.redis.stop();
    try {
      expect(await send(surface.update())).toMatchObject({ status: 200 });
    } finally {
      await surface.bench.redis.restart();
    }
    expect(await surface.kept()).toBe(1);
  });

  test('while PostgreSQL is away is asked for again', async () => {
    const away = connectDatabase(
      { url: 'postgresql://a:b@127.0.0.1:9/c', poolSize: 1 },
      { name: 'away', onError: () => undefined },
    );
    const to = await surface.listen({ telegram: { db: away.db } });
    const answer = await send(surface.update(), secret, to);
    expect(answer).toMatchObject({ status: 503, body: { status: 'unavailable' } });
    expect(answer.headers.get('retry-after')).toBe('5');
    await away.close();
  });
});
