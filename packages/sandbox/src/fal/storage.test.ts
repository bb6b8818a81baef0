import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startFalSandbox, type FalSandbox } from './server.ts';
import { askerOf, clientOf, until, type Asker } from './testing.ts';

let sandbox: FalSandbox;
let ask: Asker;

beforeAll(async () => {
  sandbox = await startFalSandbox();
  ask = askerOf(sandbox.url);
});
afterAll(() => sandbox.close());

test('a file past 90 MiB goes up in parts and comes back whole', { timeout: 30_000 }, async () => {
  const big = Buffer.alloc(91 * 1024 * 1024, 'stand-in ');
  const fal = clientOf(sandbox.url);
  const url = await fal.storage.upload(new Blob([big], { type: 'application/octet-stream' }));
  const back = Buffer.from(await (await fetch(url)).arrayBuffer());
  expect(back.equals(big)).toBe(true);
  const parts = (await sandbox.control.requests()).filter((line) => /^\/upload\/.*\/\d+$/u.test(line.path));
  expect(parts).toHaveLength(10);
});

test('the Python client: a token, then the bytes straight to the CDN', async () => {
  const token = await ask('/rest.fal.ai/storage/auth/token?storage_type=fal-cdn-v3', {
    method: 'POST',
    body: {},
  });
  const { token: secret, base_url: base } = z
    .object({ token: z.string(), base_url: z.string() })
    .parse(token.body);
  const sent = await fetch(`${base}/files/upload`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${secret}`,
      'x-fal-file-name': '../a b.txt',
      'content-type': 'text/plain',
    },
    body: 'hello',
  });
  const { access_url: url } = z.object({ access_url: z.url() }).parse(JSON.parse(await sent.text()));
  const back = await fetch(url);
  expect([await back.text(), back.headers.get('content-type')]).toEqual(['hello', 'text/plain']);
});

test('an upload address is worth nothing without its token, and a lifetime ends', async () => {
  const initiate = await ask('/rest.fal.ai/storage/upload/initiate', {
    method: 'POST',
    body: { content_type: 'text/plain', file_name: 'x.txt' },
    headers: { 'x-fal-object-lifecycle': '{"expiration_duration_seconds":60}' },
  });
  const urls = z.object({ upload_url: z.url(), file_url: z.url() }).parse(initiate.body);
  expect((await fetch(urls.file_url)).status).toBe(404);
  const stolen = new URL(urls.upload_url);
  stolen.searchParams.set('token', 'x');
  expect((await fetch(stolen, { method: 'PUT', body: 'x' })).status).toBe(403);
  expect((await fetch(urls.upload_url, { method: 'PUT', body: 'x' })).status).toBe(200);
  expect((await fetch(urls.file_url)).status).toBe(200);
});

test('an uploaded file is gone when its lifetime ended (scaled)', async () => {
  await sandbox.control.configure({ timeScale: 600 });
  const file = new Blob(['x'], { type: 'text/plain' });
  const url = await clientOf(sandbox.url).storage.upload(file, { lifecycle: { expiresIn: 'immediate' } });
  // 60 s pass in a tenth of one.
  const gone = await until(async () => (await fetch(url)).status === 404);
  expect(gone).toBe(true);
  await sandbox.control.configure({ timeScale: 1 });
});

test('parts that do not fit their list are refused', async () => {
  const body = { content_type: 'text/plain', file_name: 'x.txt' };
  const initiate = await ask('/rest.fal.ai/storage/upload/initiate-multipart', { method: 'POST', body });
  const urls = z.object({ upload_url: z.url(), file_url: z.url() }).parse(initiate.body);
  const at = (step: string): string => urls.upload_url.replace('?', `/${step}?`);
  const sent = await fetch(at('1'), { method: 'PUT', body: 'hello' });
  const part: unknown = await sent.json();
  expect(part).toEqual({ partNumber: 1, etag: expect.any(String) });
  const complete = async (parts: unknown[]): Promise<number> =>
    (await fetch(at('complete'), { method: 'POST', body: JSON.stringify({ parts }) })).status;
  expect(await complete([])).toBe(400);
  expect(await complete([{ partNumber: 1, etag: 'other' }])).toBe(400);
  expect(await complete([part, { partNumber: 2, etag: 'missing' }])).toBe(400);
  expect(await complete([part])).toBe(200);
  expect(await (await fetch(urls.file_url)).text()).toBe('hello');
});

test('webhook source ranges, and nothing at unknown addresses', async () => {
  expect(await ask('/api.fal.ai/v1/meta', { key: null })).toMatchObject({
    status: 200,
    body: { webhook_ip_ranges: expect.arrayContaining(['127.0.0.0/8']) },
  });
  for (const path of ['/', '/nothing', '/files/b/../../keys.json', '/upload', '//', '/%00/x']) {
    expect((await ask(path)).status).toBeGreaterThanOrEqual(404);
  }
});
