// Load on a running cluster, until SIGTERM: genuine signed webhooks through nginx at a fixed rate, people who chat
// and wait for the answer, and voice messages that must end in a text. Writes one JSON line of figures at the end.
//   node load.mjs <edge> <telegram> <fal> <bot token> [--webhooks 50] [--people 8] [--voices 4] [--seconds n]
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { webhookToken } from '../../packages/providers/src/index.ts';
import { createFalControl, createTelegramControl } from '../../packages/sandbox/src/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    webhooks: { type: 'string', default: '50' },
    people: { type: 'string', default: '8' },
    voices: { type: 'string', default: '0' },
    voice: { type: 'string' },
    seconds: { type: 'string', default: '3600' },
  },
});
const [edge, telegramUrl, falUrl, botToken] = positionals;
const telegram = createTelegramControl(telegramUrl);
const fal = createFalControl(falUrl);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.once('SIGINT', () => stop.abort());
setTimeout(() => stop.abort(), Number(values.seconds) * 1000).unref();

// A connection for each request: a sender's own reuse of a closed connection is not what is measured.
const agent = new Agent({ keepAlive: false });
const webhooks = { sent: 0, ok: 0, failed: [], ms: [] };
const chat = { sent: 0, answered: 0, lost: [], ms: [] };
const voices = { sent: 0, answered: 0, lost: [] };

function post(url, headers, body) {
  return new Promise((resolve) => {
    const started = performance.now();
    const done = (status) => resolve({ status, ms: performance.now() - started });
    const outgoing = request(
      url,
      {
        method: 'POST',
        agent,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        timeout: 15_000,
      },
      (answer) => {
        answer.resume();
        answer.on('end', () => done(answer.statusCode));
        answer.on('error', (error) => done(error.code ?? error.message));
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in 15 s')));
    outgoing.on('error', (error) => done(error.code ?? error.message));
    outgoing.end(body);
  });
}

async function oneWebhook() {
  const requestId = randomUUID();
  const job = randomUUID();
  const body = JSON.stringify({
    request_id: requestId,
    gateway_request_id: requestId,
    status: 'OK',
    payload: {},
  });
  const headers = await fal.sign(body, { requestId });
  webhooks.sent += 1;
  const at = new Date().toISOString();
  const { status, ms } = await post(
    `${edge}/webhook/fal/status?job=${job}&token=${webhookToken(botToken, job)}`,
    { ...headers, 'content-type': 'application/json' },
    body,
  );
  webhooks.ms.push(ms);
  if (status === 200) webhooks.ok += 1;
  else webhooks.failed.push({ at, status, ms: Math.round(ms) });
}

async function webhookStream(perSecond) {
  const under = new Set();
  const begun = performance.now();
  for (let n = 0; !stop.signal.aborted; n += 1) {
    const wait = begun + (n * 1000) / perSecond - performance.now();
    if (wait > 0) await pause(wait);
    const one = oneWebhook()
      .catch((error) => webhooks.failed.push({ at: new Date().toISOString(), status: String(error) }))
      .finally(() => under.delete(one));
    under.add(one);
  }
  await Promise.all(under);
}

/** What the bot says after this, or null. */
async function answerAfter(chatId, messageId, fits, timeoutMs) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const { messages, seq } = await telegram.transcript({ chatId });
    const found = messages.find((one) => one.fromBot && one.id > messageId && fits(one));
    const left = deadline - performance.now();
    if (found || left <= 0) return found ?? null;
    await telegram.wait({ chatId, after: seq, timeoutMs: Math.ceil(Math.min(left, 10_000)) });
  }
}

async function person(n) {
  const { id } = await telegram.createUser({ firstName: `Person ${n}`, languageCode: 'en' });
  await pause(n * 130);
  while (!stop.signal.aborted) {
    const at = new Date().toISOString();
    const started = performance.now();
    const mine = await telegram.sendText({ userId: id, text: chat.sent % 2 ? '/help' : '/start' });
    chat.sent += 1;
    const answer = await answerAfter(id, mine.id, () => true, 30_000);
    if (answer) {
      chat.answered += 1;
      chat.ms.push({ at, ms: performance.now() - started });
    } else chat.lost.push(at);
    await pause(1000, undefined, { signal: stop.signal }).catch(() => {});
  }
}

async function speaker(n, file) {
  const { id } = await telegram.createUser({ firstName: `Speaker ${n}`, languageCode: 'en' });
  const bytes = await readFile(file);
  await pause(n * 400);
  while (!stop.signal.aborted) {
    const at = new Date().toISOString();
    const mine = await telegram.sendMedia({
      userId: id,
      kind: 'voice',
      file: { bytes, name: 'voice.ogg', mime: 'audio/ogg' },
      duration: 3,
    });
    voices.sent += 1;
    // The stand-in hears the very words that were spoken.
    const result = await answerAfter(id, mine.id, (one) => /seven zebras/iu.test(one.text), 90_000);
    if (result) voices.answered += 1;
    else voices.lost.push(at);
    await pause(1500, undefined, { signal: stop.signal }).catch(() => {});
  }
}

const quantile = (list, q) => {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted.length === 0
    ? 0
    : Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]);
};

process.stdout.write('started\n');
await Promise.all([
  Number(values.webhooks) > 0 ? webhookStream(Number(values.webhooks)) : null,
  ...Array.from({ length: Number(values.people) }, (_, n) => person(n)),
  ...Array.from({ length: values.voice ? Number(values.voices) : 0 }, (_, n) => speaker(n, values.voice)),
]);
const answers = chat.ms.map(({ ms }) => ms);
const report = {
  webhooks: {
    sent: webhooks.sent,
    ok: webhooks.ok,
    failed: webhooks.failed.length,
    p50: quantile(webhooks.ms, 0.5),
    p99: quantile(webhooks.ms, 0.99),
    max: quantile(webhooks.ms, 1),
    failures: webhooks.failed.slice(0, 10),
  },
  chat: {
    sent: chat.sent,
    answered: chat.answered,
    lost: chat.lost.length,
    p50: quantile(answers, 0.5),
    p95: quantile(answers, 0.95),
    max: quantile(answers, 1),
    late: chat.ms.filter(({ ms }) => ms > 2000).length,
    worst: chat.ms.toSorted((a, b) => b.ms - a.ms).slice(0, 3),
  },
  voices: { sent: voices.sent, answered: voices.answered, lost: voices.lost.length },
};
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(0);
