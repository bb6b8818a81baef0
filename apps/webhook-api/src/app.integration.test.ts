import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAL, secret, startSurface, type Surface, TELEGRAM } from './testing/surface.ts';

const MIB = 1024 * 1024;

let surface: Surface;
beforeAll(async () => {
  surface = await startSurface();
});
afterAll(() => surface.close());

describe('the surface', () => {
  test.each([FAL, TELEGRAM])('takes a body of 1 MiB at %s and no more', async (path) => {
    expect((await surface.post(path, Buffer.alloc(MIB, ' '), secret)).status).not.toBe(413);
    expect(await surface.post(path, Buffer.alloc(MIB + 1, ' '), secret)).toMatchObject({
      status: 413,
      body: { status: 'too large' },
    });
  });

  test.each([FAL, TELEGRAM])('inflates nothing at %s', async (path) => {
    const packed = gzipSync(surface.update());
    expect(await surface.post(path, packed, { ...secret, 'content-encoding': 'gzip' })).toMatchObject({
      status: 415,
      body: { status: 'malformed' },
    });
    expect(await surface.kept()).toBe(0);
  });

  test.each([
    ['GET', FAL, 405],
    ['PUT', TELEGRAM, 405],
    ['DELETE', '/webhook/fal/portrait', 405],
    ['GET', '/', 404],
    ['POST', '/webhook', 404],
    ['GET', '/webhook/fal/status/more', 404],
    ['GET', '/%', 404],
  ])('answers %s %s with %i and JSON', async (method, path, status) => {
    const response = await fetch(`${surface.url}${path}`, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toEqual({ status: expect.stringMatching(/^[a-z ]+$/) });
    expect(response.headers.get('allow')).toBe(status === 405 ? 'POST' : null);
  });

  test('carries the headers that protect, and none that tell what it is made of', async () => {
    const answers = [
      await fetch(`${surface.url}/nowhere`),
      await surface.post(FAL, ''),
      await surface.post(`${FAL}/`, ''),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 401, 401]);
    for (const { headers } of answers) {
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('strict-transport-security')).toContain('max-age=');
      for (const name of ['x-powered-by', 'etag', 'server']) expect(headers.get(name)).toBeNull();
    }
  });

  test('says nothing of a bug but that there is one', async () => {
    const { producer, config } = surface.bench.parts;
    const enqueue = () => Promise.reject(new TypeError(`secret ${config.telegram.token}`));
    const to = await surface.listen({ fal: { producer: { ...producer, enqueue } } });
    const { path, requestId } = await surface.job();
    const answer = await surface.hook(path, requestId, { to });
    expect(answer).toMatchObject({ status: 500, text: '{"status":"error"}' });
    expect(surface.bench.log.some(({ message }) => message === 'a request failed')).toBe(true);
  });

  test('tells of its health and its figures', async () => {
    for (const path of ['/health', '/health/live', '/health/ready']) {
      const response = await fetch(`${surface.url}${path}`);
      expect(response.status, path).toBe(200);
    }
    const { path, requestId } = await surface.job();
    await surface.hook(path, requestId);
    await surface.post(TELEGRAM, surface.update());
    const figures = await (await fetch(`${surface.url}/metrics`)).text();
    expect(figures).toMatch(/aisha_fal_webhooks_total\{.*outcome="accepted"/);
    expect(figures).toMatch(/aisha_telegram_webhooks_total\{.*outcome="forged"/);
  });
});
