import { createServer, type RequestListener, type Server } from 'node:http';
import { createFalKeys, signWebhook } from '@aisha/sandbox';
import { afterEach, expect, test } from 'vitest';
import { runFuzz } from './run.ts';
import type { Target } from './target.ts';

/** What the fuzz has to notice, played by a server that does it. */

let server: Server | null = null;
afterEach(() => new Promise<void>((done) => (server ? server.close(() => done()) : done())));

async function play(listener: RequestListener): Promise<Target> {
  server = createServer(listener);
  server.on('clientError', (_error, socket) =>
    socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'),
  );
  await new Promise<void>((ready) => server?.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const keys = createFalKeys();
  return {
    ports: [address.port],
    material: {
      fal: {
        sign: async (body, options) => signWebhook(body, { ...options, userId: 'fal', key: keys.current() }),
      },
      secret: 'secret',
      requestId: '00000000-0000-4000-8000-000000000001',
      query: 'job=00000000-0000-4000-8000-000000000002&token=t',
      personId: 1,
    },
    processes: () => [],
    crashes: () => [],
    stop: async () => undefined,
  };
}

const answering = (status: number, body = '{}') =>
  play((request, response) => {
    request.resume();
    request.on('error', () => undefined);
    request.on('end', () => response.writeHead(status, { 'content-length': body.length }).end(body));
  });
const run = (target: Target) => runFuzz(target, { requests: 400, seed: 1, rows: 1 });

test('a forged request that is taken', async () => {
  await expect(run(await answering(200))).rejects.toThrow(/a forged request was taken with 200/);
});

test('an error of our own', async () => {
  await expect(run(await answering(500))).rejects.toThrow(/answered 500/);
});

test('a 503 although nothing is down', async () => {
  await expect(run(await answering(503))).rejects.toThrow(/answered 503/);
});

test('an answer with a stack trace', async () => {
  const body = 'Error: no\n    at run (/app/dist/main.js:1:1)';
  await expect(run(await answering(400, body))).rejects.toThrow(/tells what is inside/);
});

test('a genuine request that is not taken', async () => {
  await expect(run(await answering(404))).rejects.toThrow(/a genuine request was not taken/);
});

test('a connection closed on a sound request', async () => {
  const target = await play((request) => request.socket.destroy());
  await expect(run(target)).rejects.toThrow(/closed without an answer/);
});
