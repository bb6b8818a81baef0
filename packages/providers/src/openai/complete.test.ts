import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { clientAt, error } from '../testing/openai.ts';
import { json, scriptedServer, type Script } from '../testing/scripted-server.ts';

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
    const outcome = await clientAt(server.url).client.completeText({ system: 's', user: 'What?', images });
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
