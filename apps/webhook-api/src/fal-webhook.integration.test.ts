import { randomUUID } from 'node:crypto';
import { createWebhookTokens, rotateWebhookSecret } from '@aisha/core';
import { createWebhookVerifier, webhookToken } from '@aisha/providers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyAbout, FAL, type OurJob, startSurface, type Surface } from './testing/surface.ts';

let surface: Surface;
beforeAll(async () => {
  surface = await startSurface();
});
afterAll(() => surface.close());

const settles = () => surface.bench.enqueued.filter(({ name }) => name === 'fal.settle').length;
const LEGACY = '/api/v1/avatar/status_update';

describe('a webhook of FAL', () => {
  test.each([FAL, '/webhook/fal/portrait', LEGACY])('is taken at %s', async (path) => {
    const { id, requestId, token } = await surface.job();
    const answer = await surface.hook(`${path}?job=${id}&token=${token}`, requestId);
    expect(answer).toMatchObject({ status: 200, body: { status: 'accepted' } });
    expect(surface.bench.enqueued.at(-1)).toEqual({
      name: 'fal.settle',
      payload: { falJobId: id, requestId, source: 'webhook' },
    });
  });

  test('that comes again is taken again and is one job', async () => {
    const { path, requestId } = await surface.job();
    const answers = [await surface.hook(path, requestId), await surface.hook(path, requestId)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.map(({ body }) => body)).toEqual([{ status: 'accepted' }, { status: 'duplicate' }]);
  });

  test('of the older system, without a token, is taken for a request that we have', async () => {
    const { requestId } = await surface.job();
    expect((await surface.hook(LEGACY, requestId)).status).toBe(200);
    expect((await surface.hook(LEGACY, randomUUID())).status).toBe(404);
  });

  test.each([
    ['unsigned', {}],
    ['signed with nonsense', { 'x-fal-webhook-signature': 'ab'.repeat(64) }],
    ['signed with something shorter', { 'x-fal-webhook-signature': 'abcd' }],
    ['of another user', { 'x-fal-webhook-user-id': 'somebody' }],
    ['with another time', { 'x-fal-webhook-timestamp': String(Math.floor(Date.now() / 1000) - 5) }],
  ])('that is %s is refused', async (name, change: Record<string, string>) => {
    const { path, requestId } = await surface.job();
    const body = bodyAbout(requestId);
    const signed = name === 'unsigned' ? {} : await surface.bench.fal.control.sign(body, { requestId });
    const before = settles();
    expect(await surface.post(path, body, { ...signed, ...change })).toMatchObject({
      status: 401,
      body: { status: 'forged' },
    });
    expect(settles()).toBe(before);
  });

  test('whose body was changed on the way, or is about another request, is refused', async () => {
    const { path, requestId } = await surface.job();
    const signed = await surface.bench.fal.control.sign(bodyAbout(requestId), { requestId });
    expect((await surface.post(path, `${bodyAbout(requestId)} `, signed)).body).toEqual({ status: 'forged' });
    const other = await surface.hook(path, requestId, { body: bodyAbout(randomUUID()) });
    expect(other).toMatchObject({ status: 401, body: { status: 'forged' } });
  });

  test.each([-306, 306])('signed %i seconds from now is out of date', async (seconds) => {
    const { path, requestId } = await surface.job();
    const timestamp = Math.floor(Date.now() / 1000) + seconds;
    expect(await surface.hook(path, requestId, { timestamp })).toMatchObject({
      status: 401,
      body: { status: 'stale' },
    });
  });

  test.each<[string, (job: OurJob) => string]>([
    ['another token', ({ id }) => `${FAL}?job=${id}&token=abcd`],
    ['no token', ({ id }) => `${FAL}?job=${id}`],
    ['an empty token', ({ id }) => `${FAL}?job=${id}&token=`],
    ['two tokens', ({ path, token }) => `${path}&token=${token}`],
    ['no job', ({ token }) => `${FAL}?token=${token}`],
    ['a job that is no id', ({ token }) => `${FAL}?job=1&token=${token}`],
    ['the token of another job', ({ token }) => `${FAL}?job=${randomUUID()}&token=${token}`],
  ])('genuine, but with %s, is not ours', async (_name, pathOf) => {
    const job = await surface.job();
    const before = settles();
    expect(await surface.hook(pathOf(job), job.requestId)).toMatchObject({
      status: 404,
      body: { status: 'foreign' },
    });
    expect(settles()).toBe(before);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', 'status=OK'],
    ['a list', '[]'],
    ['an unknown status', JSON.stringify({ request_id: 'x', status: 'MAYBE', payload: null })],
    ['no request', JSON.stringify({ status: 'OK', payload: null })],
  ])('that carries %s is malformed', async (_name, body) => {
    const { path, requestId } = await surface.job();
    expect(await surface.hook(path, requestId, { body })).toMatchObject({
      status: 400,
      body: { status: 'malformed' },
    });
  });

  test('whose token an older release made with the Telegram token is taken', async () => {
    const { id, requestId } = await surface.job();
    const token = webhookToken(surface.bench.parts.config.telegram.token, id);
    expect((await surface.hook(`${FAL}?job=${id}&token=${token}`, requestId)).status).toBe(200);
  });

  test('is taken after a rotation and after a change of the Telegram token, made before or after', async () => {
    const { db } = surface.bench.parts;
    const tokens = createWebhookTokens({ db, telegramToken: '1:another-telegram-token' });
    await tokens.read();
    const to = await surface.listen({ fal: { tokens } });
    const before = await surface.job();
    await rotateWebhookSecret(db);
    const after = await surface.job();
    expect(after.token).not.toBe(before.token);
    for (const { path, requestId } of [after, before])
      expect((await surface.hook(path, requestId, { to })).status).toBe(200);
  });

  test('whose secret cannot be read now is asked for again', async () => {
    const { path, requestId } = await surface.job();
    const unread = { verify: () => Promise.reject(new Error('Connection terminated unexpectedly')) };
    const to = await surface.listen({ fal: { tokens: unread } });
    expect((await surface.hook(path, requestId, { to })).status).toBe(503);
  });

  test('while FAL’s keys cannot be read is asked for again', async () => {
    const verifier = createWebhookVerifier({ jwksUrl: 'http://127.0.0.1:9/jwks' });
    const to = await surface.listen({ fal: { verifier } });
    const { path, requestId } = await surface.job();
    const answer = await surface.hook(path, requestId, { to });
    expect(answer).toMatchObject({ status: 503, body: { status: 'unavailable' } });
    expect(answer.headers.get('retry-after')).toBe('5');
  });

  test('while Redis is away is asked for again, and is taken once it is back', async () => {
    const { path, requestId } = await surface.job();
    await surface.bench.redis.stop();
    try {
      expect(await surface.hook(path, requestId)).toMatchObject({
        status: 503,
        body: { status: 'unavailable' },
      });
    } finally {
      await surface.bench.redis.restart();
    }
    await expect
      .poll(async () => (await surface.hook(path, requestId)).status, { timeout: 10_000 })
      .toBe(200);
  });
});
