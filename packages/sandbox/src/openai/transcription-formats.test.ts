import { toFile } from 'openai';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeSpeech } from '../speech/encode.ts';
import { complaint, SPOKEN, withSandbox } from './testing.ts';

const at = withSandbox();
const TEXT = SPOKEN.join(' ');

let voice: Buffer;
beforeAll(async () => {
  voice = await encodeSpeech(SPOKEN, { format: 'ogg' });
});

const file = (bytes: Buffer = voice, name = 'voice.ogg') => toFile(bytes, name, { type: 'audio/ogg' });

describe('the answer by model and format', () => {
  it('gpt-transcribe: json with languages and the duration that is billed', async () => {
    const answer = await at.client.audio.transcriptions.create({
      model: 'gpt-transcribe',
      file: await file(),
    });
    expect(answer).toEqual({
      text: TEXT,
      languages: [{ code: 'ru' }],
      usage: { type: 'duration', seconds: 8 },
    });
  });

  it('gpt-4o-transcribe: json with tokens, log probabilities on demand', async () => {
    const answer = await at.client.audio.transcriptions.create({
      model: 'gpt-4o-transcribe',
      file: await file(),
      include: ['logprobs'],
    });
    expect(answer).toMatchObject({
      text: TEXT,
      usage: { type: 'tokens', input_token_details: { audio_tokens: expect.any(Number) } },
    });
    expect(answer).not.toHaveProperty('languages');
    expect(answer.logprobs?.map(({ token }) => token).join('')).toBe(TEXT);
  });

  it('whisper-1: verbose_json with words and segments in time', async () => {
    const answer = await at.client.audio.transcriptions.create({
      model: 'whisper-1',
      file: await file(),
      response_format: 'verbose_json',
      timestamp_granularities: ['word', 'segment'],
    });
    expect(answer).toMatchObject({ text: TEXT, language: 'russian', usage: { type: 'duration' } });
    expect(answer.words?.map(({ word }) => word)).toEqual(SPOKEN.map((word) => word.replace('.', '')));
    expect(answer.segments?.map(({ text }) => text.trim())).toEqual([
      'Сегодня мы решили подписать договор.',
      'Анна отправит письмо Ивану до пятницы.',
    ]);
    const starts = answer.words?.map(({ start }) => start) ?? [];
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(answer.words?.at(-1)?.end).toBeLessThan(answer.duration);
  });

  it('whisper-1: words only when they are asked for', async () => {
    const answer = await at.client.audio.transcriptions.create({
      model: 'whisper-1',
      file: await file(),
      response_format: 'verbose_json',
    });
    expect(answer).toHaveProperty('segments');
    expect(answer).not.toHaveProperty('words');
  });

  it('text, srt and vtt as plain text', async () => {
    const as = async (format: 'text' | 'srt' | 'vtt') =>
      at.client.audio.transcriptions.create({
        model: 'whisper-1',
        file: await file(),
        response_format: format,
      });
    expect(await as('text')).toBe(`${TEXT}\n`);
    expect(await as('srt')).toMatch(
      /^1\n00:00:00,200 --> 00:00:02,800\nСегодня мы решили подписать договор\.\n\n2\n/u,
    );
    expect(await as('vtt')).toMatch(/^WEBVTT\n\n00:00:00\.200 --> 00:00:02\.800\nСегодня/u);
  });

  it('tells the content type of each', async () => {
    for (const [format, type] of [
      ['json', 'application/json'],
      ['text', 'text/plain; charset=utf-8'],
    ] as const) {
      const form = new FormData();
      form.set('model', 'gpt-transcribe');
      form.set('response_format', format);
      form.set('file', new File([new Uint8Array(voice)], 'voice.ogg'));
      const response = await at.request('/audio/transcriptions', { method: 'POST', body: form });
      expect(response.headers.get('content-type')).toBe(type);
      expect(response.headers.get('x-request-id')).toMatch(/^req_/u);
      expect(response.headers.get('openai-processing-ms')).toMatch(/^\d+$/u);
      expect(response.headers.get('x-ratelimit-remaining-requests')).toMatch(/^\d+$/u);
      await response.text();
    }
  });

  it('diarized_json: who said what, by the names that were given', async () => {
    const talk = await encodeSpeech(['Привет', 'всем.', 'Добрый', 'день.', 'Начнём.'], {
      format: 'ogg',
      speaker: (n) => (n === 2 || n === 3 ? 1 : 0),
    });
    const sample = await encodeSpeech(['Это', 'второй', 'голос', 'говорит'], { speaker: () => 1 });
    const answer = await at.client.audio.transcriptions.create({
      model: 'gpt-4o-transcribe-diarize',
      file: await file(talk),
      response_format: 'diarized_json',
      chunking_strategy: 'auto',
      known_speaker_names: ['Анна'],
      known_speaker_references: [`data:audio/wav;base64,${sample.toString('base64')}`],
    });
    expect(answer).toMatchObject({
      task: 'transcribe',
      segments: [
        { id: 'seg_001', type: 'transcript.text.segment', speaker: 'A', text: 'Привет всем.' },
        { speaker: 'Анна', text: 'Добрый день.' },
        { speaker: 'A', text: 'Начнём.' },
      ],
    });
  });

  it.each([
    ['gpt-transcribe', 'verbose_json', "'json' or 'text'"],
    ['gpt-transcribe', 'srt', "'json' or 'text'"],
    ['gpt-4o-transcribe', 'vtt', "'json' or 'text'"],
    ['gpt-4o-mini-transcribe', 'verbose_json', "'json' or 'text'"],
    ['gpt-4o-transcribe-diarize', 'srt', "'json' or 'text' or 'diarized_json'"],
    ['whisper-1', 'diarized_json', "'json' or 'text' or 'srt' or 'verbose_json' or 'vtt'"],
  ] as const)('%s has no %s', async (model, format, usable) => {
    const call = at.client.audio.transcriptions.create({
      model,
      file: await file(),
      response_format: format,
    });
    expect(await complaint(call)).toMatchObject({
      status: 400,
      code: 'unsupported_value',
      param: 'response_format',
      message: `400 response_format '${format}' is not compatible with model '${model}-api-ev3'. Use ${usable} instead.`,
    });
  });

  it.each([
    [{ model: 'whisper-1', timestamp_granularities: ['word'] }, 'timestamp_granularities[]'],
    [{ model: 'gpt-transcribe', include: ['logprobs'] }, 'include[]'],
    [{ model: 'gpt-4o-transcribe-diarize', prompt: 'Aisha' }, 'prompt'],
    [{ model: 'whisper-1', language: 'xx' }, 'language'],
    [{ model: 'gpt-transcribe', languages: ['ru', 'qq'] }, 'languages'],
    [{ model: 'whisper-1', temperature: 3 }, 'temperature'],
  ] as const)('%o is refused', async (parameters, param) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(parameters)) {
      if (Array.isArray(value)) for (const one of value) form.append(`${name}[]`, String(one));
      else form.append(name, String(value));
    }
    form.set('file', new File([new Uint8Array(voice)], 'voice.ogg'));
    const response = await at.request('/audio/transcriptions', { method: 'POST', body: form });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param } });
  });

  it('ignores fields that it does not know, and `language` on gpt-transcribe', async () => {
    const form = new FormData();
    form.set('model', 'gpt-transcribe');
    form.set('language', 'klingon');
    form.set('colour', 'blue');
    form.set('file', new File([new Uint8Array(voice)], 'voice.ogg'));
    const response = await at.request('/audio/transcriptions', { method: 'POST', body: form });
    expect(await response.json()).toMatchObject({ text: TEXT });
  });
});

describe('streams', () => {
  it('bring deltas and end with the whole text, without [DONE]', async () => {
    const form = new FormData();
    form.set('model', 'gpt-4o-mini-transcribe');
    form.set('stream', 'true');
    form.set('file', new File([new Uint8Array(voice)], 'voice.ogg'));
    const response = await at.request('/audio/transcriptions', { method: 'POST', body: form });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/u);
    expect(await response.text()).not.toContain('[DONE]');

    const stream = await at.client.audio.transcriptions.create({
      model: 'gpt-4o-mini-transcribe',
      file: await file(),
      stream: true,
    });
    let joined = '';
    let whole = '';
    for await (const event of stream) {
      if (event.type === 'transcript.text.delta') joined += event.delta;
      if (event.type === 'transcript.text.done') whole = event.text;
    }
    expect([joined, whole]).toEqual([TEXT, TEXT]);
  });

  it('bring segments of a diarized transcript', async () => {
    const stream = await at.client.audio.transcriptions.create({
      model: 'gpt-4o-transcribe-diarize',
      file: await file(),
      response_format: 'diarized_json',
      stream: true,
    });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types.filter((type) => type === 'transcript.text.segment')).toHaveLength(2);
    expect(types.at(-1)).toBe('transcript.text.done');
  });

  it('are ignored by whisper-1', async () => {
    const answer: unknown = await at.client.audio.transcriptions
      .create({ model: 'whisper-1', file: await file(), stream: true })
      .asResponse()
      .then((response) => response.json());
    expect(answer).toMatchObject({ text: TEXT });
  });
});
