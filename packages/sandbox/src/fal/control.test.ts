import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFalControl } from './control-client.ts';
import type { FalControl } from './control.ts';
import { SANDBOX_FAL_KEY, startFalSandbox, type FalSandbox } from './server.ts';
import { clientOf, photoZip, until } from './testing.ts';

const FLUX = 'fal-ai/flux-lora';
const PORTRAIT = 'fal-ai/flux-lora-portrait-trainer';
let sandbox: FalSandbox;

beforeAll(async () => {
  sandbox = await startFalSandbox({
    settings: { timing: { trainingSeconds: 0.1, imageSeconds: 0, queueSeconds: 0 } },
  });
});
afterAll(() => sandbox.close());

interface Posted {
  status: number;
  body: unknown;
  headers: Headers;
}

async function post(path: string, input: object = { prompt: 'x' }): Promise<Posted> {
  const response = await fetch(`${sandbox.url}/${path}`, {
    method: 'POST',
    headers: { authorization: `Key ${SANDBOX_FAL_KEY}` },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(700),
  });
  const text = await response.text();
  const json = response.headers.get('content-type') === 'application/json';
  return { status: response.status, body: json ? JSON.parse(text) : text, headers: response.headers };
}

/** Resolves to what the queue replays for a job that was submitted with this prompt. */
async function resultOf(prompt: string, model = FLUX, input: object = { prompt }): Promise<unknown> {
  const fal = clientOf(sandbox.url);
  const { request_id: requestId } = await fal.queue.submit(model, { input });
  await until(async () => (await fal.queue.status(model, { requestId })).status === 'COMPLETED');
  return fal.queue.result(model, { requestId }).catch((error: unknown) => error);
}

// The same rules hold for the control in the process and for the one over HTTP.
const controls: [string, () => FalControl][] = [
  ['in the process', () => sandbox.control],
  ['over HTTP', () => createFalControl(`${sandbox.url}/`)],
];

describe.each(controls)('the control %s', (_name, make) => {
  let control: FalControl;
  beforeEach(async () => {
    control = make();
    await control.reset();
  });

  test.each([
    { status: 429, errorType: null },
    { status: 500, errorType: null },
    { status: 503, errorType: 'runner_scheduling_failure' },
    { status: 504, errorType: 'request_timeout' },
  ])('$status at submit: no job, and only once', async ({ status, errorType }) => {
    const named = errorType === null ? {} : { errorType };
    await control.addFault({ fault: { kind: 'http', status, ...named, userTimeout: status === 504 } });
    const answer = await post(FLUX);
    expect(answer).toMatchObject({ status, body: { detail: expect.any(String) } });
    expect(answer.body).toEqual(expect.objectContaining(errorType === null ? {} : { error_type: errorType }));
    expect(answer.headers.get('x-fal-error-type')).toBe(errorType);
    expect(answer.headers.get('x-fal-request-timeout-type')).toBe(status === 504 ? 'user' : null);
    expect(await control.paidJobs()).toEqual([]);
    expect((await post(FLUX)).status).toBe(200);
  });

  test('one submit that finds the account locked', async () => {
    await control.addFault({ fault: { kind: 'locked', reason: 'Payment method needed' } });
    expect(await post(FLUX)).toMatchObject({
      status: 403,
      body: { detail: 'User is locked. Reason: Payment method needed' },
    });
    expect(await control.paidJobs()).toEqual([]);
  });

  test('an HTML page instead of JSON', async () => {
    await control.addFault({ fault: { kind: 'http', status: 502, html: true } });
    const answer = await post(FLUX);
    expect(answer.headers.get('content-type')).toBe('text/html');
    expect(answer.body).toContain('<h1>502</h1>');
  });

  test('a reset or a hang, before the job or after it was made', async () => {
    for (const kind of ['reset', 'hang'] as const) {
      await control.reset();
      await control.addFault({ fault: { kind } });
      await expect(post(FLUX)).rejects.toThrow(kind === 'reset' ? 'fetch failed' : 'timeout');
      expect(await control.paidJobs()).toEqual([]);
      await control.addFault({ fault: { kind, afterJob: true } });
      await expect(post(FLUX)).rejects.toThrow(kind === 'reset' ? 'fetch failed' : 'timeout');
      expect(await control.paidJobs()).toHaveLength(1);
    }
  });

  test('rules: twice then well, the n-th call, every n-th, a model pattern, words of the prompt', async () => {
    const status = async (model = FLUX, prompt = 'x') => (await post(model, { prompt })).status;
    const fault = { kind: 'http', status: 503 } as const;
    await control.addFault({ fault, times: 2 });
    expect([await status(), await status(), await status()]).toEqual([503, 503, 200]);
    await control.clearFaults();
    await control.addFault({ fault, nth: 2 });
    expect([await status(), await status(), await status()]).toEqual([200, 503, 200]);
    await control.clearFaults();
    await control.addFault({ fault, every: 2, times: 'always' });
    expect([await status(), await status(), await status(), await status()]).toEqual([200, 503, 200, 503]);
    await control.clearFaults();
    await control.addFault({ fault, model: 'fal-ai/flux-2*', times: 'always' });
    expect([await status(), await status('fal-ai/flux-2/lora')]).toEqual([200, 503]);
    await control.clearFaults();
    const rule = await control.addFault({ fault, text: 'сад', times: 'always' });
    expect([await status(), await status(FLUX, 'в саду')]).toEqual([200, 503]);
    expect(await control.faults()).toMatchObject([{ id: rule.id, seen: 1, struck: 1 }]);
    expect(await control.removeFault(rule.id)).toBe(true);
    expect(await control.removeFault(rule.id)).toBe(false);
    expect(await status(FLUX, 'в саду')).toBe(200);
  });

  test('status, result, upload, file and JWKS can fail too', async () => {
    for (const operation of ['status', 'result', 'upload', 'jwks', 'file'] as const) {
      await control.addFault({ operation, fault: { kind: 'http', status: 500 } });
    }
    const { request_id: id } = await clientOf(sandbox.url).queue.submit(FLUX, { input: { prompt: 'x' } });
    const headers = { authorization: `Key ${SANDBOX_FAL_KEY}` };
    const statusOf = async (path: string) => (await fetch(`${sandbox.url}${path}`, { headers })).status;
    expect(await statusOf(`/${FLUX}/requests/${id}/status`)).toBe(500);
    expect(await statusOf(`/${FLUX}/requests/${id}`)).toBe(500);
    expect(await statusOf('/.well-known/jwks.json')).toBe(500);
    expect(await statusOf('/.well-known/jwks.json')).toBe(200);
    expect(await statusOf('/files/b/x/y')).toBe(500);
    expect((await post('storage/upload/initiate')).status).toBe(500);
  });

  test('the model refuses: content policy, no media; or fails half-way', async () => {
    for (const kind of ['content_policy_violation', 'no_media_generated'] as const) {
      await control.addFault({ fault: { kind } });
      expect(await resultOf('rude')).toMatchObject({
        status: 422,
        body: { detail: [{ type: kind, loc: ['body', 'prompt'], input: { prompt: 'rude' } }] },
      });
    }
    await control.addFault({ fault: { kind: 'failed', message: 'CUDA out of memory' }, model: PORTRAIT });
    const zip = await photoZip(4);
    const images = `data:application/zip;base64,${zip.toString('base64')}`;
    expect(await resultOf('', PORTRAIT, { images_data_url: images })).toMatchObject({
      status: 500,
      body: { detail: [{ type: 'internal_server_error', msg: 'CUDA out of memory' }] },
    });
  });

  test('a training that hangs for ever stays in progress until it is ended or cancelled', async () => {
    await control.addFault({ fault: { kind: 'never_ends' }, model: PORTRAIT });
    const zip = await photoZip(4);
    const fal = clientOf(sandbox.url);
    const { request_id: requestId } = await fal.queue.submit(PORTRAIT, {
      input: { images_data_url: `data:application/zip;base64,${zip.toString('base64')}` },
    });
    await until(async () => {
      const status = await fal.queue.status(PORTRAIT, { requestId, logs: true });
      return status.status === 'IN_PROGRESS' && status.logs.some((line) => line.message.startsWith(' 50%'));
    });
    expect((await control.paidJobs({ requestId }))[0]).toMatchObject({ state: 'IN_PROGRESS', status: null });
    await control.end(requestId);
    expect((await control.paidJobs({ requestId }))[0]).toMatchObject({ state: 'COMPLETED', status: 499 });
  });

  test('a CDN link that is dead, a result that is gone', async () => {
    const fal = clientOf(sandbox.url);
    await control.addFault({ fault: { kind: 'cdn_404' } });
    const drawn = await fal.subscribe(FLUX, { input: { prompt: 'x' }, pollInterval: 20 });
    expect((await fetch(drawn.data.images[0]?.url ?? '')).status).toBe(404);
    await control.addFault({ fault: { kind: 'expired' } });
    expect(await resultOf('x')).toMatchObject({ status: 404 });
    const kept = await fal.subscribe(FLUX, { input: { prompt: 'x' }, pollInterval: 20 });
    await control.expire(kept.requestId);
    await expect(fal.queue.result(FLUX, { requestId: kept.requestId })).rejects.toMatchObject({
      status: 404,
    });
  });

  test('magic words in a prompt need no rule', async () => {
    expect(await resultOf('a cat sandbox:policy')).toMatchObject({ status: 422 });
    expect(await resultOf('a cat sandbox:nsfw')).toMatchObject({ data: { has_nsfw_concepts: [true] } });
    expect((await post(FLUX, { prompt: 'a cat sandbox:429' })).status).toBe(429);
  });

  test('the journal: requests, paid jobs with their own id and input, cancels, settings', async () => {
    const hook = encodeURIComponent('http://127.0.0.1:9/fal?job=order-7&token=x');
    const input = { prompt: 'journaled', seed: 1 };
    await post(`${FLUX}?fal_webhook=${hook}`, input);
    const [job] = await control.paidJobs({ job: 'order-7' });
    expect(job).toMatchObject({
      model: FLUX,
      job: 'order-7',
      inputDigest: expect.stringMatching(/^[0-9a-f]{64}$/u),
    });
    const requestId = job?.requestId ?? '';
    expect(await control.jobInput(requestId)).toEqual(input);
    expect(await control.requests()).toMatchObject([
      { method: 'POST', path: `/${FLUX}`, status: 200, operation: 'submit', model: FLUX, requestId },
    ]);
    const changed = await control.configure({ retention: { bigBytes: 20_000 } });
    expect(changed).toMatchObject({ retention: { bigBytes: 20_000, seconds: 3600 }, concurrency: 2 });
    expect(await control.settings()).toEqual(changed);
    await control.configure({ retention: { bigBytes: 10_240 } });
    await expect(control.expire('nobody')).rejects.toThrow('no job nobody');
  });

  test('keys rotate', async () => {
    const jwks = async (): Promise<unknown> => (await fetch(sandbox.jwksUrl)).json();
    const jwk = await control.rotateKeys();
    expect(await jwks()).toEqual({ keys: [jwk] });
    const next = await control.rotateKeys({ keepOld: true });
    expect(await jwks()).toEqual({ keys: [next, jwk] });
  });
});

test('over HTTP nonsense is refused with the reason', async () => {
  const ask = async (name: string, body: unknown) => {
    const response = await fetch(`${sandbox.url}/sandbox/${name}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return response.status;
  };
  expect(await ask('add-fault', { fault: { kind: 'no such' } })).toBe(400);
  expect(await ask('configure', { concurrency: 0 })).toBe(400);
  expect(await ask('configure', { unknown: 1 })).toBe(400);
  expect(await ask('no-such', {})).toBe(404);
  expect((await fetch(`${sandbox.url}/sandbox/health`)).status).toBe(200);
  expect((await fetch(`${sandbox.url}/sandbox/paid-jobs?job=nobody`)).status).toBe(200);
});
