import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeSpeech } from '../speech/encode.ts';
import { ffmpegOutput } from '../speech/ffmpeg.ts';
import { complaint, SPOKEN, withSandbox } from './testing.ts';

const at = withSandbox();
const TEXT = SPOKEN.join(' ');

let voice: Buffer;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'aisha-openai-test-'));
  voice = await encodeSpeech(SPOKEN, { format: 'ogg' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = (bytes: Buffer = voice, name = 'voice.ogg') => toFile(bytes, name, { type: 'audio/ogg' });

const sound = (source: string, seconds: number, ...output: string[]): Promise<Buffer> =>
  ffmpegOutput({ args: ['-f', 'lavfi', '-t', String(seconds), '-i', source, ...output, 'pipe:1'] });

describe('files', () => {
  it.each(['mp3', 'm4a', 'webm', 'mp4', 'wav', 'flac'] as const)('%s is heard', async (format) => {
    const bytes = await encodeSpeech(SPOKEN, { format });
    const answer = await at.client.audio.transcriptions.create({
      model: 'gpt-transcribe',
      file: await toFile(bytes, `speech.${format}`),
    });
    expect(answer.text).toBe(TEXT);
  });

  it('come as streams of unknown length too, and the journal says so', async () => {
    const name = path.join(folder, 'voice.ogg');
    await writeFile(name, voice);
    const answer = await at.client.audio.transcriptions.create({
      model: 'whisper-1',
      file: createReadStream(name),
    });
    expect(answer.text).toBe(TEXT);
    await at.client.audio.transcriptions.create({ model: 'whisper-1', file: await file() });
    const [streamed, known] = await at.sandbox.control.requests();
    expect(streamed).toMatchObject({ chunked: true, contentLength: null, status: 200 });
    expect(known).toMatchObject({
      chunked: false,
      contentLength: known?.bytesRead,
      file: {
        name: 'voice.ogg',
        contentType: 'audio/ogg',
        bytes: voice.length,
        sha256: createHash('sha256').update(voice).digest('hex'),
        seconds: expect.closeTo(7.3, 0),
      },
    });
  });

  it('.oga is taken by whisper-1 alone', async () => {
    const ask = async (model: string) =>
      at.client.audio.transcriptions.create({ model, file: await file(voice, 'file_12.oga') });
    expect(await ask('whisper-1')).toMatchObject({ text: TEXT });
    for (const model of ['gpt-4o-mini-transcribe', 'gpt-transcribe']) {
      expect(await complaint(ask(model))).toMatchObject({
        message: '400 Unsupported file format oga',
        param: 'file',
        code: 'unsupported_value',
      });
    }
  });

  it.each([
    ['another extension', 'voice.opus', null, /Invalid file format\. Supported formats: \['flac', 'm4a'/u],
    ['no extension', 'voice', null, /Invalid file format/u],
    ['no audio', 'voice.ogg', Buffer.from('this is not audio at all'), /Unrecognized file format/u],
    [
      'a damaged container',
      'voice.ogg',
      Buffer.from('OggS and then nothing good'),
      /Unrecognized file format/u,
    ],
    ['nothing', 'voice.ogg', Buffer.alloc(0), /too short/u],
  ])('%s is refused', async (_name, name, bytes, message) => {
    const call = at.client.audio.transcriptions.create({
      model: 'whisper-1',
      file: await file(bytes ?? voice, name),
    });
    expect((await complaint(call))['message']).toMatch(message);
  });

  it('refuses audio under a tenth of a second, and video without sound', async () => {
    const blip = await sound('sine=frequency=440', 0.05, '-f', 'wav');
    const short = at.client.audio.transcriptions.create({
      model: 'gpt-transcribe',
      file: await file(blip, 'a.wav'),
    });
    expect(await complaint(short)).toMatchObject({ code: 'audio_too_short' });
    const silentFilm = await sound('color=c=red:s=64x64:r=5', 1, '-c:v', 'libvpx', '-f', 'webm');
    const film = at.client.audio.transcriptions.create({
      model: 'whisper-1',
      file: await file(silentFilm, 'a.webm'),
    });
    expect(await complaint(film)).toMatchObject({ message: '400 Unrecognized file format' });
  });

  it('misses a file that is not there', async () => {
    const form = new FormData();
    form.set('model', 'whisper-1');
    const response = await at.request('/audio/transcriptions', { method: 'POST', body: form });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: 'file' } });
    const plain = await at.post('/audio/transcriptions', { model: 'whisper-1' });
    expect(await plain.json()).toMatchObject({ error: { message: 'Could not parse multipart form' } });
  });
});

describe('limits', () => {
  const bytes = (size: number) => new File([new Uint8Array(size)], 'big.wav');
  const send = (size: number) => {
    const form = new FormData();
    form.set('model', 'gpt-transcribe');
    form.set('file', bytes(size));
    return at.request('/audio/transcriptions', { method: 'POST', body: form });
  };

  it('over 25 MiB: 413 as JSON with the bytes that were read', async () => {
    const response = await send(26_214_400);
    expect(response.status).toBe(413);
    const [entry] = await at.sandbox.control.requests();
    expect(await response.json()).toEqual({
      error: {
        message: `413: Maximum content size limit (26214400) exceeded (${entry?.bytesRead} bytes read)`,
        type: 'server_error',
        param: null,
        code: null,
      },
      usage: { type: 'duration', seconds: 0 },
    });
  });

  it('far over it: 413 as a page of the edge', { timeout: 30_000 }, async () => {
    const response = await send(105 * 1024 * 1024);
    expect(response.status).toBe(413);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(await response.text()).toMatch(/<h1>413 Request Entity Too Large<\/h1>/u);
  });

  it('over 1400 s on the gpt-4o family only', { timeout: 120_000 }, async () => {
    const long = await sound(
      'anullsrc=r=8000:cl=mono',
      1401,
      '-c:a',
      'libmp3lame',
      '-b:a',
      '8k',
      '-f',
      'mp3',
    );
    const ask = async (model: string) =>
      at.client.audio.transcriptions.create({
        model,
        file: await file(long, 'long.mp3'),
        chunking_strategy: 'auto',
      });
    for (const model of ['gpt-4o-transcribe', 'gpt-4o-transcribe-diarize']) {
      const refusal = await complaint(ask(model));
      expect(refusal).toMatchObject({ code: 'invalid_value' });
      expect(refusal['message']).toMatch(
        /audio duration 1401\S* seconds is longer than 1400 seconds which is the maximum for this model/u,
      );
    }
    expect(await ask('whisper-1')).toMatchObject({ text: '' });
    expect(await ask('gpt-transcribe')).toMatchObject({ text: '', languages: [] });
  });

  it('diarisation over 30 s needs a chunking strategy', async () => {
    const talk = await encodeSpeech(SPOKEN, { format: 'ogg', wordMs: 3000 });
    const ask = async (more: object) =>
      at.client.audio.transcriptions.create({
        model: 'gpt-4o-transcribe-diarize',
        file: await file(talk),
        ...more,
      });
    expect(await complaint(ask({}))).toMatchObject({ param: 'chunking_strategy' });
    expect(await ask({ chunking_strategy: { type: 'server_vad' } })).toMatchObject({ text: TEXT });
  });
});

describe('what is heard', () => {
  it('says honestly of other sound that this is the sandbox, in the language asked for', async () => {
    const wind = await sound('anoisesrc=color=pink:amplitude=0.3:seed=3', 4, '-f', 'wav');
    const ask = async (language?: string) => {
      const { text } = await at.client.audio.transcriptions.create({
        model: 'whisper-1',
        file: await file(wind, 'wind.wav'),
        ...(language === undefined ? {} : { language }),
      });
      return text;
    };
    expect(await ask()).toMatch(/^Это песочница Aisha.*Длительность записи: 4 /u);
    expect(await ask('en')).toMatch(/sandbox.*4 seconds/u);
    expect(await ask('kk')).toMatch(/құмсалғыш.*4 секунд/u);
  });

  it('writes nothing for silence, unless told to invent', async () => {
    const silence = await sound('anullsrc=r=16000:cl=mono', 3, '-f', 'wav');
    const ask = async () =>
      at.client.audio.transcriptions.create({ model: 'whisper-1', file: await file(silence, 's.wav') });
    expect((await ask()).text).toBe('');
    await at.sandbox.control.addFault({ fault: { kind: 'hallucinate' } });
    expect((await ask()).text).toMatch(/Субтитры/u);
    expect((await ask()).text).toBe('');
  });

  it('cuts a transcript silently when told to, with 200', async () => {
    await at.sandbox.control.addFault({ fault: { kind: 'truncate', share: 0.5 } });
    const answer = await at.client.audio.transcriptions.create({
      model: 'whisper-1',
      file: await file(),
      response_format: 'verbose_json',
      timestamp_granularities: ['word', 'segment'],
    });
    expect(answer.text).toBe(SPOKEN.slice(0, 5).join(' '));
    expect(answer.words).toHaveLength(5);
    expect(answer.segments).toHaveLength(1);
    expect(answer.duration).toBeGreaterThan(7);
  });

  it('says what it was told to say about a file', async () => {
    const sha256 = createHash('sha256').update(voice).digest('hex');
    await at.sandbox.control.script({ kind: 'transcript', sha256, text: 'Совсем другое.', times: 1 });
    const ask = async () =>
      at.client.audio.transcriptions.create({ model: 'gpt-transcribe', file: await file() });
    expect((await ask()).text).toBe('Совсем другое.');
    expect((await ask()).text).toBe(TEXT);
  });

  it('takes as long as it was told per minute of audio', async () => {
    await at.sandbox.control.configure({ msPerAudioMinute: 3000 });
    const started = performance.now();
    await at.client.audio.transcriptions.create({ model: 'gpt-transcribe', file: await file() });
    expect(performance.now() - started).toBeGreaterThan(340);
  });
});
