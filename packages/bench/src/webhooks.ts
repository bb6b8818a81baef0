import { randomUUID } from 'node:crypto';
import { Agent, createServer, request } from 'node:http';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import autocannon, { type Result } from 'autocannon';
import { createFalKeys, signWebhook, startNginx } from '@aisha/sandbox';
import { webhookToken } from '@aisha/providers';
import { Redis } from 'ioredis';
import pg from 'pg';
import { join } from 'node:path';
import { type Chapter, figure, median, round } from './figures.ts';
import { type Ground, type Running, startProgram } from './ground.ts';

const TOKEN = '123456789:bench-bench-bench-bench';
const WEBHOOK_SECRET = 'bench-bench-bench-bench';
const CONNECTIONS = 40;
const SECONDS = 6;
const PAIRS = 3;

type Webhook = ReturnType<typeof genuineWebhooks>[number];

/** Genuine webhooks, each about another job, signed before the clock starts. */
function genuineWebhooks(keys: ReturnType<typeof createFalKeys>, count: number) {
  return Array.from({ length: count }, () => {
    const job = randomUUID();
    const requestId = randomUUID();
    const body = JSON.stringify({
      request_id: requestId,
      gateway_request_id: requestId,
      status: 'OK',
      payload: {
        images: [{ url: 'https://v3.fal.media/files/a/b.jpg', width: 1024, height: 1024 }],
        seed: 1,
      },
    });
    return {
      method: 'POST' as const,
      path: `/webhook/fal/status?job=${job}&token=${webhookToken(WEBHOOK_SECRET, job)}`,
      headers: {
        'content-type': 'application/json',
        ...signWebhook(body, { requestId, key: keys.current() }),
      },
      body,
    };
  });
}

/** As many as the server takes over a fixed number of connections. */
async function saturate(url: string, requests: autocannon.Request[]): Promise<Result> {
  const share = Math.floor(requests.length / CONNECTIONS);
  let given = 0;
  return autocannon({
    url,
    connections: CONNECTIONS,
    duration: SECONDS,
    // Each connection sends others: the same webhook twice would be a duplicate, which is cheaper.
    setupClient: (client) => {
      client.setRequests(requests.slice(given * share, (given + 1) * share));
      given += 1;
    },
  });
}

/**
 * Evenly spaced, whatever the answers take; latency counts from the moment when a webhook was due. (autocannon's rates
 * are bursts at the beginning of each second.)
 */
async function pace(url: string, requests: Webhook[], perSecond: number): Promise<RecordableHistogram> {
  const latency = createHistogram();
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const begin = performance.now();
  const answers: Promise<void>[] = [];
  for (const [n, { path, ...webhook }] of requests.slice(0, perSecond * SECONDS).entries()) {
    const due = begin + (n * 1_000) / perSecond;
    while (due > performance.now()) await wait(1);
    answers.push(
      new Promise((resolve, reject) => {
        const call = request(`${url}${path}`, { ...webhook, agent }, (response) => {
          response.resume().once('end', () => {
            latency.record(Math.max(1, Math.round((performance.now() - due) * 1_000)));
            if (response.statusCode === 200) resolve();
            else reject(new Error(`answered ${response.statusCode}`));
          });
        });
        call.once('error', reject).end(webhook.body);
      }),
    );
  }
  await Promise.all(answers);
  agent.destroy();
  return latency;
}

const perSecond = (result: Result) => result['2xx'] / result.duration;

/** One replica verified and enqueued against bare express and `queue.add`, on the same Redis; then two behind nginx. */
export async function benchWebhooks(ground: Ground): Promise<Chapter> {
  const keys = createFalKeys();
  const jwks = createServer((_request, response) => response.end(JSON.stringify(keys.jwks())));
  await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
  const address = jwks.address();
  const jwksPort = typeof address === 'object' ? address?.port : undefined;
  const redis = new Redis(ground.redis.url);
  const database = await ground.database('bench_webhooks');
  const client = new pg.Client(database);
  await client.connect();
  await client.query('insert into webhook_secrets (value) values ($1)', [WEBHOOK_SECRET]);
  await client.end();
  const started: Running[] = [];
  const replica = async (port: number) => {
    const running = await startProgram('apps/webhook-api/dist/main.js', {
      ready: `http://127.0.0.1:${port}/health`,
      env: {
        ENVIRONMENT: 'production',
        PORT: String(port),
        INSTANCE_ID: `bench-${port}`,
        TELEGRAM_BOT_TOKEN: TOKEN,
        DATABASE_URL: database,
        REDIS_URL: ground.redis.url,
        FAL_JWKS_URL: `http://127.0.0.1:${jwksPort}/`,
      },
    });
    started.push(running);
    return `http://127.0.0.1:${port}`;
  };
  try {
    const one = await replica(18_001);
    const peerUrl = 'http://127.0.0.1:18003';
    started.push(
      await startProgram('packages/bench/src/peers/express-webhook.ts', {
        args: ['18003', ground.redis.url],
        env: {},
        ready: `${peerUrl}/health`,
        source: true,
      }),
    );
    const requests = () => genuineWebhooks(keys, 20_000);
    const run = async (url: string) => {
      await redis.flushall();
      return saturate(url, requests());
    };
    await run(one);
    await run(peerUrl);
    const ours: number[] = [];
    const ratios: number[] = [];
    let refused = 0;
    for (let i = 0; i < PAIRS; i++) {
      const a = await run(one);
      const b = await run(peerUrl);
      refused += a.non2xx;
      ours.push(perSecond(a));
      ratios.push(perSecond(a) / perSecond(b));
    }
    await redis.flushall();
    const half = await pace(one, requests(), Math.round(median(ours) / 2));
    const p99 = half.percentile(99) / 1_000;

    const two = await replica(18_002);
    const nginx = await startNginx({
      dataDir: join(ground.dir, 'nginx'),
      runDir: join(ground.dir, 'run'),
      upstreamPorts: [one, two].map((url) => Number(new URL(url).port)),
      log: () => undefined,
    });
    const behind: number[] = [];
    try {
      for (let i = 0; i < PAIRS; i++) behind.push(perSecond(await run(nginx.url)) / (median(ours) || 1));
    } finally {
      await nginx.stop();
    }
    const ratio = median(ratios);
    return {
      title: 'Webhook ingest',
      method: `${CONNECTIONS} connections, genuine signed webhooks, each about another job; ${PAIRS} pairs of ${SECONDS} s runs in turn, medians. Peer: express with \`express.json()\` and BullMQ's \`queue.add\` on the same Redis. Load and server share two cores.`,
      figures: [
        figure('one replica, webhooks/s', round(median(ours))),
        figure('ratio to the peer', round(ratio, 2), '≥ 0.70', ratio >= 0.7),
        figure('answers other than 2xx', String(refused), '0', refused === 0),
        figure('p99 at half load', `${round(p99, 1)} ms`, '≤ 50 ms', p99 <= 50),
        figure('two replicas behind nginx, against one', round(median(behind), 2)),
      ],
    };
  } finally {
    for (const running of started) await running.stop();
    redis.disconnect();
    jwks.close();
  }
}
