import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordingLogger } from '../testing/recording-logger.ts';
import { html, json, reset, scriptedServer, type Script } from '../testing/scripted-server.ts';
import { createTelegramClient } from './client.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aisha-files-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

function clientAt(apiRoot: string) {
  return createTelegramClient({
    config: { token: '1:a', botId: 1, apiRoot },
    redis: null,
    log: recordingLogger(),
  });
}

const serving =
  (file: object, download: Script): Script =>
  (request, response, index) =>
    request.path.includes('/file/')
      ? download(request, response, index)
      : json(response, 200, { ok: true, result: { file_id: 'f', file_unique_id: 'u', ...file } });
const voice: Script = (_, response) => response.end('voice bytes');
const remote = { file_path: 'voice/file 1.oga', file_size: 11 };

test('into memory and into a file', async () => {
  await using server = await scriptedServer(serving(remote, voice));
  const client = clientAt(server.url);
  expect(await client.downloadToBuffer('f')).toEqual({ kind: 'ok', data: Buffer.from('voice bytes') });
  expect(server.seen[1]?.path).toBe('/file/bot1:a/voice/file%201.oga');
  const path = join(folder, 'voice.oga');
  expect(await client.downloadToFile('f', path)).toEqual({ kind: 'ok', bytes: 11 });
  expect(await readFile(path, 'utf8')).toBe('voice bytes');
});

test('a file of a local server is read from the shared volume', async () => {
  const path = join(folder, 'shared.oga');
  await writeFile(path, 'on the volume');
  await using server = await scriptedServer(serving({ file_path: path }, voice));
  const client = clientAt(server.url);
  expect(await client.downloadToBuffer('f')).toEqual({ kind: 'ok', data: Buffer.from('on the volume') });
  expect(server.seen).toHaveLength(1);
  expect(await client.downloadToBuffer('f', { maxBytes: 5 })).toMatchObject({ kind: 'too-big', size: 13 });
});

test('a local server without a shared volume is asked over HTTP', async () => {
  await using server = await scriptedServer(
    serving({ file_path: '/var/lib/telegram-bot-api/1:a/voice/file_1.oga' }, voice),
  );
  expect(await clientAt(server.url).downloadToBuffer('f')).toMatchObject({ kind: 'ok' });
  expect(server.seen[1]?.path).toBe('/file/bot1:a/voice/file_1.oga');
});

test.each<[string, Script, object]>([
  [
    'by its size in getFile',
    serving({ ...remote, file_size: 1_000 }, voice),
    { kind: 'too-big', size: 1_000, maxBytes: 10 },
  ],
  ['by Content-Length', serving({ file_path: 'a' }, voice), { kind: 'too-big', size: null, maxBytes: 10 }],
  [
    'while it comes',
    serving({ file_path: 'a' }, (_, response) => {
      response.write('voice');
      response.end(' bytes that do not end');
    }),
    { kind: 'too-big', size: null, maxBytes: 10 },
  ],
  [
    'by the server',
    (_, response) =>
      json(response, 400, { ok: false, error_code: 400, description: 'Bad Request: file is too big' }),
    { kind: 'too-big', size: null, maxBytes: 10 },
  ],
])('too big %s', async (name, script, expected) => {
  await using server = await scriptedServer(script);
  const outcome = await clientAt(server.url).downloadToFile('f', join(folder, 'x'), { maxBytes: 10 });
  expect(outcome).toEqual(name === 'by Content-Length' ? { ...expected, size: 11 } : expected);
  expect(await readdir(folder)).toEqual([]);
});

test.each<[string, Script, string]>([
  [
    'an unknown id',
    (_, response) =>
      json(response, 400, { ok: false, error_code: 400, description: 'Bad Request: invalid file_id' }),
    'gone',
  ],
  [
    'a file that the server named and does not serve',
    serving(remote, (_, response) => html(response, 404)),
    'misplaced',
  ],
  ['a broken edge', serving(remote, (_, response) => html(response, 502)), 'retry'],
  ['a reset', serving(remote, (_, response) => reset(response)), 'retry'],
  [
    'half a file',
    serving(remote, (_, response) => {
      response.writeHead(200, { 'content-length': '11' });
      response.write('voice', () => response.socket?.destroy());
    }),
    'retry',
  ],
])('%s', async (_, script, kind) => {
  await using server = await scriptedServer(script);
  const path = join(folder, 'x');
  expect(await clientAt(server.url).downloadToFile('f', path)).toMatchObject({ kind });
  expect(await readdir(folder)).toEqual([]);
});

describe('a file of a local server that cannot be read here is an operator’s error', () => {
  const token = '1:a';
  async function fetchFrom(path: string) {
    await using server = await scriptedServer(
      serving({ file_path: path }, (_, response) => html(response, 404)),
    );
    const log = recordingLogger();
    const config = { token, botId: 1, apiRoot: server.url };
    const client = createTelegramClient({ config, redis: null, log });
    const outcome = await client.downloadToFile('f', join(folder, 'x'));
    expect(JSON.stringify(log.lines)).not.toContain(token);
    expect(JSON.stringify(outcome)).not.toContain(token);
    return { outcome, errors: log.lines.filter(({ level }) => level === 'error') };
  }

  test('for want of the volume', async () => {
    const { outcome, errors } = await fetchFrom('/var/lib/nowhere/1:a/voice/file_1.oga');
    expect(outcome).toMatchObject({ kind: 'misplaced', why: 'ENOENT, then HTTP 404' });
    expect(errors).toMatchObject([
      { fields: { folder: '/var/lib/nowhere', mend: expect.stringContaining('mount') } },
    ]);
  });

  // Root reads everything: what its process is refused, a folder in the file's place shows as well.
  test('for want of the right to read it', async () => {
    const path = join(folder, '1:a', 'voice', 'file_1.oga');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'voice', { mode: 0 });
    await chmod(dirname(path), 0);
    const isRoot = process.getuid?.() === 0;
    const said = isRoot ? /^no file, then HTTP 404$/ : /^EACCES, then HTTP 404$/;
    const { outcome } = await fetchFrom(isRoot ? dirname(path) : path);
    await chmod(dirname(path), 0o700);
    expect(outcome).toMatchObject({
      kind: 'misplaced',
      why: expect.stringMatching(said),
    });
  });

  test('for want of --local: the server itself serves no files', async () => {
    const { outcome, errors } = await fetchFrom('voice/file_1.oga');
    expect(outcome).toMatchObject({ kind: 'misplaced', why: 'HTTP 404' });
    expect(errors).toMatchObject([{ fields: { mend: expect.stringContaining('--local') } }]);
  });
});

test('a download that hangs ends at its deadline', async () => {
  await using server = await scriptedServer(serving(remote, (_, response) => void response.write('voice')));
  const outcome = await clientAt(server.url).downloadToBuffer('f', { timeoutMs: 200 });
  expect(outcome).toMatchObject({ kind: 'retry' });
});
