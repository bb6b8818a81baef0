import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  APIConnectionError,
  APIConnectionTimeoutError,
  AuthenticationError,
  InternalServerError,
  OpenAI,
  PermissionDeniedError,
  RateLimitError,
  toFile,
} from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeSpeech } from '../speech/encode.ts';
import { createOpenAiControl } from './control.ts';
import { SANDBOX_OPENAI_KEY } from './sandbox.ts';
import { SPOKEN, withSandbox } from './testing.ts';

const at = withSandbox();

let folder = '';
let voice: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'aisha-openai-faults-'));
  voice = await encodeSpeech(SPOKEN, { format: 'ogg' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const patient = (more: object = {}) =>
  new OpenAI({ apiKey: SANDBOX_OPENAI_KEY, baseURL: at.sandbox.url, maxRetries: 2, ...more });
const chat = (client: OpenAI) =>
  client.chat.completions.create({
    model: 'gpt-6-luna',
    messages: [{ role: 'user', content: 'Привет, как дела?' }],
  });
const speak = async (client: OpenAI) =>
  client.audio.transcriptions.create({ model: 'gpt-transcribe', file: await toFile(voice, 'voice.ogg') });
const retries = async () => (await at.sandbox.control.requests()).map((entry) => entry.retryCount);

/** What a call fails with. */
async function failure(call: PromiseLike<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('it succeeded');
}

describe('errors on demand', () => {
  it('429 with retry-after-ms is waited for and repeated', async () => {
    await at.sandbox.control.addFault({ times: 2, fault: { kind: 'rate_limit', retryAfterMs: 20 } });
    await expect(chat(patient())).resolves.toMatchObject({ object: 'chat.completion' });
    expect(await retries()).toEqual([0, 1, 2]);
  });

  it('429 with retry-after in seconds', async () => {
    await at.sandbox.control.addFault({ fault: { kind: 'rate_limit', retryAfter: 0.2 } });
    const started = performance.now();
    await chat(patient());
    expect(performance.now() - started).toBeGreaterThan(190);
  });

  it('429 with x-should-retry: false is not repeated', async () => {
    await at.sandbox.control.addFault({ times: null, fault: { kind: 'rate_limit', shouldRetry: false } });
    const error = await failure(chat(patient()));
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({
      status: 429,
      code: 'rate_limit_exceeded',
      requestID: expect.stringMatching(/^req_/u),
    });
    expect(await retries()).toEqual([0]);
  });

  it('quota: 429 insufficient_quota, or an empty balance', async () => {
    await at.sandbox.control.addFault({ fault: { kind: 'quota', shouldRetry: false } });
    await at.sandbox.control.addFault({ fault: { kind: 'quota', code: 'credit_balance_exhausted' } });
    expect(await failure(chat(patient()))).toMatchObject({
      code: 'insufficient_quota',
      type: 'insufficient_quota',
    });
    expect(await failure(chat(at.client))).toMatchObject({ status: 429, code: 'credit_balance_exhausted' });
  });

  it('country, key, 500, 503 and any other status', async () => {
    const { control } = at.sandbox;
    const after = async (fault: Parameters<typeof control.addFault>[0]['fault']) => {
      await control.addFault({ fault });
      return failure(chat(at.client));
    };
    const country = await after({ kind: 'country' });
    expect(country).toBeInstanceOf(PermissionDeniedError);
    expect(country).toMatchObject({ code: 'unsupported_country_region_territory' });
    expect(await after({ kind: 'bad_key' })).toBeInstanceOf(AuthenticationError);
    expect(await after({ kind: 'server_error' })).toBeInstanceOf(InternalServerError);
    expect(await after({ kind: 'overloaded' })).toMatchObject({ status: 503, code: 'server_is_overloaded' });
    const page = await after({ kind: 'status', status: 502, message: 'Bad Gateway', html: true });
    expect(page).toBeInstanceOf(InternalServerError);
    expect(String(page)).toContain('<html>');
  });

  it('204 resolves to null, as with the real one', async () => {
    await at.sandbox.control.addFault({ fault: { kind: 'no_content' } });
    expect(await chat(at.client)).toBeNull();
  });

  it('strike by route, model, content, and from the n-th request on', async () => {
    const { control } = at.sandbox;
    await control.addFault({ route: 'moderations', fault: { kind: 'server_error' } });
    await control.addFault({ model: 'gpt-5.4-mini', fault: { kind: 'server_error' } });
    await control.addFault({ contains: 'пароль', fault: { kind: 'server_error' } });
    await expect(chat(at.client)).resolves.toBeDefined();
    expect(await control.faults()).toHaveLength(3);
    await control.clearFaults();
    await control.addFault({ after: 1, fault: { kind: 'server_error' } });
    await chat(at.client);
    expect(await failure(chat(at.client))).toBeInstanceOf(InternalServerError);
    await expect(chat(at.client)).resolves.toBeDefined();
  });

  it('strike by what is said in a sound', async () => {
    const { control } = at.sandbox;
    await control.addFault({ says: 'nobody says this', fault: { kind: 'server_error' } });
    await control.addFault({ says: SPOKEN.slice(0, 2).join(' ').toLowerCase(), fault: { kind: 'country' } });
    expect(await failure(speak(at.client))).toBeInstanceOf(PermissionDeniedError);
    await expect(speak(at.client)).resolves.toMatchObject({ text: SPOKEN.join(' ') });
    expect(await control.faults()).toHaveLength(1);
  });
});

describe('connections', () => {
  it('reset in the middle of an upload: a buffer is sent again, a stream is not', async () => {
    await at.sandbox.control.addFault({
      route: 'transcriptions',
      fault: { kind: 'reset_upload', afterBytes: 1000 },
    });
    await expect(speak(patient())).resolves.toMatchObject({ text: SPOKEN.join(' ') });
    const [first, second] = await at.sandbox.control.requests();
    expect(first).toMatchObject({ fault: 'reset_upload', status: null });
    expect(second).toMatchObject({ fault: null, status: 200, retryCount: 1 });

    await at.sandbox.control.reset();
    await at.sandbox.control.addFault({ fault: { kind: 'reset_upload' } });
    const name = path.join(folder, 'voice.ogg');
    await writeFile(name, voice);
    const streamed = patient().audio.transcriptions.create({
      model: 'whisper-1',
      file: createReadStream(name),
    });
    expect(await failure(streamed)).toBeInstanceOf(APIConnectionError);
    expect(await retries()).toEqual([0]);
  });

  it('reset instead of an answer, the work done', async () => {
    await at.sandbox.control.addFault({ fault: { kind: 'reset_answer' } });
    await expect(speak(patient())).resolves.toMatchObject({ text: SPOKEN.join(' ') });
    const [lost] = await at.sandbox.control.requests();
    expect(lost).toMatchObject({ fault: 'reset_answer', file: { seconds: expect.any(Number) } });
  });

  it('hanging before the headers', async () => {
    await at.sandbox.control.addFault({ fault: { kind: 'hang' } });
    const error = await failure(chat(patient({ maxRetries: 0, timeout: 200 })));
    expect(error).toBeInstanceOf(APIConnectionTimeoutError);
    await expect.poll(async () => (await at.sandbox.control.requests())[0]?.aborted).toBe(true);
  });

  it('headers, then a body that stalls', async () => {
    await at.sandbox.control.addFault({ times: 2, fault: { kind: 'stall' } });
    const response = await at.request('/chat/completions', {
      method: 'POST',
      body: JSON.stringify({ model: 'gpt-6-luna', messages: [{ role: 'user', content: 'Привет' }] }),
      signal: AbortSignal.timeout(400),
    });
    expect(response.status).toBe(200);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(100);
    await expect(response.text()).rejects.toMatchObject({ name: 'TimeoutError' });
    const error = await failure(chat(patient({ maxRetries: 0, timeout: 300 })));
    expect(error).toBeInstanceOf(APIConnectionTimeoutError);
  });

  it('a slow answer', async () => {
    await at.sandbox.control.addFault({ fault: { kind: 'slow', ms: 150 } });
    const started = performance.now();
    await chat(at.client);
    expect(performance.now() - started).toBeGreaterThan(145);
  });
});

describe('access', () => {
  it('refuses a missing and a wrong key', async () => {
    const wrong = await failure(chat(new OpenAI({ apiKey: 'sk-somebody-else', baseURL: at.sandbox.url })));
    expect(wrong).toBeInstanceOf(AuthenticationError);
    expect(wrong).toMatchObject({ code: 'invalid_api_key' });
    expect(String(wrong)).not.toContain('somebody');
    const missing = await fetch(`${at.sandbox.url}/models`);
    expect(missing.status).toBe(401);
    expect(await missing.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
  });

  it('knows its routes only', async () => {
    const unknown = await at.request('/embeddings', { method: 'POST', body: '{}' });
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ error: { message: 'Invalid URL (POST /v1/embeddings)' } });
    expect((await at.request('/chat/completions')).status).toBe(405);
  });

  it('is controlled over HTTP as well', async () => {
    const control = createOpenAiControl(at.sandbox.url);
    const id = await control.addFault({ route: 'chat', fault: { kind: 'server_error' } });
    expect(await control.faults()).toMatchObject([{ id, route: 'chat', times: 1 }]);
    await control.removeFault(id);
    await chat(at.client);
    expect(await control.requests({ route: 'chat' })).toMatchObject([{ status: 200, model: 'gpt-6-luna' }]);
    await expect(control.addFault(JSON.parse('{"fault":{"kind":"earthquake"}}'))).rejects.toThrow(
      /add-fault/u,
    );
  });
});
