import { describe, expect, test } from 'vitest';
import { clientAt, error, final } from '../testing/openai.ts';
import { html, json, scriptedServer, type Script } from '../testing/scripted-server.ts';

test('what is billed is counted: tokens of texts, minutes of speech', async () => {
  await using server = await scriptedServer((request, response) =>
    request.path.endsWith('/transcriptions')
      ? json(response, 200, { text: 'Привет', usage: { type: 'duration', seconds: 120 } })
      : json(response, 200, {
          choices: [
            { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Да', refusal: null } },
          ],
          usage: { prompt_tokens: 10, completion_tokens: 5 },
        }),
  );
  const { client, metrics } = clientAt(server.url);
  await client.completeText({ system: 's', user: 'u' });
  await client.completeText({ system: 's', user: 'u' });
  await client.recogniser.transcribe({
    audio: Buffer.from('x'),
    fileName: 'a.ogg',
    contentType: 'audio/ogg',
  });
  const of = async (name: string) => (await metrics.registry.getSingleMetric(name)?.get())?.values;
  expect(await of('aisha_provider_tokens_total')).toMatchObject([
    { labels: { model: 'gpt-6-luna', direction: 'input' }, value: 20 },
    { labels: { model: 'gpt-6-luna', direction: 'output' }, value: 10 },
  ]);
  expect(await of('aisha_provider_cost_usd_total')).toMatchObject([
    { labels: { provider: 'openai', model: 'gpt-transcribe' }, value: expect.closeTo(0.009, 6) },
  ]);
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
    ['a server without it', (_, r) => html(r, 404), { kind: 'refused', code: 'model' }],
    [
      'a key that may not use it',
      error(403, 'model_not_found', 'Project `p` does not have access to model `m`'),
      { kind: 'refused', code: 'model' },
    ],
    ['the account', error(401, 'invalid_api_key', 'x'), { kind: 'refused', code: 'account' }],
    ['trouble', error(500, null, 'x', null, final), { kind: 'retry', why: 'HTTP 500' }],
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
      {
        use: 'text',
        model: 'gpt-4o-mini-2024-07-18',
        shutdownDate: '2027-01-14',
        offered: false,
        similar: [],
      },
      { use: 'speech', model: 'whisper-1', shutdownDate: '2027-02-26', offered: true, similar: [] },
      { use: 'vision', model: 'gpt-6-sol', shutdownDate: '2028-01-01', offered: true, similar: [] },
      { use: 'moderation', model: 'omni-moderation-latest', shutdownDate: null, offered: false, similar: [] },
    ]);
  });

  test('a server that does not list them', async () => {
    await using server = await scriptedServer((_, response) => html(response, 404));
    const reports = await clientAt(server.url).client.describeModels();
    expect(reports.map(({ offered }) => offered)).toEqual([null, null, null, null]);
  });
});
