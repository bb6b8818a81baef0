import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { withSandbox } from './testing.ts';

const at = withSandbox();

const ask = (more: object = {}) => ({
  model: 'gpt-6-luna',
  messages: [{ role: 'user', content: 'Сегодня мы решили подписать договор.' }],
  ...more,
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
