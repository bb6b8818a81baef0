import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import autocannon, { type Result } from 'autocannon';
import { type FalKeys, signWebhook } from '@aisha/sandbox';
import { webhookToken } from '@aisha/providers';

export const CONNECTIONS = 40;

export interface GenuineWebhook {
  readonly method: 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Genuine webhooks, each about another job, signed before the clock starts. */
export function genuineWebhooks(keys: FalKeys, secret: string, count: number): GenuineWebhook[] {
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
      path: `/webhook/fal/status?job=${job}&token=${webhookToken(secret, job)}`,
      headers: {
        'content-type': 'application/json',
        ...signWebhook(body, { requestId, key: keys.current() }),
      },
      body,
    };
  });
}

/** All of them once, as fast as the server takes them over a fixed number of connections. */
export function saturate(url: string, webhooks: readonly GenuineWebhook[]): Promise<Result> {
  const share = Math.floor(webhooks.length / CONNECTIONS);
  let given = 0;
  return autocannon({
    url,
    connections: CONNECTIONS,
    amount: share * CONNECTIONS,
    // Each connection sends others: the same webhook twice would be a duplicate, which is cheaper.
    setupClient: (client) => {
      client.setRequests(webhooks.slice(given * share, (given + 1) * share));
      given += 1;
    },
  });
}

/**
 * Evenly spaced, whatever the answers take; latency counts from the moment when a webhook was due. (autocannon's rates
 * are bursts at the beginning of each second.)
 */
export async function pace(
  url: string,
  webhooks: readonly GenuineWebhook[],
  perSecond: number,
): Promise<RecordableHistogram> {
  const latency = createHistogram();
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const begin = performance.now();
  const answers: Promise<void>[] = [];
  for (const [n, { path, ...webhook }] of webhooks.entries()) {
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
