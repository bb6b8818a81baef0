import { ContentFilterFinishReasonError, LengthFinishReasonError } from 'openai/error';
import { zodResponseFormat } from 'openai/helpers/zod';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MEETING, Minutes, withSandbox } from './testing.ts';

const at = withSandbox();

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
