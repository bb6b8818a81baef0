import { text } from 'node:stream/consumers';
import { describe, expect, test, vi } from 'vitest';
import { html, reset, scriptedServer, type Script } from '../testing/scripted-server.ts';
import { isPublicAddress } from './addresses.ts';
import { fetchFile, fetchFileTo } from './download.ts';

const bounds = { maxBytes: 100 };
const elsewhere = { ...bounds, anyAddress: true };
const picture: Script = (_, response) =>
  response.writeHead(200, { 'content-type': 'Image/PNG; charset=x' }).end('pixels');

describe('where it goes', () => {
  test.each([
    'http://93.184.216.34/a.png',
    'https://127.0.0.1/a',
    'https://127.1/a',
    'https://2130706433/a',
    'https://0x7f.0.0.1/a',
    'https://localhost:8443/a',
    'https://10.1.2.3/a',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/a',
    'https://[::ffff:127.0.0.1]/a',
    'https://[fd00::1]/a',
    'https://[fe80::1]/a',
    'https://0.0.0.0/a',
    'https://user:password@93.184.216.34/a',
    'file:///etc/passwd',
    'ftp://93.184.216.34/a',
    'data:text/plain,hello',
    'not an address',
  ])('%s is blocked', async (url) => {
    expect(await fetchFile(url, bounds)).toMatchObject({ kind: 'blocked' });
  });

  test('with FAL elsewhere, http and private addresses are taken, other schemes are not', async () => {
    await using server = await scriptedServer(picture);
    expect(await fetchFile(`${server.url}/a.png`, elsewhere)).toEqual({
      kind: 'ok',
      contentType: 'image/png',
      data: Buffer.from('pixels'),
    });
    expect(await fetchFile('file:///etc/passwd', elsewhere)).toMatchObject({ kind: 'blocked' });
  });

  test('redirects are followed, checked each, and not for ever', async () => {
    await using server = await scriptedServer((request, response, index) => {
      if (request.path === '/a') response.writeHead(302, { location: '/b' }).end();
      else if (request.path === '/file') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
      else if (request.path === '/loop') response.writeHead(302, { location: '/loop' }).end();
      else picture(request, response, index);
    });
    expect(await fetchFile(`${server.url}/a`, elsewhere)).toMatchObject({ kind: 'ok' });
    expect(await fetchFile(`${server.url}/file`, elsewhere)).toMatchObject({ kind: 'blocked' });
    expect(await fetchFile(`${server.url}/loop`, elsewhere)).toEqual({
      kind: 'blocked',
      why: 'too many redirects',
    });
  });

  test('public and other addresses', () => {
    for (const address of ['93.184.216.34', '8.8.8.8', '2606:4700::1111'])
      expect(isPublicAddress(address)).toBe(true);
    const closed = [
      '100.64.0.1',
      '172.31.255.255',
      '192.168.0.1',
      '198.19.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::ffff:8.8.8.8',
      '64:ff9b::a00:1',
      '2001:db8::1',
      '2002:7f00:1::',
      'ff02::1',
      'localhost',
    ];
    expect(closed.filter(isPublicAddress)).toEqual([]);
  });
});

describe('what comes', () => {
  test('is read as it comes', async () => {
    await using server = await scriptedServer(picture);
    expect(await fetchFileTo(server.url, (body) => text(body), elsewhere)).toEqual({
      kind: 'ok',
      contentType: 'image/png',
      taken: 'pixels',
    });
  });

  test('is not asked for when its reader fails, and the failure is the reader’s own', async () => {
    await using server = await scriptedServer(picture);
    const full = new Error('the disk is full');
    await expect(fetchFileTo(server.url, () => Promise.reject(full), elsewhere)).rejects.toBe(full);
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });

  test.each<[string, Script, object]>([
    ['404', (_, r) => html(r, 404), { kind: 'gone', status: 404 }],
    ['410', (_, r) => html(r, 410), { kind: 'gone', status: 410 }],
    ['503', (_, r) => void r.writeHead(503, { 'retry-after': '9' }).end(), { kind: 'retry', afterMs: 9_000 }],
    ['a reset', (_, r) => reset(r), { kind: 'retry' }],
    ['too big by its word', (_, r) => r.end('x'.repeat(101)), { kind: 'too-big', maxBytes: 100 }],
    [
      'too big while it comes',
      (_, r) => {
        r.write('x'.repeat(60));
        r.end('x'.repeat(60));
      },
      { kind: 'too-big', maxBytes: 100 },
    ],
    [
      'half a file',
      (_, r) => {
        r.writeHead(200, { 'content-length': '50' });
        r.write('x', () => r.socket?.destroy());
      },
      { kind: 'retry' },
    ],
    ['a hang', () => undefined, { kind: 'retry' }],
    ['a hang in the middle', (_, r) => void r.write('x'), { kind: 'retry' }],
  ])('%s is never taken for a whole file, whatever its reader makes of it', async (_, script, expected) => {
    await using server = await scriptedServer(script);
    const options = { ...elsewhere, timeoutMs: 300 };
    const wrapping = (body: AsyncIterable<Uint8Array>) =>
      text(body).catch((cause: unknown) => {
        throw new Error('something broke', { cause });
      });
    expect(await fetchFileTo(server.url, wrapping, options)).toMatchObject(expected);
    expect(await fetchFile(server.url, options)).toMatchObject(expected);
  });
});
