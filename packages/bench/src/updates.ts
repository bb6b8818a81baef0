import { setTimeout as wait } from 'node:timers/promises';
import { createTelegramControl, SANDBOX_BOT_TOKEN, type TelegramControl } from '@aisha/sandbox';
import { type Chapter, figure, median, percentile, round } from './figures.ts';
import { type Ground, type Running, startProgram } from './ground.ts';

const LATENCY_MS = 40;
const PEOPLE = 300;
const BACKLOG = 3_000;
const RATE = 300;
const FEED_SECONDS = 8;
const SLOW = { share: 0.01, ms: 3_000 } as const;
const STAND_IN_PORT = 18_010;

type Contender = 'aisha' | 'telegraf' | 'grammy';
const CONTENDERS: readonly Contender[] = ['aisha', 'telegraf', 'grammy'];

async function startContender(name: Contender, ground: Ground, api: string): Promise<Running> {
  const database = await ground.database(`bench_updates_${name}`);
  if (name !== 'aisha')
    return startProgram(`packages/bench/src/peers/${name}-bot.ts`, {
      args: [api, SANDBOX_BOT_TOKEN, database],
      env: {},
      source: true,
      // A peer has no address of its own; the stand-in's is up already.
      ready: api,
    });
  return startProgram('apps/bot-polling/dist/main.js', {
    ready: 'http://127.0.0.1:18011/health/live',
    env: {
      ENVIRONMENT: 'production',
      LOG_LEVEL: 'error',
      PORT: '18011',
      TELEGRAM_BOT_TOKEN: SANDBOX_BOT_TOKEN,
      TELEGRAM_API_ROOT: api,
      DATABASE_URL: database,
      REDIS_URL: ground.redis.url,
      // Nothing of this benchmark touches objects.
      MINIO_ENDPOINT: '127.0.0.1:9',
      MINIO_ACCESS_KEY: 'unused',
      MINIO_SECRET_KEY: 'unused',
    },
  });
}

/** Everybody writes in turn; the k-th text of a chat is answered by its k-th message. */
async function answered(control: TelegramControl): Promise<{ chatId: number; at: number }[]> {
  const calls = await control.journal({ method: 'sendMessage', limit: 20_000 });
  return calls.flatMap((call) => (call.chatId === null ? [] : [{ chatId: call.chatId, at: call.at }]));
}

async function until(count: number, control: TelegramControl, timeoutMs: number): Promise<number> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = (await control.callCounts({}))['sendMessage'] ?? 0;
    if (seen >= count || Date.now() > deadline) return seen;
    await wait(100);
  }
}

async function withStandIn<T>(work: (control: TelegramControl, api: string) => Promise<T>): Promise<T> {
  const api = `http://127.0.0.1:${STAND_IN_PORT}`;
  const standIn = await startProgram('packages/sandbox/src/telegram/main.ts', {
    args: ['--port', String(STAND_IN_PORT), '--latency', String(LATENCY_MS), '--no-limits'],
    env: {},
    source: true,
    ready: api,
  });
  try {
    return await work(createTelegramControl(api), api);
  } finally {
    await standIn.stop();
  }
}

/** Updates a second, from the first answer to the last of a backlog. */
function drain(name: Contender, ground: Ground): Promise<number> {
  return withStandIn(async (control, api) => {
    const people = await control.createUsers({ count: PEOPLE });
    await control.sendTexts({
      messages: Array.from({ length: BACKLOG }, (_, i) => ({
        userId: people[i % PEOPLE]?.id ?? 0,
        text: '/help',
      })),
    });
    const contender = await startContender(name, ground, api);
    try {
      const count = await until(BACKLOG, control, 60_000);
      const times = (await answered(control)).map(({ at }) => at);
      return ((count - 1) / (Math.max(...times) - Math.min(...times))) * 1_000;
    } finally {
      await contender.stop();
    }
  });
}

/** Seconds between a text and its answer while 1 % of the sends take three seconds. */
function lag(name: Contender, ground: Ground): Promise<{ median: number; p95: number; answered: number }> {
  return withStandIn(async (control, api) => {
    const people = await control.createUsers({ count: PEOPLE });
    const contender = await startContender(name, ground, api);
    try {
      const first = people[0]?.id ?? 0;
      await control.sendText({ userId: first, text: '/help' });
      await until(1, control, 30_000);
      await control.clearJournal({});
      await control.addFault({
        method: 'sendMessage',
        probability: SLOW.share,
        action: { kind: 'delay', ms: SLOW.ms },
      });
      const said = new Map<number, number[]>();
      const begun = Date.now();
      let sent = 0;
      while (sent < RATE * FEED_SECONDS) {
        const owed = Math.min(RATE * FEED_SECONDS, Math.floor(((Date.now() - begun) / 1_000) * RATE)) - sent;
        if (owed > 0) {
          const messages = Array.from({ length: owed }, (_, i) => ({
            userId: people[(sent + i) % PEOPLE]?.id ?? 0,
            text: '/help',
          }));
          for (const { userId } of messages) said.set(userId, [...(said.get(userId) ?? []), Date.now()]);
          await control.sendTexts({ messages });
          sent += owed;
        }
        await wait(20);
      }
      await until(sent, control, 10_000);
      const lags: number[] = [];
      const asked = new Map([...said].map(([id, times]) => [id, times.values()]));
      for (const { chatId, at } of await answered(control)) {
        const from = asked.get(chatId)?.next().value;
        if (from !== undefined) lags.push(at - from);
      }
      // What was never answered waits for ever.
      const all = [...lags, ...Array.from({ length: sent - lags.length }, () => Number.POSITIVE_INFINITY)];
      return { median: median(all), p95: percentile(all, 95), answered: lags.length / sent };
    } finally {
      await contender.stop();
    }
  });
}

/** The full path against telegraf's own polling and grammY with its runner, doing the same database work. */
export async function benchUpdates(ground: Ground): Promise<Chapter> {
  const rates = new Map<Contender, number>();
  const lags = new Map<Contender, Awaited<ReturnType<typeof lag>>>();
  for (const name of CONTENDERS)
    rates.set(
      name,
      median([await drain(name, ground), await drain(name, ground), await drain(name, ground)]),
    );
  for (const name of CONTENDERS) lags.set(name, await lag(name, ground));
  const rate = (name: Contender) => rates.get(name) ?? Number.NaN;
  const best = Math.max(rate('telegraf'), rate('grammy'));
  const told = (name: Contender) => {
    const one = lags.get(name);
    return one
      ? `median ${round(one.median)} ms, p95 ${round(one.p95)} ms, ${round(one.answered * 100)} % answered`
      : '';
  };
  const ours = lags.get('aisha')?.median ?? Number.POSITIVE_INFINITY;
  return {
    title: 'Updates',
    method: `The Telegram stand-in with ${LATENCY_MS} ms a call; each update committed, decided and answered. Handled a second: a backlog of ${BACKLOG} from ${PEOPLE} people, from the first answer to the last, median of three. Lag: ${RATE} updates/s for ${FEED_SECONDS} s while ${SLOW.share * 100} % of the sends take ${SLOW.ms / 1_000} s. Peers do the same statements; telegraf neither keeps the order nor survives a crash with them, grammY keeps the order by sequentialize.`,
    figures: [
      figure('Aisha, updates/s', round(rate('aisha'))),
      figure('telegraf, updates/s', round(rate('telegraf'))),
      figure('grammY with runner, updates/s', round(rate('grammy'))),
      figure('ratio to the better peer', round(rate('aisha') / best, 2), '≥ 1.00', rate('aisha') >= best),
      figure('lag, Aisha', told('aisha'), 'median < 200 ms', ours < 200),
      figure('lag, telegraf', told('telegraf')),
      figure('lag, grammY with runner', told('grammy')),
    ],
  };
}
