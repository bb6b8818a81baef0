import { setTimeout as wait } from 'node:timers/promises';
import type { FalFault, FaultAction, OpenAiFaultRule } from '@aisha/sandbox';
import type { Random } from './random.ts';
import type { System } from './system.ts';

/** Something that goes wrong for a while and is over when this resolves. */
export interface Fault {
  readonly name: string;
  /** Processes and stores take turns: two of them at once would test the machine and not the product. */
  readonly exclusive: boolean;
  strike(system: System, random: Random): Promise<void>;
}

export interface FaultOptions {
  /** How long S3 stays away. */
  readonly awayMs: number;
}

const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGSTOP'] as const;

/** Every fault that a run may choose from; processes and stores are walked through in turn. */
export function faultCatalogue(
  system: System,
  { awayMs }: FaultOptions,
): { exclusive: Fault[]; beside: Fault[] } {
  const processes = system.stack.apps.flatMap((app) =>
    SIGNALS.map((signal): Fault => ({
      name: `${signal} ${app.name}`,
      exclusive: true,
      async strike(_system, random) {
        app.signal(signal);
        if (signal !== 'SIGSTOP') return;
        await wait(random.whole(1_000, 8_000));
        app.signal('SIGCONT');
      },
    })),
  );
  const stores: Fault[] = [
    { name: 'Redis restarted', exclusive: true, strike: ({ redis }) => redis.restart() },
    { name: 'Redis emptied', exclusive: true, strike: (one) => one.flushRedis() },
    { name: 'PostgreSQL restarted', exclusive: true, strike: ({ postgres }) => postgres.restart() },
    {
      name: 'S3 away',
      exclusive: true,
      async strike({ s3 }) {
        await s3.stop();
        await wait(awayMs);
        await s3.restart();
      },
    },
    {
      name: 'a bot cut off from Redis',
      exclusive: true,
      async strike({ line }, random) {
        line.cut();
        await wait(random.whole(2_000, 8_000));
        line.mend();
      },
    },
    {
      name: 'FAL locks the account',
      exclusive: true,
      async strike({ fal, sql }, random) {
        await fal.lock('Exhausted balance. Top up your balance at fal.ai/dashboard/billing.');
        await wait(random.whole(1_000, 4_000));
        await fal.lock(null);
        // The breaker's minute is made shorter: all that would be tested in it is that pictures wait.
        await sql(`update circuit_breakers set open_until = now() + interval '2 seconds' where name = 'fal'`);
        await sql(
          `update orders set next_check_at = now() + interval '3 seconds' where progress->>'stage' = 'provider_closed'`,
        );
      },
    },
  ];
  return {
    exclusive: [...processes, ...stores],
    beside: [...falFaults(), ...openAiFaults(), ...telegramFaults()],
  };
}

const FAL: readonly FalFault[] = [
  { kind: 'webhook_lost' },
  { kind: 'webhook_repeated', count: 5 },
  { kind: 'webhook_early' },
  { kind: 'webhook_late', seconds: 6 },
  { kind: 'webhook_wrong_signature', attempts: 1 },
  { kind: 'webhook_stale', seconds: -400, attempts: 1 },
  { kind: 'webhook_mismatch', attempts: 1 },
  { kind: 'webhook_payload_error' },
  { kind: 'reset', afterJob: true },
  { kind: 'reset' },
  { kind: 'http', status: 503 },
  { kind: 'http', status: 500 },
  { kind: 'http', status: 502, html: true, afterJob: true },
  { kind: 'http', status: 429 },
];

function falFaults(): Fault[] {
  const rules = FAL.map((fault): Fault => ({
    name: `FAL ${fault.kind}${'status' in fault ? ` ${fault.status}` : ''}${'afterJob' in fault ? ' after the job' : ''}`,
    exclusive: false,
    async strike({ fal }, random) {
      await fal.addFault({ fault, times: random.whole(1, 2) });
    },
  }));
  return [
    ...rules,
    {
      name: 'FAL answers 503 to status and result',
      exclusive: false,
      async strike({ fal }) {
        await fal.addFault({ operation: 'status', fault: { kind: 'http', status: 503 }, times: 3 });
        await fal.addFault({ operation: 'result', fault: { kind: 'http', status: 503 }, times: 3 });
      },
    },
  ];
}

const OPENAI: readonly OpenAiFaultRule[] = [
  { fault: { kind: 'rate_limit', retryAfter: 2 }, times: 3 },
  { fault: { kind: 'server_error' }, times: 4 },
  { route: 'transcriptions', fault: { kind: 'reset_answer' }, times: 2 },
  { route: 'transcriptions', fault: { kind: 'stall' }, times: 1 },
  { route: 'transcriptions', fault: { kind: 'truncate', share: 0.2 }, times: 2 },
  { route: 'responses', fault: { kind: 'invalid_json' }, times: 1 },
  { route: 'responses', fault: { kind: 'length' }, times: 1 },
];

const openAiFaults = (): Fault[] =>
  OPENAI.map((rule) => ({
    name: `OpenAI ${rule.fault.kind}`,
    exclusive: false,
    async strike({ openai }) {
      await openai.addFault(rule);
    },
  }));

const TELEGRAM: readonly { method?: string; action: FaultAction; times: number }[] = [
  { method: 'sendMessage', action: { kind: 'too_many_requests', retryAfter: 2 }, times: 2 },
  { action: { kind: 'bad_gateway' }, times: 3 },
  { action: { kind: 'server_error' }, times: 2 },
  { method: 'sendMessage', action: { kind: 'hang' }, times: 1 },
  { method: 'sendMessage', action: { kind: 'reset_after' }, times: 2 },
  { method: 'sendPhoto', action: { kind: 'reset_after' }, times: 1 },
  { action: { kind: 'reset_before' }, times: 3 },
  { method: 'getUpdates', action: { kind: 'conflict' }, times: 2 },
  { method: 'getUpdates', action: { kind: 'unauthorized' }, times: 1 },
  { method: 'file', action: { kind: 'bad_gateway' }, times: 2 },
];

const telegramFaults = (): Fault[] =>
  TELEGRAM.map(({ times, ...rule }) => ({
    name: `Telegram ${rule.action.kind}${rule.method === undefined ? '' : ` to ${rule.method}`}`,
    exclusive: false,
    async strike({ telegram }) {
      await telegram.addFault({ ...rule, times });
    },
  }));

/** Ends whatever is still wrong, so that the dust can settle. */
export async function mendEverything(system: System): Promise<void> {
  system.line.mend();
  for (const app of system.stack.apps) app.signal('SIGCONT');
  await system.fal.clearFaults();
  await system.fal.lock(null);
  await system.openai.clearFaults();
  await system.telegram.clearFaults({});
}
