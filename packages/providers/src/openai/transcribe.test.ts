import { describe, expect, test } from 'vitest';
import { apiKey, clientAt, error, final } from '../testing/openai.ts';
import {
  closedPort,
  html,
  json,
  reset,
  scriptedServer,
  stall,
  type Script,
} from '../testing/scripted-server.ts';

describe('transcribe', () => {
  const voice = { audio: Buffer.from('OggS…'), fileName: 'file_12.oga', contentType: 'audio/ogg' };
  const field = (body: Buffer, name: string) =>
    new RegExp(
      `name="${name.replaceAll(/[[\]]/g, String.raw`\$&`)}"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]*)`,
    ).exec(body.toString('latin1'))?.[1];

  test('gpt-transcribe: json, languages, named .ogg, with a length', async () => {
    await using server = await scriptedServer((_, response) =>
      json(response, 200, {
        text: ' Привет ',
        languages: [{ code: 'ru' }],
        usage: { type: 'duration', seconds: 27 },
      }),
    );
    const { client } = clientAt(server.url);
    const outcome = await client.recogniser.transcribe({ ...voice, language: 'ru', vocabulary: ['Aisha'] });
    expect(outcome).toEqual({ kind: 'ok', text: 'Привет', language: 'ru', durationS: 27 });
    const [request] = server.seen;
    expect(request?.path).toBe('/v1/audio/transcriptions');
    expect(Number(request?.headers['content-length'])).toBe(request?.body.length);
    const body = request?.body ?? Buffer.alloc(0);
    expect(body.toString('latin1')).toContain('filename="file_12.ogg"');
    expect(body.toString('latin1')).toContain('Content-Type: audio/ogg');
    expect(field(body, 'model')).toBe('gpt-transcribe');
    expect(field(body, 'response_format')).toBe('json');
    expect(field(body, 'languages[]')).toBe('ru');
    expect(field(body, 'language')).toBeUndefined();
    expect(field(body, 'prompt')).toBe('Aisha');
  });

  test('whisper-1: times of words and segments, the language as a code', async () => {
    await using server = await scriptedServer((_, response) =>
      json(response, 200, {
        task: 'transcribe',
        language: 'russian',
        duration: 8.47,
        text: 'Да',
        segments: [{ id: 0, start: 0, end: 3.3, text: ' Да', tokens: [1] }],
        words: [{ word: 'Да', start: 0, end: 0.4 }],
      }),
    );
    const { client } = clientAt(server.url, { transcribeModel: 'whisper-1' });
    expect(await client.recogniser.transcribe({ ...voice, language: 'ru' })).toEqual({
      kind: 'ok',
      text: 'Да',
      language: 'ru',
      durationS: 8.47,
      segments: [{ text: 'Да', start: 0, end: 3.3 }],
      words: [{ text: 'Да', start: 0, end: 0.4 }],
    });
    const body = server.seen[0]?.body ?? Buffer.alloc(0);
    expect(field(body, 'response_format')).toBe('verbose_json');
    expect(field(body, 'language')).toBe('ru');
    expect(body.toString('latin1').match(/timestamp_granularities\[\]/g)).toHaveLength(2);
  });

  test('diarize: speakers, chunking, no prompt', async () => {
    await using server = await scriptedServer((_, response) =>
      json(response, 200, {
        duration: 4,
        text: 'a',
        segments: [{ id: 's', speaker: 'A', start: 0, end: 4, text: 'a' }],
      }),
    );
    const { client } = clientAt(server.url, { transcribeModel: 'gpt-4o-transcribe-diarize' });
    expect(await client.recogniser.transcribe({ ...voice, vocabulary: ['x'] })).toMatchObject({
      segments: [{ text: 'a', start: 0, end: 4, speaker: 'A' }],
    });
    const body = server.seen[0]?.body ?? Buffer.alloc(0);
    expect(field(body, 'response_format')).toBe('diarized_json');
    expect(field(body, 'chunking_strategy')).toBe('auto');
    expect(field(body, 'prompt')).toBeUndefined();
  });

  test('an unknown model gets the careful defaults, a language it refuses is left out', async () => {
    await using server = await scriptedServer((request, response, index) =>
      request.body.includes('name="language"')
        ? error(400, 'invalid_value', 'Unsupported language', 'language')(request, response, index)
        : json(response, 200, { text: 'a' }),
    );
    const { client } = clientAt(server.url, { transcribeModel: 'Systran/faster-whisper-small' });
    expect(await client.recogniser.transcribe({ ...voice, language: 'kk' })).toEqual({
      kind: 'ok',
      text: 'a',
    });
    expect(server.seen).toHaveLength(2);
  });

  test('a compatible server without verbose_json', async () => {
    await using server = await scriptedServer((request, response, index) =>
      request.body.includes('verbose_json')
        ? error(
            400,
            'unsupported_value',
            "response_format 'verbose_json' is not compatible",
            'response_format',
          )(request, response, index)
        : json(response, 200, { text: 'a' }),
    );
    const { client } = clientAt(server.url, { transcribeModel: 'whisper-1' });
    expect(await client.recogniser.transcribe(voice)).toEqual({ kind: 'ok', text: 'a' });
  });

  test.each<[string, Script, object]>([
    [
      'too long',
      error(
        400,
        'invalid_value',
        'audio duration 1500.1 seconds is longer than 1400 seconds which is the maximum for this model',
      ),
      { kind: 'refused', code: 'too-long' },
    ],
    [
      'bad format',
      error(400, 'unsupported_value', 'Unsupported file format oga', 'file'),
      { kind: 'refused', code: 'bad-audio' },
    ],
    [
      '413',
      error(413, null, '413: Maximum content size limit (26214400) exceeded'),
      { kind: 'refused', code: 'too-big' },
    ],
    [
      'HTML 413',
      (_, r) => html(r, 413),
      { kind: 'refused', code: 'too-big', message: 'HTTP 413 (a page, not an answer)' },
    ],
    [
      'a wrong key',
      error(401, 'invalid_api_key', `Incorrect API key provided: ${apiKey}.`),
      { kind: 'refused', code: 'account' },
    ],
    [
      'no quota',
      error(429, 'insufficient_quota', 'You exceeded your current quota', null, final),
      { kind: 'refused', code: 'account' },
    ],
    [
      'the country',
      error(403, 'unsupported_country_region_territory', 'Country not supported'),
      { kind: 'refused', code: 'country' },
    ],
    [
      'the model',
      error(404, 'model_not_found', 'The model does not exist'),
      { kind: 'refused', code: 'model' },
    ],
    [
      '429',
      error(429, 'rate_limit_exceeded', 'x', null, { ...final, 'retry-after': '12' }),
      { kind: 'retry', afterMs: 12_000 },
    ],
    ['503', error(503, 'server_is_overloaded', 'x', null, final), { kind: 'retry', why: 'HTTP 503' }],
    ['200 without text', (_, r) => json(r, 200, {}), { kind: 'retry' }],
    ['a hang', () => undefined, { kind: 'retry' }],
    ['a stalled body', (_, r) => stall(r), { kind: 'retry' }],
  ])('%s', async (_, script, expected) => {
    await using server = await scriptedServer(script);
    const { client, log } = clientAt(server.url);
    const start = performance.now();
    const outcome = await client.recogniser.transcribe({ ...voice, timeoutMs: 300 });
    expect(outcome).toMatchObject(expected);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(server.seen).toHaveLength(1);
    expect(JSON.stringify([outcome, log.lines])).not.toContain(apiKey);
    expect(log.lines.some(({ level }) => level === 'error')).toBe(
      JSON.stringify(expected).includes('account'),
    );
  });

  test.each([
    ['a dropped connection', (_, response) => reset(response)],
    ['a server that wants to be asked again', error(503, null, 'x', null, { 'retry-after-ms': '1' })],
  ] satisfies [string, Script][])(
    '%s is not asked again behind the back of who counts',
    async (_, script) => {
      await using server = await scriptedServer(script);
      const { recogniser } = clientAt(server.url).client;
      expect(await recogniser.transcribe(voice)).toMatchObject({ kind: 'retry' });
      expect(server.seen).toHaveLength(1);
    },
  );

  test('what is too big is not sent', async () => {
    const { client } = clientAt(await closedPort());
    const audio = Buffer.alloc(25 * 1024 * 1024);
    expect(await client.recogniser.transcribe({ ...voice, audio })).toMatchObject({
      kind: 'refused',
      code: 'too-big',
    });
    expect(client.recogniser.can).toMatchObject({ times: 'none', longestAudioS: 1380 });
  });
});
