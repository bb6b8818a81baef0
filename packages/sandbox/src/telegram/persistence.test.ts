import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SANDBOX_BOT_TOKEN, startTelegramSandbox } from './server.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'aisha-telegram-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('goes on after a restart: people, messages, files, queue, commands, numbers', async () => {
  const first = await startTelegramSandbox({ dataDir: folder });
  const { id } = await first.control.createUser({ firstName: 'Ann' });
  const bytes = Buffer.from('kept');
  const sent = await first.control.sendMedia({
    userId: id,
    kind: 'document',
    file: { bytes, name: 'a.txt' },
  });
  await first.control.block({ userId: id });
  const bot = `/bot${SANDBOX_BOT_TOKEN}`;
  const commands = encodeURIComponent(JSON.stringify([{ command: 'start', description: 'x' }]));
  await fetch(`${first.url}${bot}/setMyCommands?commands=${commands}`);
  const before = await first.control.pendingUpdates({});
  await first.close();

  const second = await startTelegramSandbox({ dataDir: folder });
  expect(await second.control.pendingUpdates({})).toEqual(before);
  expect(await second.control.listUsers({})).toMatchObject([
    { id, firstName: 'Ann', blocked: [7_000_000_001] },
  ]);
  expect(await second.control.commands({ userId: id })).toHaveLength(1);
  await second.control.unblock({ userId: id });
  const next = await second.control.sendText({ userId: id, text: 'again' });
  expect(next.id).toBe(sent.id + 1);
  expect(next.seq).toBeGreaterThan(sent.seq);
  const fileId = sent.message.document?.file_id ?? '';
  const answer = await (await fetch(`${second.url}${bot}/getFile?file_id=${fileId}`)).json();
  const { file_path: filePath } = Object(answer).result;
  expect(await (await fetch(`${second.url}/file${bot}/${filePath}`)).text()).toBe('kept');
  await second.close();
});

it('ends polls that wait when it stops', async () => {
  const sandbox = await startTelegramSandbox();
  const answer = fetch(`${sandbox.url}/bot${SANDBOX_BOT_TOKEN}/getUpdates?timeout=50`);
  await expect.poll(async () => (await sandbox.control.state({})).bots[0]?.polling).toBe(true);
  await sandbox.close();
  const status = await answer.then(
    (response) => response.status,
    () => 'connection closed',
  );
  expect([500, 'connection closed']).toContain(status);
});
