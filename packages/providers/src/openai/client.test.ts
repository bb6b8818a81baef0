import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { recordingLogger } from '../testing/recording-logger.ts';
import {
  closedPort,
  html,
  json,
  reset,
  scriptedServer,
  stall,
  type Script,
} from '../testing/scripted-server.ts';
import { createOpenAiClient } from './client.ts';

const apiKey = 'sk-secretsecretsecretsecret';

function clientAt(url: string, models: { transcribeModel?: string; textModel?: string } = {}) {
  const log = recordingLogger();
  const client = createOpenAiClient({
    config: {
      apiKey,
      baseUrl: `${url}/v1`,
      textModel: 'gpt-6-luna',
      transcribeModel: 'gpt-transcribe',
      visionModel: 'gpt-6-sol',
      moderationModel: 'omni-moderation-latest',
      ...models,
    },
    log,
  });
  return { client, log };
}

const error =
  (status: number, code: string | null, message: string, param: string | null = null, headers = {}): Script =>
  (_, response) =>
    json(response, status, { error: { message, type: 'x', param, code } }, headers);
/** Ends the library's own repeats, which have tests of their own. */
const final = { 'x-should-retry': 'false' };

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
    const outcome = await client.transcribe({ ...voice, language: 'ru', prompt: 'Aisha' });
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
    expect(await client.transcribe({ ...voice, language: 'ru' })).toEqual({
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
    expect(await client.transcribe({ ...voice, prompt: 'x' })).toMatchObject({
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
    expect(await client.transcribe({ ...voice, language: 'kk' })).toEqual({ kind: 'ok', text: 'a' });
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
    expect(await client.transcribe(voice)).toEqual({ kind: 'ok', text: 'a' });
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
    [
      '503',
      error(503, 'server_is_overloaded', 'x', null, final),
      { kind: 'retry', why: 'HTTP 503 server_is_overloaded' },
    ],
    ['200 without text', (_, r) => json(r, 200, {}), { kind: 'retry' }],
    ['a hang', () => undefined, { kind: 'retry' }],
    ['a stalled body', (_, r) => stall(r), { kind: 'retry' }],
  ])('%s', async (_, script, expected) => {
    await using server = await scriptedServer(script);
    const { client, log } = clientAt(server.url);
    const start = performance.now();
    const outcome = await client.transcribe({ ...voice, timeoutMs: 300 });
    expect(outcome).toMatchObject(expected);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(server.seen).toHaveLength(1);
    expect(JSON.stringify([outcome, log.lines])).not.toContain(apiKey);
    expect(log.lines.some(({ level }) => level === 'error')).toBe(
      JSON.stringify(expected).includes('account'),
    );
  });

  test('passing trouble is bridged: the upload has a length and can be repeated', async () => {
    await using server = await scriptedServer((_, response, index) =>
      index === 0 ? reset(response) : json(response, 200, { text: 'a' }),
    );
    expect(await clientAt(server.url).client.transcribe(voice)).toEqual({ kind: 'ok', text: 'a' });
    expect(server.seen[1]?.headers['x-stainless-retry-count']).toBe('1');
  });

  test('what is too big is not sent', async () => {
    const { client } = clientAt(await closedPort());
    const audio = Buffer.alloc(25 * 1024 * 1024);
    expect(await client.transcribe({ ...voice, audio })).toMatchObject({ kind: 'refused', code: 'too-big' });
    expect(client.speech).toMatchObject({ format: 'json', longestAudioS: 1380 });
  });
});

const completion =
  (content: string | null, finish = 'stop', refusal: string | null = null): Script =>
  (_, response) =>
    json(response, 200, {
      choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', content, refusal } }],
      usage: { prompt_tokens: 10, completion_tokens: 5 },
    });

describe('complete', () => {
  const schema = z.object({
    title: z.string(),
    tasks: z.array(z.object({ text: z.string(), due: z.string().nullable() })),
  });
  const value = { title: 'Встреча', tasks: [{ text: 'отчёт', due: null }] };
  const ask = { schema, schemaName: 'minutes', system: 'You sum up.', user: 'Text' };
  const bodies = (server: { seen: readonly { body: Buffer }[] }) =>
    server.seen.map(({ body }) => z.record(z.string(), z.unknown()).parse(JSON.parse(body.toString())));

  test('by a strict schema', async () => {
    await using server = await scriptedServer(completion(JSON.stringify(value)));
    const outcome = await clientAt(server.url).client.completeJson({ ...ask, maxOutputTokens: 100 });
    expect(outcome).toEqual({ kind: 'ok', value, usage: { inputTokens: 10, outputTokens: 5 } });
    expect(bodies(server)[0]).toMatchObject({
      model: 'gpt-6-luna',
      max_completion_tokens: 100,
      messages: [
        { role: 'system', content: 'You sum up.' },
        { role: 'user', content: 'Text' },
      ],
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'minutes',
          strict: true,
          schema: { additionalProperties: false, required: ['title', 'tasks'] },
        },
      },
    });
  });

  test.each<[string, Script, object]>([
    ['a refusal', completion(null, 'stop', 'I cannot'), { kind: 'refusal', message: 'I cannot' }],
    ['length', completion('{"title":', 'length'), { kind: 'length' }],
    ['a filter', completion(null, 'content_filter'), { kind: 'filtered' }],
    [
      'no choices',
      (_, r) => json(r, 200, { choices: [] }),
      { kind: 'retry', afterMs: null, why: 'unreadable answer' },
    ],
    [
      'nothing at all',
      (_, r) => void r.writeHead(204).end(),
      { kind: 'retry', afterMs: null, why: 'unreadable answer' },
    ],
  ])('%s', async (_, script, expected) => {
    await using server = await scriptedServer(script);
    expect(await clientAt(server.url).client.completeJson(ask)).toEqual(expected);
    expect(server.seen).toHaveLength(1);
  });

  test('one repair, and only one', async () => {
    await using server = await scriptedServer((request, response, index) =>
      completion(index === 0 ? '{"title":1}' : JSON.stringify(value))(request, response, index),
    );
    expect(await clientAt(server.url).client.completeJson(ask)).toEqual({
      kind: 'ok',
      value,
      usage: { inputTokens: 20, outputTokens: 10 },
    });
    expect(JSON.stringify(bodies(server)[1])).toContain('not valid by the schema');
    server.script = completion('never JSON');
    expect(await clientAt(server.url).client.completeJson(ask)).toMatchObject({ kind: 'invalid' });
    expect(server.seen).toHaveLength(4);
  });

  test('a server without json_schema, then without JSON mode, is learned once', async () => {
    await using server = await scriptedServer((request, response, index) => {
      const body = request.body.toString();
      if (body.includes('"response_format"'))
        error(400, null, 'response_format is not supported')(request, response, index);
      else if (body.includes('max_completion_tokens'))
        error(422, null, 'unknown field max_completion_tokens')(request, response, index);
      else completion(`\`\`\`json\n${JSON.stringify(value)}\n\`\`\``)(request, response, index);
    });
    const { client } = clientAt(server.url, { textModel: 'llama' });
    expect(await client.completeJson({ ...ask, maxOutputTokens: 50 })).toMatchObject({ kind: 'ok', value });
    expect(server.seen).toHaveLength(4);
    expect(bodies(server)[1]).toMatchObject({ response_format: { type: 'json_object' } });
    expect(bodies(server)[3]).toMatchObject({ max_tokens: 50 });
    expect(JSON.stringify(bodies(server)[3])).toContain('additionalProperties');
    expect(await client.completeJson(ask)).toMatchObject({ kind: 'ok' });
    expect(server.seen).toHaveLength(5);
  });

  test('text, and what was cut off says so', async () => {
    await using server = await scriptedServer(completion(' Итог '));
    const { client } = clientAt(server.url);
    const usage = { inputTokens: 10, outputTokens: 5 };
    expect(await client.completeText({ system: 's', user: 'u' })).toEqual({
      kind: 'ok',
      text: 'Итог',
      usage,
    });
    expect(bodies(server)[0]).not.toHaveProperty('response_format');
    server.script = completion('Ито', 'length');
    expect(await client.completeText({ system: 's', user: 'u' })).toEqual({
      kind: 'length',
      text: 'Ито',
      usage,
    });
    server.script = completion('');
    expect(await client.completeText({ system: 's', user: 'u' })).toMatchObject({ kind: 'retry' });
  });

  test('pictures go as data to the vision model', async () => {
    await using server = await scriptedServer(completion('a cat'));
    const images = [{ data: Buffer.from('jpeg'), contentType: 'image/jpeg' }];
    const outcome = await clientAt(server.url).client.describeImages({ system: 's', user: 'What?', images });
    expect(outcome).toMatchObject({ kind: 'ok', text: 'a cat' });
    expect(bodies(server)[0]).toMatchObject({
      model: 'gpt-6-sol',
      messages: [
        {},
        {
          content: [
            { type: 'text', text: 'What?' },
            { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,anBlZw==' } },
          ],
        },
      ],
    });
  });

  test('the account, and the caller who gives up', async () => {
    await using server = await scriptedServer(error(401, 'invalid_api_key', 'x'));
    const { client, log } = clientAt(server.url);
    expect(await client.completeText({ system: 's', user: 'u' })).toMatchObject({
      kind: 'refused',
      code: 'account',
    });
    expect(log.lines[0]?.level).toBe('error');
    server.script = () => undefined;
    const signal = AbortSignal.timeout(100);
    expect(await client.completeText({ system: 's', user: 'u', signal })).toMatchObject({ kind: 'retry' });
  });
});

describe('moderate', () => {
  const result =
    (flagged: boolean, categories: Record<string, boolean>): Script =>
    (_, response) =>
      json(response, 200, { id: 'm', model: 'm', results: [{ flagged, categories, category_scores: {} }] });

  test('flagged or not', async () => {
    await using server = await scriptedServer(result(true, { sexual: false, 'sexual/minors': true }));
    const { client } = clientAt(server.url);
    const image = { data: Buffer.from('x'), contentType: 'image/png' };
    expect(await client.moderate({ text: 'x', image })).toEqual({
      kind: 'ok',
      flagged: true,
      categories: ['sexual/minors'],
    });
    expect(JSON.parse(String(server.seen[0]?.body))).toEqual({
      model: 'omni-moderation-latest',
      input: [
        { type: 'text', text: 'x' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,eA==' } },
      ],
    });
    server.script = result(false, { sexual: false });
    expect(await client.moderate({ text: 'x' })).toEqual({ kind: 'ok', flagged: false, categories: [] });
  });

  test.each<[string, Script, object]>([
    ['a server without it', (_, r) => html(r, 404), { kind: 'unavailable', account: false }],
    ['the account', error(401, 'invalid_api_key', 'x'), { kind: 'unavailable', account: true }],
    ['trouble', error(500, null, 'x', null, final), { kind: 'unavailable', account: false }],
  ])('no verdict: %s', async (_, script, expected) => {
    await using server = await scriptedServer(script);
    expect(await clientAt(server.url).client.moderate({ text: 'x' })).toMatchObject(expected);
  });
});

describe('describeModels', () => {
  test('dates from the server, else from the table', async () => {
    await using server = await scriptedServer((_, response) =>
      json(response, 200, {
        object: 'list',
        data: [
          { id: 'gpt-6-sol', object: 'model', created: 1, owned_by: 'openai', shutdown_date: '2028-01-01' },
          { id: 'whisper-1', object: 'model', created: 1, owned_by: 'openai' },
        ],
      }),
    );
    const { client } = clientAt(server.url, {
      transcribeModel: 'whisper-1',
      textModel: 'gpt-4o-mini-2024-07-18',
    });
    expect(await client.describeModels()).toEqual([
      { use: 'text', model: 'gpt-4o-mini-2024-07-18', shutdownDate: '2027-01-14', offered: false },
      { use: 'speech', model: 'whisper-1', shutdownDate: '2027-02-26', offered: true },
      { use: 'vision', model: 'gpt-6-sol', shutdownDate: '2028-01-01', offered: true },
      { use: 'moderation', model: 'omni-moderation-latest', shutdownDate: null, offered: false },
    ]);
  });

  test('a server that does not list them', async () => {
    await using server = await scriptedServer((_, response) => html(response, 404));
    const reports = await clientAt(server.url).client.describeModels();
    expect(reports.map(({ offered }) => offered)).toEqual([null, null, null, null]);
  });
});
