import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { clientAt, error, final } from '../testing/openai.ts';
import { html, json, type Script, scriptedServer } from '../testing/scripted-server.ts';

/** What servers that call themselves compatible leave out, refuse or add; each met in reports on the server named. */

const schema = z.object({ title: z.string() });
const ask = { schema, schemaName: 'minutes', system: 'You sum up.', user: 'Text' };
const voice = { audio: Buffer.from('OggS…'), fileName: 'voice.ogg', contentType: 'audio/ogg' };
const good = JSON.stringify({ title: 'Итог' });
const whole = (message: object, more: object = {}): object => ({
  choices: [{ index: 0, finish_reason: 'stop', message }],
  usage: { prompt_tokens: 10, completion_tokens: 5 },
  ...more,
});
const says =
  (body: unknown, status = 200): Script =>
  (_, response) =>
    json(response, status, body);
const bodyOf = ({ body }: { body: Buffer }) =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(body.toString()));

function events(response: ServerResponse, lines: readonly unknown[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const line of lines) response.write(`data: ${JSON.stringify(line)}\n\n`);
  response.end('data: [DONE]\n\n');
}

/** Complains of a request while it has this in it, and answers otherwise. */
const refusing =
  (part: string, complaint: string, answer: unknown, status = 400): Script =>
  (request, response) =>
    request.body.includes(part) ? json(response, status, { error: complaint }) : json(response, 200, answer);

describe('an answer in JSON', () => {
  test.each<[string, object]>([
    ['after a thought', whole({ content: `<think>{"title": 1}?\nNo.</think>\n\n${good}` })],
    ['after a thought whose beginning the template ate (DeepSeek)', whole({ content: `Hm.</think>${good}` })],
    [
      'beside a thought (vLLM, OpenRouter)',
      whole({ content: good, reasoning_content: 'Hm.', reasoning: 'Hm.' }),
    ],
    ['taken for the thought (vLLM)', whole({ content: null, reasoning_content: good })],
    [
      'in the channel of gpt-oss',
      whole({
        content: `<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>${good}<|return|>`,
      }),
    ],
    [
      'in a fence, with words around it',
      whole({ content: `Here it is:\n\`\`\`json\n${good}\n\`\`\`\nAnything else?` }),
    ],
    ['with words around it', whole({ content: `Sure! ${good} Bye.` })],
    ['as a text in JSON', whole({ content: JSON.stringify(good) })],
    [
      'in parts, of which one is a thought (Mistral)',
      whole({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
          { type: 'text', text: good },
        ],
      }),
    ],
    ['without usage', whole({ content: good }, { usage: undefined })],
    [
      'with usage in words',
      whole({ content: good }, { usage: { prompt_tokens: '10', completion_tokens: null } }),
    ],
    ['without an end', { choices: [{ finish_reason: null, message: { content: good } }] }],
    [
      'with the vendor’s own end (Together)',
      { choices: [{ finish_reason: 'eos', message: { content: good } }] },
    ],
    ['in the older form', { choices: [{ text: good }] }],
    ['with no refusal said as ""', whole({ content: good, refusal: '' })],
    ['beside an empty error', whole({ content: good }, { error: null })],
  ])('%s', async (_, body) => {
    await using server = await scriptedServer(says(body));
    expect(await clientAt(server.url).client.completeJson({ ...ask, repair: false })).toMatchObject({
      kind: 'ok',
      value: { title: 'Итог' },
    });
  });

  test.each<[string, Script, object]>([
    ['no choices (Azure’s filters)', says({ choices: [] }), { kind: 'retry' }],
    ['choices that are null (vLLM)', says({ choices: null }), { kind: 'retry' }],
    [
      'nothing but a thought that was cut',
      says({ choices: [{ finish_reason: 'length', message: { content: '<think>Hm' } }] }),
      { kind: 'length' },
    ],
    [
      'an end at the limit, in the vendor’s words',
      says({ choices: [{ finish_reason: 'MAX_TOKENS', message: { content: '{' } }] }),
      { kind: 'length' },
    ],
    [
      'an end by a filter, in the vendor’s words',
      says({ choices: [{ finish_reason: 'SAFETY', message: { content: null } }] }),
      { kind: 'filtered' },
    ],
    [
      'an end by an error (OpenRouter)',
      says({ choices: [{ finish_reason: 'error', message: { content: '{' } }] }),
      { kind: 'retry' },
    ],
    [
      'a filter as an error (Azure)',
      says({ error: { code: 'content_filter', message: 'The response was filtered' } }, 400),
      { kind: 'filtered' },
    ],
    [
      'a text longer than the model reads (vLLM)',
      says(
        {
          object: 'error',
          message: "This model's maximum context length is 4096 tokens. However, you requested 9000",
          type: 'BadRequestError',
          param: null,
          code: 400,
        },
        400,
      ),
      { kind: 'length' },
    ],
    [
      'the same of llama.cpp',
      says(
        {
          error: {
            code: 400,
            message: 'the request exceeds the available context size',
            type: 'exceed_context_size_error',
          },
        },
        400,
      ),
      { kind: 'length' },
    ],
    [
      'the same of Groq',
      says({ error: { code: 'rate_limit_exceeded', message: 'Request too large for model' } }, 413),
      { kind: 'length' },
    ],
    [
      'JSON that it could not make (Groq)',
      says({ error: { code: 'json_validate_failed', message: 'Failed to generate JSON' } }, 400),
      { kind: 'invalid' },
    ],
    [
      'an unknown model with 400 (LiteLLM)',
      says({ error: { message: 'Invalid model name passed in model=x', code: '400' } }, 400),
      { kind: 'refused', code: 'model' },
    ],
    [
      'an unknown model (Ollama)',
      says({ error: { message: 'model "x" not found, try pulling it first' } }, 404),
      { kind: 'refused', code: 'model' },
    ],
    [
      'an ended model (Groq)',
      says(
        { error: { message: 'The model `x` has been decommissioned', code: 'model_decommissioned' } },
        400,
      ),
      { kind: 'refused', code: 'model' },
    ],
    [
      'no model loaded (LM Studio)',
      says({ error: 'No models loaded. Please load a model.' }, 400),
      { kind: 'refused', code: 'model' },
    ],
    [
      'a deployment that is not there (Azure)',
      says({ error: { code: 'DeploymentNotFound', message: 'x' } }, 404),
      { kind: 'refused', code: 'model' },
    ],
    [
      'credits that ended (OpenRouter)',
      says({ error: { code: 402, message: 'Insufficient credits' } }, 402),
      { kind: 'refused', code: 'account' },
    ],
  ])('that is none: %s', async (_, script, expected) => {
    await using server = await scriptedServer(script);
    const { client, log } = clientAt(server.url);
    expect(await client.completeJson({ ...ask, repair: false })).toMatchObject(expected);
    expect(JSON.stringify(log.lines)).not.toContain('filtered"');
  });
});

describe('an error with 200', () => {
  test.each<[string, object, { kind: string; code?: string; why?: string }]>([
    [
      'with a code (OpenRouter)',
      { error: { code: 429, message: 'busy' } },
      { kind: 'retry', why: 'HTTP 429' },
    ],
    [
      'with a code as a text',
      { error: { code: '503', message: 'busy' }, choices: [] },
      { kind: 'retry', why: 'HTTP 503' },
    ],
    [
      'of the account',
      { error: { code: 402, message: 'Insufficient credits' } },
      { kind: 'refused', code: 'account' },
    ],
    [
      'of the model',
      { error: { message: 'x is not available', code: 404 } },
      { kind: 'refused', code: 'model' },
    ],
    ['in words only', { status: 'FAILED', error: 'err.supplier' }, { kind: 'retry', why: 'HTTP 502' }],
  ])('%s', async (_, body, expected) => {
    await using server = await scriptedServer((_request, response) => json(response, 200, body, final));
    expect(await clientAt(server.url).client.completeJson(ask)).toMatchObject(expected);
    const heard = await clientAt(server.url).client.recogniser.transcribe(voice);
    expect(heard).toMatchObject({ kind: expected.kind });
  });
});

describe('a request that is refused for a part of it is sent without, and so from then on', () => {
  test.each<[string, Script, (body: Record<string, unknown>) => void]>([
    [
      'a JSON mode (LM Studio has one of the two)',
      refusing('response_format', "'response_format.type' must be 'text'", whole({ content: good })),
      (body) => expect(body).not.toHaveProperty('response_format'),
    ],
    [
      'a schema, with 500 (llama.cpp)',
      refusing('"strict"', 'JSON schema conversion failed', whole({ content: good }), 500),
      (body) => expect(body).toMatchObject({ response_format: { type: 'json_object' } }),
    ],
    [
      'a system message (Gemma’s template)',
      refusing('"system"', 'System role not supported', whole({ content: good })),
      (body) => expect(body).toMatchObject({ messages: [{ role: 'user', content: 'You sum up.\n\nText' }] }),
    ],
    [
      'a limit of tokens in either word',
      refusing('tokens"', 'max_tokens and max_completion_tokens are not known', whole({ content: good })),
      (body) => expect(body).not.toHaveProperty('max_tokens'),
    ],
  ])('%s', async (_, script, check) => {
    await using server = await scriptedServer((request, response, index) => {
      response.setHeader('x-should-retry', 'false');
      script(request, response, index);
    });
    const { client } = clientAt(server.url);
    expect(await client.completeJson({ ...ask, maxOutputTokens: 50 })).toMatchObject({ kind: 'ok' });
    const [last] = server.seen.slice(-1);
    check(last ? bodyOf(last) : {});
    const before = server.seen.length;
    expect(await client.completeJson({ ...ask, maxOutputTokens: 50 })).toMatchObject({ kind: 'ok' });
    expect(server.seen).toHaveLength(before + 1);
  });

  test('a server that only streams', async () => {
    await using server = await scriptedServer((request, response) =>
      request.body.includes('"stream":true')
        ? events(response, [
            { choices: [{ delta: { role: 'assistant', content: '' } }] },
            { choices: [{ delta: { content: '{"title":' } }] },
            { choices: [{ delta: { content: '"Итог"}' }, finish_reason: 'stop' }] },
            { choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } },
          ])
        : json(response, 400, { detail: 'only stream=true is supported' }),
    );
    expect(await clientAt(server.url).client.completeJson(ask)).toEqual({
      kind: 'ok',
      value: { title: 'Итог' },
      usage: { inputTokens: 7, outputTokens: 3 },
    });
  });

  test('a schema that is taken and not kept to is told in words as well', async () => {
    await using server = await scriptedServer((request, response) =>
      json(response, 200, whole({ content: request.body.includes('JSON Schema') ? good : 'Итог.' })),
    );
    const { client } = clientAt(server.url);
    expect(await client.completeJson({ ...ask, repair: false })).toMatchObject({ kind: 'invalid' });
    expect(await client.completeJson({ ...ask, repair: false })).toMatchObject({ kind: 'ok' });
    expect(server.seen.map((one) => bodyOf(one)['response_format'])).toMatchObject([
      { type: 'json_schema' },
      { type: 'json_schema' },
    ]);
  });
});

describe('speech', () => {
  test.each<[string, Script, object]>([
    [
      'as bare text (whisper.cpp)',
      (_, r) => r.writeHead(200, { 'content-type': 'text/plain' }).end(' Да.\n'),
      { kind: 'ok', text: 'Да.' },
    ],
    [
      'as a line without words, of silence (whisper.cpp)',
      (_, r) => r.writeHead(200, { 'content-type': 'text/plain' }).end('\n'),
      { kind: 'ok', text: '' },
    ],
    ['as nothing at all (a gateway)', (_, r) => r.writeHead(200).end(), { kind: 'retry' }],
    [
      'as JSON that is said to be text',
      (_, r) => r.writeHead(200, { 'content-type': 'text/plain' }).end('{"text":"Да."}'),
      { kind: 'ok', text: 'Да.' },
    ],
    [
      'without length, segments, language (OVH)',
      says({ text: 'Да.', language: null, duration: null, segments: null }),
      { kind: 'ok', text: 'Да.' },
    ],
    [
      'with numbers as texts',
      says({ text: 'Да.', duration: '8.5', segments: [{ text: 'Да.', start: '0', end: '8.5' }] }),
      { kind: 'ok', durationS: 8.5, segments: [{ text: 'Да.', start: 0, end: 8.5 }] },
    ],
    [
      'with times in nanoseconds (LocalAI)',
      says({ text: 'Да.', segments: [{ id: 0, text: 'Да.', start: 0, end: 3_300_000_000 }] }),
      { kind: 'ok', segments: [{ text: 'Да.', start: 0, end: 3.3 }] },
    ],
    [
      'in segments only',
      says({ segments: [{ text: ' Да.' }, { text: ' Нет.' }] }),
      { kind: 'ok', text: 'Да. Нет.' },
    ],
    [
      'of another length than a number',
      says({ text: 'Да.', duration: '8 s', usage: 'none' }),
      { kind: 'ok', text: 'Да.' },
    ],
    [
      'in a stream',
      (_, r) =>
        events(r, [
          { type: 'transcript.text.delta', delta: 'Д' },
          { type: 'transcript.text.done', text: 'Да.' },
        ]),
      { kind: 'ok', text: 'Да.' },
    ],
    ['that is a page', (_, r) => html(r, 200), { kind: 'retry', why: 'unreadable answer' }],
    [
      'of a model that is not there (speaches)',
      says({ detail: "Model 'x' is not installed locally" }, 404),
      { kind: 'refused', code: 'model' },
    ],
    [
      'of a server that has none',
      says({ error: { message: 'This server does not support audio' } }, 501),
      { kind: 'refused', code: 'model' },
    ],
  ])('%s', async (_, script, expected) => {
    await using server = await scriptedServer(script);
    expect(await clientAt(server.url).client.recogniser.transcribe(voice)).toMatchObject(expected);
    expect(server.seen).toHaveLength(1);
  });

  test('segments without times are as good as none', async () => {
    await using server = await scriptedServer(
      says({ text: 'Да.', segments: [{ text: 'Да.', start: 0, end: 1 }, { text: 'x' }] }),
    );
    expect(await clientAt(server.url).client.recogniser.transcribe(voice)).toEqual({
      kind: 'ok',
      text: 'Да.',
    });
  });

  test('a server that knows neither formats nor hints is asked once plainly, and so from then on', async () => {
    await using server = await scriptedServer((request, response) => {
      const field = ['timestamp_granularities', 'response_format', 'language', 'prompt'].find((name) =>
        request.body.includes(`name="${name}`),
      );
      if (field === undefined) json(response, 200, { text: 'Да.' });
      else
        json(response, 422, {
          detail: [{ loc: ['body', field], msg: 'extra fields not permitted', input: 'секрет' }],
        });
    });
    const { client, log } = clientAt(server.url, { transcribeModel: 'whisper-1' });
    const said = { ...voice, language: 'ru', vocabulary: ['Aisha'] };
    expect(await client.recogniser.transcribe(said)).toEqual({ kind: 'ok', text: 'Да.' });
    const before = server.seen.length;
    expect(await client.recogniser.transcribe(said)).toEqual({ kind: 'ok', text: 'Да.' });
    expect(server.seen).toHaveLength(before + 1);
    expect(JSON.stringify(log.lines)).not.toContain('секрет');
  });
});

describe('moderation', () => {
  test.each<[string, object, object]>([
    [
      'without a word of its own',
      { results: [{ categories: { sexual: true, hate: false } }] },
      { kind: 'ok', flagged: true, categories: ['sexual'] },
    ],
    ['without categories', { results: [{ flagged: false }] }, { kind: 'ok', flagged: false }],
    ['bare', { results: { flagged: true, categories: null } }, { kind: 'ok', flagged: true }],
    [
      'in words',
      { results: [{ flagged: 'false', categories: { sexual: 'false' } }] },
      { kind: 'ok', flagged: false },
    ],
    ['that says neither yes nor no', { results: [{ id: 1 }] }, { kind: 'retry' }],
    ['of nothing', { results: [] }, { kind: 'retry' }],
  ])('%s', async (_, body, expected) => {
    await using server = await scriptedServer(says(body));
    expect(await clientAt(server.url).client.moderate({ text: 'x' })).toMatchObject(expected);
  });

  test.each<[string, Script, object]>([
    [
      'may be drawn',
      says(whole({ content: '{"flagged":false,"categories":[]}' })),
      { kind: 'ok', flagged: false },
    ],
    [
      'may not',
      says(whole({ content: '{"flagged":true,"categories":["sexual/minors"]}' })),
      { kind: 'ok', flagged: true, categories: ['sexual/minors'] },
    ],
    [
      'may not, by a category alone',
      says(whole({ content: '{"flagged":false,"categories":["hate"]}' })),
      { kind: 'ok', flagged: true },
    ],
    ['is not even judged', says(whole({ content: null, refusal: 'No.' })), { kind: 'ok', flagged: true }],
    ['gets no verdict', says(whole({ content: 'It depends.' })), { kind: 'retry' }],
    ['meets a model that may not be used', error(403, null, 'no access'), { kind: 'refused', code: 'model' }],
  ])('by a model, where there is no endpoint for it: what %s', async (_, script, expected) => {
    await using server = await scriptedServer(script);
    const { client } = clientAt(server.url, { moderation: 'model' });
    expect(await client.moderate({ text: 'x' })).toMatchObject(expected);
    expect(server.seen[0]?.path).toBe('/v1/chat/completions');
    expect(client.models.moderation).toBe('gpt-6-luna');
  });
});

test('a query of the base address is sent along (Azure)', async () => {
  await using server = await scriptedServer(says(whole({ content: 'Да' })));
  const { client } = clientAt(server.url, { baseUrl: `${server.url}/openai/v1?api-version=preview` });
  expect(await client.completeText({ system: 's', user: 'u' })).toMatchObject({ kind: 'ok', text: 'Да' });
  expect(server.seen[0]?.path).toBe('/openai/v1/chat/completions?api-version=preview');
});

test('models are known under what gateways make of their names', async () => {
  await using server = await scriptedServer(
    says({
      object: 'list',
      data: [{ id: 'llama3:latest' }, { id: 'openai/whisper-large-v3' }, { id: 'other/x' }],
    }),
  );
  const { client } = clientAt(server.url, {
    textModel: 'llama3',
    transcribeModel: 'whisper-large-v3',
    moderation: 'model',
  });
  expect(await client.describeModels()).toMatchObject([
    { use: 'text', offered: true, similar: [] },
    { use: 'speech', offered: false, similar: ['openai/whisper-large-v3'] },
    { use: 'vision', offered: false, similar: [] },
  ]);
});
