import { describe, expect, test } from 'vitest';
import { recordingLogger } from '../testing/recording-logger.ts';
import { json, scriptedServer } from '../testing/scripted-server.ts';
import { answering, ok, reply, token } from '../testing/telegram.ts';
import { createTelegramClient } from './client.ts';

describe('uploads', () => {
  test('objects survive, and files have names', async () => {
    await using at = await answering(ok);
    const outcome = await at.client.call(
      'sendDocument',
      {
        chat_id: 1,
        document: { source: Buffer.from('text of the file'), filename: 'протокол.txt' },
        reply_parameters: { message_id: 5 },
        caption_entities: [{ type: 'bold', offset: 0, length: 1 }],
        reply_markup: { inline_keyboard: [[{ text: 'a', callback_data: 'b' }]] },
      },
      reply,
    );
    expect(outcome).toMatchObject({ kind: 'ok' });
    const body = String(at.server.seen[0]?.body);
    expect(body).toContain('{"message_id":5}');
    expect(body).toContain('filename="протокол.txt"');
    expect(body).toContain('text of the file');
    expect(body).toContain('"inline_keyboard"');
    expect(body).toContain('[{"type":"bold","offset":0,"length":1}]');
  });

  test('an album', async () => {
    await using at = await answering(ok);
    await at.client.call(
      'sendMediaGroup',
      {
        chat_id: 1,
        media: [
          { type: 'photo', media: { source: Buffer.from('first') } },
          { type: 'photo', media: 'file-id' },
        ],
        reply_parameters: { message_id: 5 },
      },
      reply,
    );
    const body = String(at.server.seen[0]?.body);
    expect(body).toContain('attach://');
    expect(body).toContain('first');
    expect(body).toContain('"media":"file-id"');
    expect(body).toContain('{"message_id":5}');
  });

  test('what is too big is refused without sending', async () => {
    await using server = await scriptedServer(ok);
    const cloud = createTelegramClient({
      config: { token, botId: 1, apiRoot: 'https://api.telegram.org' },
      redis: null,
      log: recordingLogger(),
    });
    const photo = { source: Buffer.alloc(10 * 1024 * 1024 + 1), filename: 'a.jpg' };
    expect(await cloud.call('sendPhoto', { chat_id: 1, photo }, reply)).toMatchObject({
      kind: 'refused',
      code: 413,
    });
    expect(server.seen).toHaveLength(0);
  });
});

test('progress is dropped where a result waits', async () => {
  await using at = await answering(ok);
  const edit = { chat_id: 1, message_id: 2, text: '50 %' };
  const progress = { priority: 'progress' } as const;
  expect(await at.client.call('editMessageText', edit, progress)).toMatchObject({ kind: 'ok' });
  for (let n = 0; n < 19; n += 1) await at.client.call('sendMessage', { chat_id: 1, text: 'x' }, reply);
  const start = performance.now();
  expect(await at.client.call('editMessageText', edit, progress)).toEqual({
    kind: 'unchanged',
    why: 'dropped',
  });
  expect(performance.now() - start).toBeLessThan(500);
  const result = await at.client.call('sendMessage', { chat_id: 1, text: 'x' }, { priority: 'result' });
  expect(result).toMatchObject({ kind: 'ok' });
  expect(performance.now() - start).toBeGreaterThan(500);
  expect(at.server.seen).toHaveLength(21);
});

test('an album counts as many messages', async () => {
  await using at = await answering(ok);
  const media = Array.from({ length: 10 }, () => ({ type: 'photo' as const, media: 'file-id' }));
  for (let n = 0; n < 3; n += 1) await at.client.call('sendMediaGroup', { chat_id: -1, media }, reply);
  expect(await at.client.call('sendMessage', { chat_id: -1, text: 'x' }, reply)).toMatchObject({
    kind: 'retry',
  });
});

test('answers to buttons cost nothing of the budget', async () => {
  await using at = await answering((_, response) => json(response, 200, { ok: true, result: true }));
  const start = performance.now();
  for (let n = 0; n < 20; n += 1) {
    await at.client.call(
      'answerCallbackQuery',
      { callback_query_id: String(n) },
      { chatId: 1, priority: 'reply' },
    );
  }
  expect(performance.now() - start).toBeLessThan(2_000);
});
