import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerBrokenRequests } from './broken-requests.ts';

const server = createServer({ headersTimeout: 300, connectionsCheckingInterval: 50 }, (request, response) => {
  request.resume().once('end', () => response.end('taken'));
});
let port = 0;
beforeAll(async () => {
  answerBrokenRequests(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** All that the server says until it closes the connection. */
function send(head: string, body = Buffer.alloc(0), end = '\r\n\r\n'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk.toString()));
    socket.on('end', () => resolve(heard));
    socket.on('error', reject);
    socket.write(Buffer.concat([Buffer.from(`${head}${end}`, 'latin1'), body]));
  });
}

const large = Buffer.alloc(3_000_000, 'x');
const post = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${large.length}`;

test.each([
  ['a header with a NUL', `${post}\r\nX-Odd: \0`, '400 Bad Request'],
  ['headers without end', `${post}\r\nX-Long: ${'y'.repeat(40_000)}`, '431 Request Header'],
  ['no HTTP at all', 'hello', '400 Bad Request'],
])('%s is answered although a large body follows', async (_name, head, status) => {
  expect(await send(head, large)).toContain(`HTTP/1.1 ${status}`);
});

test('who never ends the headers is told so', async () => {
  expect(await send('POST / HTTP/1.1\r\nHost: a', undefined, '\r\n')).toContain(
    'HTTP/1.1 408 Request Timeout',
  );
});

test('a request in order is taken', async () => {
  expect(await send(`${post}\r\nConnection: close`, large)).toContain('taken');
});
