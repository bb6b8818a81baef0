import type { ProcessConfig } from '@aisha/config';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

/** A counter that takes exactly these labels with exactly these values. */
export interface LabelledCounter<L extends Labels> {
  inc(labels: L, value?: number): void;
}
export interface PlainCounter {
  inc(value?: number): void;
}
export interface LabelledGauge<L extends Labels> {
  set(labels: L, value: number): void;
}
export interface PlainGauge {
  set(value: number): void;
}
export interface LabelledHistogram<L extends Labels> {
  observe(labels: L, value: number): void;
}
export interface PlainHistogram {
  observe(value: number): void;
}

export type Provider = 'fal' | 'openai' | 'telegram' | 'elevenlabs' | 'speech-server';
export type FalWebhookOutcome =
  | 'accepted'
  | 'duplicate'
  | 'forged'
  | 'stale'
  | 'foreign'
  | 'malformed'
  | 'unavailable';

/** Every metric of every process, by name; dashboards and alerts use the same names. Times are in seconds. */
export interface Metrics {
  readonly registry: Registry;
  readonly telegramUpdates: LabelledCounter<{ outcome: 'handled' | 'failed' | 'poisoned' }>;
  readonly telegramUpdateSeconds: PlainHistogram;
  readonly telegramPolls: LabelledCounter<{
    outcome: 'ok' | 'conflict' | 'unauthorized' | 'server_error' | 'network';
  }>;
  readonly leaseHeld: PlainGauge;
  readonly leaseEpoch: PlainGauge;
  readonly falWebhooks: LabelledCounter<{ route: string; outcome: FalWebhookOutcome }>;
  readonly telegramWebhooks: LabelledCounter<{ outcome: string }>;
  readonly jobSeconds: LabelledHistogram<{ job: string; outcome: 'completed' | 'failed' | 'retried' }>;
  readonly jobWaitSeconds: LabelledHistogram<{ job: string }>;
  readonly queueJobs: LabelledGauge<{ queue: string; state: string }>;
  readonly queueOldestSeconds: LabelledGauge<{ queue: string }>;
  readonly providerRequests: LabelledCounter<{ provider: Provider; operation: string; outcome: string }>;
  readonly providerRequestSeconds: LabelledHistogram<{ provider: Provider; operation: string }>;
  readonly providerCostUsd: LabelledCounter<{ provider: Provider; model: string }>;
  readonly providerTokens: LabelledCounter<{
    provider: Provider;
    model: string;
    direction: 'input' | 'output';
  }>;
  readonly telegramSends: LabelledCounter<{
    outcome: 'ok' | 'unchanged' | 'unreachable' | 'retry' | 'unknown' | 'refused';
  }>;
  readonly telegram429: PlainCounter;
  readonly orders: LabelledCounter<{ kind: string; state: string }>;
  readonly notificationsPending: PlainGauge;
  readonly ledgerAlarms: PlainCounter;
}

// From an answer to a button (tens of milliseconds) to a training (minutes).
const jobBuckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900];
const waitBuckets = [0.005, 0.02, 0.1, 0.5, 1, 5, 30, 120, 600, 3600];
const updateBuckets = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 120];
const requestBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180];

/** One registry for the process, with prom-client's default metrics; every line carries the app and the instance. */
export function createMetrics(process: Pick<ProcessConfig, 'app' | 'instanceId'>): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ app: process.app, instance: process.instanceId });
  collectDefaultMetrics({ register: registry });

  const counter = <N extends string = never>(name: string, help: string, labelNames: readonly N[] = []) =>
    new Counter<N>({ name: `aisha_${name}`, help, labelNames, registers: [registry] });
  const gauge = <N extends string = never>(name: string, help: string, labelNames: readonly N[] = []) =>
    new Gauge<N>({ name: `aisha_${name}`, help, labelNames, registers: [registry] });
  const histogram = <N extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly N[] = [],
  ) => new Histogram<N>({ name: `aisha_${name}`, help, buckets, labelNames, registers: [registry] });

  return {
    registry,
    telegramUpdates: counter('telegram_updates_total', 'Telegram updates by what became of them', [
      'outcome',
    ]),
    telegramUpdateSeconds: histogram(
      'telegram_update_seconds',
      'From the update received to its last answer sent',
      updateBuckets,
    ),
    telegramPolls: counter('telegram_polls_total', 'getUpdates calls by outcome', ['outcome']),
    leaseHeld: gauge('lease_held', '1 while this process holds the poller lease'),
    leaseEpoch: gauge('lease_epoch', 'Epoch of the lease this process held last'),
    falWebhooks: counter('fal_webhooks_total', 'FAL webhooks by route and outcome', ['route', 'outcome']),
    telegramWebhooks: counter('telegram_webhooks_total', 'Telegram webhook requests by outcome', ['outcome']),
    jobSeconds: histogram('job_seconds', 'Time in a job handler', jobBuckets, ['job', 'outcome']),
    jobWaitSeconds: histogram('job_wait_seconds', 'From due to taken up', waitBuckets, ['job']),
    queueJobs: gauge('queue_jobs', 'Jobs in a queue by state', ['queue', 'state']),
    queueOldestSeconds: gauge('queue_oldest_seconds', 'Age of the oldest waiting job', ['queue']),
    providerRequests: counter('provider_requests_total', 'Requests to providers by outcome', [
      'provider',
      'operation',
      'outcome',
    ]),
    providerRequestSeconds: histogram(
      'provider_request_seconds',
      'Duration of requests to providers',
      requestBuckets,
      ['provider', 'operation'],
    ),
    providerCostUsd: counter('provider_cost_usd_total', 'What providers charge, in US dollars', [
      'provider',
      'model',
    ]),
    providerTokens: counter('provider_tokens_total', 'Tokens that language models read and wrote', [
      'provider',
      'model',
      'direction',
    ]),
    telegramSends: counter('telegram_sends_total', 'Messages sent or edited by outcome', ['outcome']),
    telegram429: counter('telegram_429_total', 'Answers 429 from Telegram'),
    orders: counter('orders_total', 'Orders that entered a state', ['kind', 'state']),
    notificationsPending: gauge('notifications_pending', 'Notifications not sent yet'),
    ledgerAlarms: counter('ledger_alarms_total', 'Disagreements found in the credit ledger'),
  };
}
