import { zodTextFormat } from 'openai/helpers/zod';
import { describe, expect, it } from 'vitest';
import { MEETING, Minutes, withSandbox } from './testing.ts';

const at = withSandbox();

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
