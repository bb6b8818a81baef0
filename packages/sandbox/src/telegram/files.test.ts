import { execFileSync } from 'node:child_process';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTelegramControl } from './control/client.ts';
import { SANDBOX_BOT_TOKEN, startTelegramSandbox, type TelegramSandbox } from './server.ts';
import type { Message } from './types.ts';

const OTHER_TOKEN = '7000000002:AAHanother-bot-token-of-nobody-at-all';
const MIB = 1024 * 1024;

let sandbox: TelegramSandbox;
let userId: number;

beforeEach(async () => {
  sandbox = await startTelegramSandbox({
    limits: null,
    bots: [
      { token: SANDBOX_BOT_TOKEN, username: 'one_bot', firstName: 'One' },
      { token: OTHER_TOKEN, username: 'other_bot', firstName: 'Other' },
    ],
  });
  ({ id: userId } = await sandbox.control.createUser({}));
});
afterEach(() => sandbox.close());

interface Body {
  ok: boolean;
  description?: string;
  result: Record<string, unknown>;
}

async function call(method: string, params: object | FormData, token = SANDBOX_BOT_TOKEN): Promise<Body> {
  const init =
    params instanceof FormData
      ? { method: 'POST', body: params }
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(params) };
  return JSON.parse(await (await fetch(`${sandbox.url}/bot${token}/${method}`, init)).text());
}

const form = (fields: Record<string, string>, files: Record<string, Blob>): FormData => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  for (const [name, blob] of Object.entries(files)) data.set(name, blob, `${name}.bin`);
  return data;
};

const send = async (
  kind: 'document' | 'voice' | 'audio',
  bytes: Uint8Array,
  name = '',
  mime = '',
): Promise<Message> =>
  (await sandbox.control.sendMedia({ userId, kind, file: { bytes, name, mime } })).message;

/** A second of sound in the format that the output name asks for. */
const sound = (format: string, ...options: string[]): Buffer =>
  execFileSync('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'sine=frequency=300:duration=3',
    ...options,
    '-f',
    format,
    'pipe:1',
  ]);

describe('downloads', () => {
  it('gives the bytes by the path from getFile', async () => {
    const { document } = await send('document', Buffer.from('отчёт'), 'report.txt', 'text/plain');
    const { result } = await call('getFile', { file_id: document?.file_id });
    expect(result).toMatchObject({
      file_id: document?.file_id,
      file_size: 10,
      file_path: 'documents/file_0.txt',
    });
    const response = await fetch(
      `${sandbox.url}/file/bot${SANDBOX_BOT_TOKEN}/${String(result['file_path'])}`,
    );
    expect(await response.text()).toBe('отчёт');
    const elsewhere = await fetch(`${sandbox.url}/file/bot${SANDBOX_BOT_TOKEN}/documents/file_9.txt`);
    expect(elsewhere.status).toBe(404);
    const stranger = await fetch(`${sandbox.url}/file/bot1:abcdefgh/documents/file_0.txt`);
    expect(stranger.status).toBe(401);
  });

  it('refuses more than 20 MiB and gives exactly that', async () => {
    const big = await send('document', Buffer.alloc(20 * MIB + 1), 'big.bin');
    expect(await call('getFile', { file_id: big.document?.file_id })).toMatchObject({
      ok: false,
      description: 'Bad Request: file is too big',
    });
    const fits = await send('document', Buffer.alloc(20 * MIB), 'fits.bin');
    expect((await call('getFile', { file_id: fits.document?.file_id })).ok).toBe(true);
  });

  it.each([
    [{}, 'file_id not specified'],
    [{ file_id: 'not an id' }, 'invalid file_id'],
    [{ file_id: 'B'.repeat(56) }, 'wrong file_id or the file is temporarily unavailable'],
  ])('refuses %o', async (params, reason) => {
    expect((await call('getFile', params)).description).toBe(`Bad Request: ${reason}`);
  });

  it('names a file for each bot apart, but unique for all', async () => {
    const bytes = Buffer.from('the same');
    const one = await send('document', bytes, 'a.txt');
    const other = await sandbox.control.sendMedia({
      userId,
      bot: 'other_bot',
      kind: 'document',
      file: { bytes, name: 'a.txt' },
    });
    const otherId = other.message.document?.file_id ?? '';
    expect(otherId).not.toBe(one.document?.file_id);
    expect(other.message.document?.file_unique_id).toBe(one.document?.file_unique_id);
    expect((await call('getFile', { file_id: otherId }, OTHER_TOKEN)).ok).toBe(true);
    expect((await call('getFile', { file_id: otherId })).ok).toBe(false);
  });
});

describe('uploads', () => {
  const photo = async (width: number, height: number): Promise<Blob> => {
    const bytes = await sharp({ create: { width, height, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    return new Blob([bytes]);
  };
  const sendPhoto = (blob: Blob) => call('sendPhoto', form({ chat_id: `${userId}` }, { photo: blob }));

  beforeEach(async () => {
    await sandbox.control.sendText({ userId, text: 'hi' });
  });

  it.each([
    [21, 1, 'PHOTO_INVALID_DIMENSIONS'],
    [5001, 5000, 'PHOTO_INVALID_DIMENSIONS'],
  ])('refuses photos of %i × %i', async (width, height, reason) => {
    expect((await sendPhoto(await photo(width, height))).description).toBe(`Bad Request: ${reason}`);
  });

  it('refuses what is no picture, empty, or bigger than 10 MB', async () => {
    expect((await sendPhoto(new Blob(['no picture']))).description).toBe('Bad Request: IMAGE_PROCESS_FAILED');
    expect((await sendPhoto(new Blob([]))).description).toBe('Bad Request: file must be non-empty');
    expect((await sendPhoto(new Blob([Buffer.alloc(10 * MIB + 1)]))).description).toBe(
      'Bad Request: file is too big',
    );
  });

  it('refuses a request of more than 50 MB', async () => {
    const answer = await fetch(`${sandbox.url}/bot${SANDBOX_BOT_TOKEN}/sendDocument`, {
      method: 'POST',
      body: form({ chat_id: `${userId}` }, { document: new Blob([Buffer.alloc(52 * MIB)]) }),
    });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ description: 'Request Entity Too Large' });
  });

  it('fetches addresses, and says when it cannot', async () => {
    const { file } = await sandbox.control.sendMedia({
      userId,
      kind: 'photo',
      file: { bytes: await (await photo(200, 100)).bytes() },
    });
    const good = await call('sendPhoto', { chat_id: userId, photo: `${sandbox.url}${file?.path}` });
    expect(good.result['photo']).toMatchObject([{ width: 90 }, { width: 200, height: 100 }]);
    const page = await call('sendPhoto', { chat_id: userId, photo: `${sandbox.url}/nothing` });
    expect(page.description).toBe('Bad Request: wrong file identifier/HTTP URL specified');
    const bad = await call('sendPhoto', { chat_id: userId, photo: 'http://127.0.0.1:9/x.jpg' });
    expect(bad.description).toBe('Bad Request: failed to get HTTP URL content');
  });

  it('sends albums of two to ten of a kind', async () => {
    const item = (type: string, media = 'attach://a') => ({ type, media });
    const album = async (...items: object[]) =>
      (
        await call(
          'sendMediaGroup',
          form({ chat_id: `${userId}`, media: JSON.stringify(items) }, { a: new Blob(['a']) }),
        )
      ).description;
    expect(await album(item('document'))).toBe('Bad Request: there must be 2-10 items in an album');
    expect(await album(item('document'), item('audio'))).toBe(
      "Bad Request: document can't be mixed with other media types",
    );
    expect(await album(item('document'), item('document', 'attach://b'))).toBe(
      'Bad Request: wrong file identifier/HTTP URL specified',
    );
    expect(await album(item('document'), item('document'))).toBeUndefined();
  });
});

describe('recordings', () => {
  it('become OGG with Opus when a person sends them as voice', async () => {
    const webm = sound('webm', '-c:a', 'libopus');
    const { voice } = await send('voice', webm, 'rec.webm', 'audio/webm;codecs=opus');
    expect(voice).toMatchObject({ duration: 3, mime_type: 'audio/ogg' });
    expect(voice).not.toHaveProperty('file_name');
    const { result } = await call('getFile', { file_id: voice?.file_id });
    expect(result['file_path']).toMatch(/^voice\/file_\d+\.oga$/);
    const bytes = await sandbox.control.download({ path: `/sandbox/files/voice-${voice?.file_unique_id}` });
    expect(Buffer.from(bytes.subarray(0, 4)).toString()).toBe('OggS');
  });

  it('are sent as they are when they say to be OGG, even broken or empty', async () => {
    const { voice } = await send('voice', Buffer.from('no sound'), 'v.ogg', 'audio/ogg');
    expect(voice).toMatchObject({ duration: 0, file_size: 8 });
    expect((await send('voice', Buffer.alloc(0), 'v.ogg', 'audio/ogg')).voice?.file_size).toBe(0);
    await expect(send('voice', Buffer.from('no sound'), 'v.webm', 'audio/webm')).rejects.toThrow(
      'cannot be read',
    );
  });

  it('carry their length, title and performer as audio', async () => {
    const mp3 = sound('mp3', '-metadata', 'title=Song', '-metadata', 'artist=Singer');
    const { audio } = await send('audio', mp3, 'song.mp3', 'audio/mpeg');
    expect(audio).toMatchObject({
      duration: 3,
      title: 'Song',
      performer: 'Singer',
      file_name: 'song.mp3',
      mime_type: 'audio/mpeg',
    });
  });

  it('travel over HTTP from another process', async () => {
    const remote = createTelegramControl(sandbox.url);
    const sent = await remote.sendMedia({
      userId,
      kind: 'document',
      file: { bytes: Buffer.from([0, 255, 13, 10, 45, 45]), name: 'ä.bin' },
    });
    expect(sent.message.document?.file_name).toBe('ä.bin');
    expect(sent.file).not.toBeNull();
    expect(Buffer.from(await remote.download(sent.file ?? { path: '' }))).toEqual(
      Buffer.from([0, 255, 13, 10, 45, 45]),
    );
  });
});
