import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordings, users } from '@aisha/db';
import { testDatabase, type TestDatabase } from '@aisha/db/testing';
import { createTelegramClient } from '@aisha/providers';
import { silentLogger } from '@aisha/service';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkFile } from './telegram-file.ts';

let database: TestDatabase;
let folder: string;
let path = '';
// A Bot API server that was started with --local: it names files on its disk, and serves none.
const server = createServer((request, response) => {
  request.resume();
  if (request.url?.includes('/file/') === true) response.writeHead(404).end();
  else
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ ok: true, result: { file_id: 'f', file_unique_id: 'u', file_path: path } }));
});
beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'aisha-files-'));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
  await database.close();
});

const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;

async function check() {
  const address = server.address();
  const port = isAddress(address) ? address.port : 0;
  const config = { token: '1:a', botId: 1, apiRoot: `http://127.0.0.1:${port}` };
  const telegram = createTelegramClient({ config, redis: null, log: silentLogger });
  const found = await checkFile(telegram, { url: database.url, poolSize: 2 });
  telegram.close();
  return found;
}

test('of nothing that was sent there is nothing to try', async () => {
  expect(await check()).toMatchObject({ verdict: 'ok', found: expect.stringContaining('not tried') });
});

test('what was sent last is fetched; a volume that is not shared is told with what to mend', async () => {
  await database.db.insert(users).values({ id: 7 });
  await database.db.insert(recordings).values({
    ownerId: 7,
    chatId: 7,
    messageId: 1,
    source: 'voice',
    fileId: 'f',
    fileSize: 5,
    title: 'voice',
  });
  path = join(folder, 'voice.oga');
  await writeFile(path, 'voice');
  expect(await check()).toMatchObject({ verdict: 'ok', found: 'one fetched, 5 bytes' });
  path = '/var/lib/nowhere/1:a/voice/file_1.oga';
  expect(await check()).toMatchObject({
    verdict: 'failed',
    found: 'ENOENT, then HTTP 404',
    mend: expect.stringContaining('mount'),
  });
});
