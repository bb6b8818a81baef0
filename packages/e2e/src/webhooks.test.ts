import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type FalFault, type PaidJob, signWebhook } from '@aisha/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Person } from './person.ts';
import { type Product, startProduct } from './product.ts';
import { leaks } from './secrets.ts';
import { isImage, orderImages } from './steps.ts';
import { eventually } from './waiting.ts';
import { RU } from './words.ts';

let product: Product;
let person: Person;
beforeAll(async () => {
  product = await startProduct({ name: 'webhooks' });
  await product.fal.configure({ timing: { imageSeconds: 0.3, queueSeconds: 0.1 } });
});
beforeEach(async () => {
  person = await Person.join(product.telegram, 'Анна', 'ru');
});
afterAll(() => product.stop());

/** Orders a picture whose request meets this fault; resolves when FAL has the request. */
async function order(fault: FalFault): Promise<{ after: number; falJob: string; paid: PaidJob }> {
  const text = `cat ${randomUUID()}`;
  await product.fal.addFault({ fault, text });
  const after = await orderImages(person, RU, text);
  return eventually('FAL has the request', async () => {
    const [row] = await product.sql(
      'select f.id from fal_jobs f join orders o on o.id = f.order_id where o.owner_id = $1',
      [person.id],
    );
    const falJob = String(row?.['id']);
    const [paid] = await product.fal.paidJobs({ job: falJob });
    return paid && { after, falJob, paid };
  });
}

interface Sent {
  readonly path?: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
  readonly method?: string;
}

async function send({ path = '/webhook/fal/status', body, headers = {}, method = 'POST' }: Sent) {
  const response = await fetch(`${product.stack.nginx.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
    redirect: 'manual',
  });
  return { status: response.status, text: await response.text() };
}

const pathOf = ({ webhookUrl }: PaidJob) => {
  const { pathname, search } = new URL(webhookUrl ?? '');
  return `${pathname}${search}`;
};
const bodyFor = (requestId: string) =>
  JSON.stringify({ request_id: requestId, gateway_request_id: requestId, status: 'OK', payload: {} });
const genuine = (body: string, requestId: string, ageSeconds = 0) =>
  product.fal.sign(body, { requestId, timestamp: Math.floor(Date.now() / 1_000) - ageSeconds });

async function webhookSeen(falJob: string): Promise<boolean> {
  const [row] = await product.sql('select webhook_at from fal_jobs where id = $1', [falJob]);
  return row?.['webhook_at'] instanceof Date;
}
const results = async (after: number) =>
  (await person.messages()).filter(({ id, file }) => id > after && file);

describe('what is not a webhook of ours is turned away and changes nothing', () => {
  let job: Awaited<ReturnType<typeof order>>;
  let body: string;

  beforeAll(async () => {
    person = await Person.join(product.telegram, 'Мишень', 'ru');
    job = await order({ kind: 'never_ends' });
    body = bodyFor(job.paid.requestId);
  });

  const requestId = () => job.paid.requestId;
  const cases: [string, number, () => Promise<Sent>][] = [
    ['a forged one', 401, async () => ({ body, headers: signWebhook(body, { requestId: requestId() }) })],
    ['one without a signature', 401, async () => ({ body })],
    [
      'an altered one',
      401,
      async () => ({ body: body.replace('OK', 'ERROR'), headers: await genuine(body, requestId()) }),
    ],
    [
      'one whose body names another request than its signature',
      401,
      async () => ({ body, headers: await genuine(body, randomUUID()) }),
    ],
    ['a stale one', 401, async () => ({ body, headers: await genuine(body, requestId(), 400) })],
    ['one from the future', 401, async () => ({ body, headers: await genuine(body, requestId(), -400) })],
    [
      'a genuine one with a token that is not ours',
      404,
      async () => ({
        path: `/webhook/fal/status?job=${job.falJob}&token=${Buffer.alloc(32).toString('base64url')}`,
        body,
        headers: await genuine(body, requestId()),
      }),
    ],
    [
      "a genuine one about somebody else's request",
      404,
      async () => {
        const id = randomUUID();
        return { path: '/webhook/fal/status', body: bodyFor(id), headers: await genuine(bodyFor(id), id) };
      },
    ],
    [
      'a malformed one',
      400,
      async () => ({ body: '{"request_id":', headers: await genuine('{"request_id":', requestId()) }),
    ],
    [
      'one of another shape',
      400,
      async () => ({ body: '{"status":"OK"}', headers: await genuine('{"status":"OK"}', requestId()) }),
    ],
    ['one of 10 MB', 413, async () => ({ body: Buffer.alloc(10 * 1024 * 1024, 'a') })],
    ['a GET', 405, async () => ({ method: 'GET' })],
    ['an unknown path', 404, async () => ({ path: '/webhook/fal/other', body })],
    [
      'an update, while the bot polls',
      404,
      async () => ({ path: '/webhook/telegram', body: '{"update_id":1}' }),
    ],
  ];

  test.each(cases)('%s: %d', async (_what, status, make) => {
    const sent = await make();
    // With our own address and token, unless it is about them: only what is wrong is wrong.
    const answer = await send({ ...sent, path: sent.path ?? pathOf(job.paid) });
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(/at .*\.(ts|js):\d+|Error:/);
    expect(await webhookSeen(job.falJob)).toBe(false);
    const [row] = await product.sql('select state from fal_jobs where id = $1', [job.falJob]);
    expect(row?.['state']).toBe('submitted');
  });
});

test('a webhook that comes three times, and again when all is over, tells one result', async () => {
  const { after, paid, falJob } = await order({ kind: 'webhook_repeated', count: 3 });
  await person.see(isImage, 'the picture', { after });
  await eventually('all three came', async () => {
    const sent = await product.fal.webhooks({ requestId: paid.requestId });
    return sent.length === 3 && sent.every(({ status }) => status === 200);
  });
  expect((await product.fal.sendWebhook(paid.requestId)).status).toBe(200);
  // What the repeats enqueued is worked off: another order, later, is done.
  await orderImages(person, RU, 'later');
  await eventually('the later picture', async () => (await results(after)).length >= 2);
  expect(await results(after)).toHaveLength(2);
  const told = await product.sql(
    `select n.state from notifications n join fal_jobs f on n.key = 'order:' || f.order_id || ':ended' where f.id = $1`,
    [falJob],
  );
  expect(told).toEqual([{ state: 'sent' }]);
});

test('a webhook that comes before the submit is answered is not lost', async () => {
  const { after, falJob } = await order({ kind: 'webhook_early' });
  await person.see(isImage, 'the picture', { after });
  expect(await webhookSeen(falJob)).toBe(true);
});

test('a webhook to the address of the older system, which carries no token, is taken', async () => {
  const { after, falJob, paid } = await order({ kind: 'webhook_lost' });
  await person.see(isImage, 'the picture', { after });
  expect(await webhookSeen(falJob)).toBe(false);
  const body = bodyFor(paid.requestId);
  const headers = await genuine(body, paid.requestId);
  const answer = await send({ path: '/api/v1/avatar/status_update', body, headers });
  expect(answer).toEqual({ status: 200, text: '{"status":"accepted"}' });
  await eventually('it reaches its job', () => webhookSeen(falJob));
  expect(await results(after)).toHaveLength(1);
});

test('a lost webhook is made up for by asking FAL', async () => {
  const { after, falJob, paid } = await order({ kind: 'webhook_lost' });
  await person.see(isImage, 'the picture', { after });
  expect(await webhookSeen(falJob)).toBe(false);
  const sent = await product.fal.webhooks({ requestId: paid.requestId });
  expect(sent.every(({ outcome }) => outcome === 'lost on purpose')).toBe(true);
});

test('an answer that got lost on the way costs no second request', async () => {
  const { after, falJob } = await order({ kind: 'reset', afterJob: true });
  await person.see(isImage, 'the picture', { after });
  expect(await product.fal.paidJobs({ job: falJob })).toHaveLength(1);
});

test('both replicas take part, and one job can be followed through every process by its ids', async () => {
  const seen = readFileSync(product.stack.nginx.logs.webhook, 'utf8');
  for (const { port } of product.stack.apps.filter(({ name }) => name.startsWith('webhook-api')))
    expect(seen).toContain(`"replica":"127.0.0.1:${port}"`);

  const { after, falJob, paid } = await order({ kind: 'slow', seconds: 0.5 });
  await person.see(isImage, 'the picture', { after });
  const [row] = await product.sql('select order_id from fal_jobs where id = $1', [falJob]);
  const orderId = String(row?.['order_id']);
  const lines = (component: RegExp, ...ids: string[]) =>
    product.lines(component).filter((line) => ids.every((id) => line.includes(id)));
  expect(lines(/^bot-polling/, '"order queued"', orderId)).toHaveLength(1);
  expect(lines(/^worker/, '"submitted to FAL"', orderId, falJob)).toHaveLength(1);
  expect(lines(/^webhook-api/, '"FAL webhook"', falJob, paid.requestId)).toHaveLength(1);
  await eventually('the end is logged', async () => {
    return (
      lines(/^worker/, '"order succeeded"', orderId).length === 1 &&
      lines(/^worker/, '"told"', orderId).length === 1
    );
  });
  expect(readFileSync(product.stack.nginx.logs.webhook, 'utf8')).toContain(
    `"fal_request_id":"${paid.requestId}"`,
  );
  // One JSON object a line: search and alerts depend on it.
  for (const line of product.lines(/^(bot-polling|worker|webhook-api)/))
    expect(JSON.parse(line)).toHaveProperty('msg');
});

// After the forged ones: whose keys were asked for lately, waits before it asks again.
test('a webhook signed with a new key is taken as soon as FAL shows the key', async () => {
  const { after, falJob } = await order({ kind: 'webhook_rotated_key' });
  await person.see(isImage, 'the picture', { after });
  await eventually('the webhook is taken', () => webhookSeen(falJob));
  expect(await results(after)).toHaveLength(1);
});

test('nothing that any process wrote gives a secret away, and no process crashed', async () => {
  expect(await leaks(product)).toEqual([]);
  expect(product.crashes()).toEqual([]);
});
