import { ContentFilterFinishReasonError, LengthFinishReasonError } from 'openai/error';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { withSandbox } from './testing.ts';

const at = withSandbox();

const MEETING = `Сегодня мы обсудили новый договор с поставщиком. Председатель: Сергей Иванов. Погода была хорошая.
Решили подписать договор до конца месяца. Анна отправит письмо Ивану до пятницы. Нужно проверить смету и позвонить в банк завтра.
Бюджет составит 150 тысяч рублей. В конце прозвучало слово МАРКЕР42.`;

const Minutes = z.object({
  title: z.string().describe('Subject of the meeting, up to eight words'),
  date: z.string().nullable(),
  participants: z.array(z.string()),
  decisions: z.array(z.string()),
  tasks: z.array(z.object({ task: z.string(), owner: z.string().nullable(), due: z.string().nullable() })),
  chair: z.string().nullable(),
  mood: z.enum(['calm', 'heated']),
});

const ask = (more: object = {}) => ({
  model: 'gpt-6-luna',
  messages: [
    { role: 'system' as const, content: 'Write the minutes of this meeting.' },
    { role: 'user' as const, content: MEETING },
  ],
  ...more,
});

describe('chat with a schema', () => {
  it('gives data from the text that satisfies it', async () => {
    const completion = await at.client.chat.completions.parse({
      ...ask(),
      response_format: zodResponseFormat(Minutes, 'minutes'),
    });
    expect(completion.choices[0]?.message.parsed).toEqual({
      title: 'Сегодня мы обсудили новый договор с поставщиком',
      date: null,
      participants: ['Сергей Иванов', 'Анна', 'Ивану'],
      decisions: ['Решили подписать договор до конца месяца.'],
      tasks: [
        { task: 'Анна отправит письмо Ивану до пятницы.', owner: 'Анна', due: 'до пятницы' },
        { task: 'Нужно проверить смету и позвонить в банк завтра.', owner: null, due: 'завтра' },
      ],
      chair: 'Сергей Иванов',
      mood: 'calm',
    });
    expect(completion.choices[0]?.finish_reason).toBe('stop');
    expect(completion.usage?.total_tokens).toBe(
      (completion.usage?.prompt_tokens ?? 0) + (completion.usage?.completion_tokens ?? 0),
    );
  });

  it('gives the same for the same request', async () => {
    const once = async () => {
      const { choices } = await at.client.chat.completions.create({
        ...ask(),
        response_format: zodResponseFormat(Minutes, 'minutes'),
      });
      return choices[0]?.message.content;
    };
    expect(await once()).toBe(await once());
  });

  it('streams it', async () => {
    const stream = at.client.chat.completions.stream({
      ...ask({ stream_options: { include_usage: true } }),
      response_format: zodResponseFormat(Minutes, 'minutes'),
    });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0]?.message.parsed).toMatchObject({ chair: 'Сергей Иванов' });
    expect(final.usage?.completion_tokens).toBeGreaterThan(0);
    const raw = await at.post('/chat/completions', { ...ask(), stream: true });
    expect(await raw.text()).toMatch(/data: \[DONE\]\n\n$/u);
  });

  it('refuses, stops at a length, filters, talks nonsense, says nothing: on demand', async () => {
    const { control } = at.sandbox;
    const parse = () =>
      at.client.chat.completions.parse({ ...ask(), response_format: zodResponseFormat(Minutes, 'minutes') });
    await control.addFault({ fault: { kind: 'refusal', message: 'No.' } });
    expect((await parse()).choices[0]?.message).toMatchObject({
      refusal: 'No.',
      parsed: null,
      content: null,
    });
    await control.addFault({ fault: { kind: 'length' } });
    await expect(parse()).rejects.toBeInstanceOf(LengthFinishReasonError);
    await control.addFault({ fault: { kind: 'content_filter' } });
    await expect(parse()).rejects.toBeInstanceOf(ContentFilterFinishReasonError);
    await control.addFault({ fault: { kind: 'invalid_json' } });
    await expect(parse()).rejects.toBeInstanceOf(SyntaxError);
    await control.addFault({ fault: { kind: 'empty' } });
    const { choices } = await at.client.chat.completions.create(ask());
    expect(choices[0]?.message.content).toBe('');
  });

  it('stops when the tokens are used up', async () => {
    const { choices, usage } = await at.client.chat.completions.create(ask({ max_completion_tokens: 10 }));
    expect(choices[0]?.finish_reason).toBe('length');
    expect(usage?.completion_tokens).toBe(10);
  });

  it('says what a script tells it', async () => {
    await at.sandbox.control.script({
      kind: 'answer',
      schemaName: 'minutes',
      content: { title: 'По сценарию' },
    });
    const { choices } = await at.client.chat.completions.create({
      ...ask(),
      response_format: zodResponseFormat(Minutes, 'minutes'),
    });
    expect(choices[0]?.message.content).toBe('{"title":"По сценарию"}');
  });
});

describe('strict schemas', () => {
  const object = (properties: object, more: object = {}) => ({
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
    ...more,
  });
  const chat = (schema: unknown, name: unknown = 'thing') =>
    at.post('/chat/completions', {
      ...ask(),
      response_format: { type: 'json_schema', json_schema: { name, strict: true, schema } },
    });

  it.each([
    [
      object({}, { additionalProperties: undefined }),
      "In context=(), 'additionalProperties' is required to be supplied and to be false.",
    ],
    [object({ a: { type: 'string' } }, { required: [] }), "Missing 'a'."],
    [
      object({ a: object({ b: { type: 'string' } }, { required: undefined }) }),
      "In context=('properties', 'a'), 'required' is required",
    ],
    [{ anyOf: [object({}), object({})] }, "'anyOf' is not permitted at the root."],
    [{ type: 'array', items: { type: 'string' } }, `got 'type: "array"'`],
    [object({ a: { allOf: [{ type: 'string' }] } }), "'allOf' is not permitted."],
    [
      object({ a: { type: 'string', minLength: 1 } }),
      "In context=('properties', 'a'), 'minLength' is not permitted.",
    ],
    [object({ a: { type: 'string', format: 'uri' } }), "'uri' is not a valid format."],
    [object({ a: {} }), "schema must have a 'type' key."],
    [object({ a: { type: 'array' } }), 'array schema missing items.'],
    [object({ a: { $ref: '#/$defs/absent' } }), 'reference can only point to definitions'],
    [undefined, `got 'type: "None"'`],
  ])('%j is refused', async (schema, message) => {
    const response = await chat(schema);
    expect(response.status).toBe(400);
    const { error } = z.object({ error: z.record(z.string(), z.unknown()) }).parse(await response.json());
    expect(error).toMatchObject({ type: 'invalid_request_error', param: 'response_format' });
    expect(error['message']).toContain(message);
    expect(error['message']).toMatch(/^Invalid schema for response_format 'thing': /u);
  });

  it('must have a proper name', async () => {
    for (const name of ['two words', 'x'.repeat(65), undefined]) {
      expect((await chat(object({ a: { type: 'string' } }), name)).status).toBe(
        name === undefined ? 200 : 400,
      );
    }
    const unnamed = await at.post('/chat/completions', {
      ...ask(),
      response_format: { type: 'json_schema', json_schema: { schema: object({}) } },
    });
    expect(await unnamed.json()).toMatchObject({ error: { param: 'response_format.json_schema.name' } });
  });

  it('need not be strict when strict is off', async () => {
    const response = await at.post('/chat/completions', {
      ...ask(),
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'loose',
          schema: { type: 'object', properties: { title: { type: 'string', minLength: 1 } } },
        },
      },
    });
    expect(response.status).toBe(200);
  });

  it('are refused by Responses with its own code', async () => {
    const format = { type: 'json_schema', name: 'thing', schema: { type: 'object', properties: {} } };
    const response = await at.post('/responses', { model: 'gpt-6-luna', input: 'Привет', text: { format } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { param: 'text.format.schema', code: 'invalid_json_schema' },
    });
  });
});

describe('plain chat', () => {
  it('is the gist of the whole text in its own sentences, and says that it is the sandbox', async () => {
    const { choices } = await at.client.chat.completions.create(ask());
    const content = choices[0]?.message.content ?? '';
    expect(content).toContain('Сегодня мы обсудили новый договор');
    expect(content).toContain('МАРКЕР42');
    expect(content).toMatch(/\(Это ответ песочницы[^)]*\)$/u);
  });

  it('answers in the language of the text', async () => {
    const { choices } = await at.client.chat.completions.create({
      model: 'gpt-6-luna',
      messages: [{ role: 'user', content: 'We met on Monday. Kate will call the bank.' }],
    });
    expect(choices[0]?.message.content).toMatch(/This is the sandbox/u);
  });

  it('in JSON mode fills the schema that the prompt tells, and insists on the word', async () => {
    const schema = JSON.stringify(
      z.toJSONSchema(z.object({ title: z.string(), tasks: z.array(z.string()) })),
    );
    const { choices } = await at.client.chat.completions.create({
      model: 'gpt-6-luna',
      messages: [
        { role: 'system', content: `Answer with JSON by this schema:\n${schema}` },
        { role: 'user', content: MEETING },
      ],
      response_format: { type: 'json_object' },
    });
    expect(JSON.parse(choices[0]?.message.content ?? '')).toMatchObject({
      tasks: [/^Анна/u, /^Нужно/u].map(() => expect.any(String)),
    });
    const without = await at.post('/chat/completions', {
      ...ask(),
      response_format: { type: 'json_object' },
    });
    expect(without.status).toBe(400);
  });
});

describe('parameters', () => {
  it.each([
    [{ max_tokens: 100 }, 'max_tokens', 'unsupported_parameter'],
    [{ temperature: 0.2 }, 'temperature', 'unsupported_value'],
    [{ top_p: 0.5 }, 'top_p', 'unsupported_value'],
    [{ colour: 'blue' }, 'colour', 'unknown_parameter'],
    [{ max_completion_tokens: 0 }, 'max_completion_tokens', 'integer_below_min_value'],
    [{ messages: [] }, 'messages', 'empty_array'],
    [{ messages: 'Привет' }, 'messages', 'invalid_type'],
    [{ messages: [{ role: 'boss', content: 'Привет' }] }, 'messages[0].role', 'invalid_value'],
    [{ response_format: { type: 'xml' } }, 'response_format.type', 'invalid_value'],
    [
      { messages: [{ role: 'user', content: 'слово '.repeat(140_000) }] },
      'messages',
      'context_length_exceeded',
    ],
  ])('%o is refused by a reasoning model', async (more, param, code) => {
    const response = await at.post('/chat/completions', ask(more));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param, code } });
  });

  it('the older models still take', async () => {
    const response = await at.post(
      '/chat/completions',
      ask({ model: 'gpt-4o-mini', max_tokens: 500, temperature: 0.2 }),
    );
    expect(response.status).toBe(200);
    await response.json();
    const default1 = await at.post('/chat/completions', ask({ temperature: 1 }));
    expect(default1.status).toBe(200);
  });

  it('of Responses likewise', async () => {
    const send = async (more: object) => {
      const response = await at.post('/responses', { model: 'gpt-6-luna', input: 'Привет', ...more });
      const body = z
        .looseObject({ error: z.looseObject({ code: z.string().nullable() }).nullable() })
        .parse(await response.json());
      return [response.status, body.error?.code ?? null];
    };
    expect(await send({ max_tokens: 100 })).toEqual([400, 'unknown_parameter']);
    expect(await send({ temperature: 0.2 })).toEqual([400, 'unsupported_value']);
    expect(await send({ max_output_tokens: 5 })).toEqual([400, 'integer_below_min_value']);
    expect(await send({ store: false, max_output_tokens: 500 })).toEqual([200, null]);
    expect(await send({ input: undefined })).toEqual([400, 'missing_required_parameter']);
  });

  it('a body that is no JSON', async () => {
    const response = await at.request('/chat/completions', { method: 'POST', body: '{"model":' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringContaining('could not parse') },
    });
  });
});

describe('responses', () => {
  const input = [
    { role: 'system' as const, content: 'Write the minutes.' },
    { role: 'user' as const, content: [{ type: 'input_text' as const, text: MEETING }] },
  ];
  const parse = () =>
    at.client.responses.parse({
      model: 'gpt-6-luna',
      input,
      store: false,
      text: { format: zodTextFormat(Minutes, 'minutes') },
    });

  it('gives parsed output', async () => {
    const response = await parse();
    expect(response.status).toBe('completed');
    expect(response.output_parsed).toMatchObject({
      chair: 'Сергей Иванов',
      tasks: [{ owner: 'Анна' }, { owner: null }],
    });
    expect(JSON.parse(response.output_text)).toEqual(response.output_parsed);
    expect(response).toMatchObject({ store: false, usage: { input_tokens: expect.any(Number) } });
  });

  it('takes a plain string', async () => {
    const response = await at.client.responses.create({
      model: 'gpt-6-luna',
      instructions: 'Summarise.',
      input: MEETING,
    });
    expect(response.output_text).toContain('МАРКЕР42');
  });

  it('refuses in a part of its own, and is incomplete for two reasons', async () => {
    const { control } = at.sandbox;
    await control.addFault({ fault: { kind: 'refusal', message: 'No.' } });
    const refused = await parse();
    expect(refused.output_parsed).toBeNull();
    expect(refused.output[0]).toMatchObject({ content: [{ type: 'refusal', refusal: 'No.' }] });
    const cut = await at.client.responses.create({
      model: 'gpt-6-luna',
      input: MEETING,
      max_output_tokens: 16,
    });
    expect(cut).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
    await control.addFault({ fault: { kind: 'content_filter' } });
    const filtered = await at.client.responses.create({ model: 'gpt-6-luna', input: MEETING });
    expect(filtered).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'content_filter' },
    });
  });

  it('streams events that the client puts together', async () => {
    const stream = at.client.responses.stream({
      model: 'gpt-6-luna',
      input,
      text: { format: zodTextFormat(Minutes, 'minutes') },
    });
    const types = new Set<string>();
    for await (const event of stream) types.add(event.type);
    const final = await stream.finalResponse();
    expect(final.output_parsed).toMatchObject({ chair: 'Сергей Иванов' });
    for (const type of ['response.created', 'response.output_text.delta', 'response.completed']) {
      expect(types).toContain(type);
    }
  });
});

describe('pictures', () => {
  const solid = (r: number, g: number, b: number) =>
    sharp({ create: { width: 640, height: 480, channels: 3, background: { r, g, b } } })
      .jpeg()
      .toBuffer();
  const dataUrl = (bytes: Buffer, type = 'jpeg') => `data:image/${type};base64,${bytes.toString('base64')}`;
  const look = (url: string) => ({
    model: 'gpt-6-luna',
    messages: [
      {
        role: 'user' as const,
        content: [
          { type: 'text' as const, text: 'Опиши картинку.' },
          { type: 'image_url' as const, image_url: { url } },
        ],
      },
    ],
  });

  it('are looked at as far as a sandbox can', async () => {
    const { choices } = await at.client.chat.completions.create(look(dataUrl(await solid(20, 40, 200))));
    expect(choices[0]?.message.content).toContain('640×480 пикселей, в основном синее');
    const response = await at.client.responses.create({
      model: 'gpt-6-luna',
      input: [
        {
          role: 'user',
          content: [{ type: 'input_image', image_url: dataUrl(await solid(200, 40, 20)), detail: 'auto' }],
        },
      ],
    });
    expect(response.output_text).toContain('640×480');
  });

  it('are judged one by one, magic colours badly', async () => {
    const Photos = z.object({
      photos: z.array(
        z.object({
          index: z.number().int(),
          ok: z.boolean(),
          minor: z.boolean(),
          faces: z.number().int(),
          reason: z.string().nullable(),
        }),
      ),
      samePerson: z.boolean(),
    });
    const pictures = [await solid(120, 110, 100), await solid(0, 0, 255), await solid(0, 255, 0)];
    const completion = await at.client.chat.completions.parse({
      model: 'gpt-6-luna',
      messages: [
        { role: 'system', content: 'Check the photos.' },
        {
          role: 'user',
          content: pictures.map((bytes) => ({ type: 'image_url', image_url: { url: dataUrl(bytes) } })),
        },
      ],
      response_format: zodResponseFormat(Photos, 'photos'),
    });
    expect(completion.choices[0]?.message.parsed?.photos).toEqual([
      { index: 0, ok: true, minor: false, faces: 1, reason: null },
      { index: 1, ok: false, minor: true, faces: 1, reason: 'minor' },
      { index: 2, ok: false, minor: false, faces: 0, reason: 'no-face' },
    ]);
  });

  it.each([
    ['no base64', 'data:image/png;base64,%%%', 'invalid_base64'],
    ['no picture', dataUrl(Buffer.from('not a picture')), 'invalid_image_format'],
    ['no address', 'file:///etc/passwd', 'invalid_image_url'],
    ['an address that is not there', 'http://127.0.0.1:9/none.jpg', 'invalid_image_url'],
    [
      'a format that is not taken',
      `data:image/svg+xml;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>').toString('base64')}`,
      'invalid_image_format',
    ],
  ])('%s is refused', async (_name, url, code) => {
    const response = await at.post('/chat/completions', look(url));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code } });
  });
});
