import { setTimeout as wait } from 'node:timers/promises';
import { createTelegramControl, SANDBOX_BOT_TOKEN, type TelegramControl } from '@aisha/sandbox';
import { type Accounts, type Costs, costs, readAccounts } from './cpu.ts';
import { type Chapter, figure, median, medianCosts, percentile, type Ratio, round } from './figures.ts';
import { type Ground, type Running, startProgram } from './ground.ts';
import { ratioFigure } from './ratios.ts';
import { type Counted, countStatements } from './statements.ts';

const LATENCY_MS = 40;
const PEOPLE = 300;
const BACKLOG = 3_000;
/** Before anything is measured: V8 has compiled what runs often, and everybody is known. */
const WARM_UP = 900;
/** For the statements: as slow as people write, and as fast as the backlog goes. */
const COUNTED = 600;
const RATE = 300;
const FEED_SECONDS = 8;
const SLOW = { share: 0.01, ms: 3_000 } as const;
const STAND_IN_PORT = 18_010;

type Contender = 'aisha' | 'telegraf' | 'grammy';
const CONTENDERS: readonly Contender[] = ['aisha', 'telegraf', 'grammy'];

async function startContender(
  name: Contender,
  ground: Ground,
  api: string,
  through: (database: string) => Promise<string> = (database) => Promise.resolve(database),
): Promise<Running> {
  const database = await through(await ground.database(`bench_updates_${name}`));
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
    profiled: ground.profileDir,
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

async function withStandIn<T>(
  work: (control: TelegramControl, api: string, pid: number) => Promise<T>,
): Promise<T> {
  const api = `http://127.0.0.1:${STAND_IN_PORT}`;
  const standIn = await startProgram('packages/sandbox/src/telegram/main.ts', {
    args: ['--port', String(STAND_IN_PORT), '--latency', String(LATENCY_MS), '--no-limits'],
    env: {},
    source: true,
    ready: api,
  });
  try {
    return await work(createTelegramControl(api), api, standIn.pid);
  } finally {
    await standIn.stop();
  }
}

type People = Awaited<ReturnType<TelegramControl['createUsers']>>;

const texts = (people: People, count: number) => ({
  messages: Array.from({ length: count }, (_, i) => ({
    userId: people[i % people.length]?.id ?? 0,
    text: '/help',
  })),
});

interface Drained {
  readonly perSecond: number;
  readonly costs: Costs;
}

/** A backlog handled by a process that is warm: updates a second from its first answer to the last, and what each cost. */
function drain(name: Contender, ground: Ground): Promise<Drained> {
  return withStandIn(async (control, api, standIn) => {
    const backlog = Math.round(BACKLOG * ground.scale);
    const people = await control.createUsers({ count: PEOPLE });
    const contender = await startContender(name, ground, api);
    try {
      await control.sendTexts(texts(people, WARM_UP));
      await until(WARM_UP, control, 60_000);
      const accounts: Accounts = {
        server: [contender.pid],
        Redis: [ground.redis.pid],
        PostgreSQL: [ground.postgres.pid],
        'stand-in': [standIn],
        load: ['self'],
      };
      const before = readAccounts(accounts);
      await control.sendTexts(texts(people, backlog));
      const seen = (await until(WARM_UP + backlog, control, 60_000)) - WARM_UP;
      const after = readAccounts(accounts);
      const times = (await answered(control)).slice(WARM_UP).map(({ at }) => at);
      return {
        perSecond: ((seen - 1) / (Math.max(...times) - Math.min(...times))) * 1_000,
        costs: costs(before, after, seen),
      };
    } finally {
      await contender.stop();
    }
  });
}

/** What PostgreSQL is asked for each update: when people write one after the other, and when they all do at once. */
function ask(name: Contender, ground: Ground): Promise<{ readonly alone: Counted; readonly crowd: Counted }> {
  return withStandIn(async (control, api) => {
    const people = await control.createUsers({ count: PEOPLE });
    let counter: Awaited<ReturnType<typeof countStatements>> | undefined;
    const contender = await startContender(name, ground, api, async (database) => {
      counter = await countStatements(database);
      return counter.url;
    });
    const counted = () => counter?.count() ?? { statements: 0, roundTrips: 0 };
    const between = (before: Counted, after: Counted, units: number): Counted => ({
      statements: (after.statements - before.statements) / units,
      roundTrips: (after.roundTrips - before.roundTrips) / units,
    });
    try {
      await control.sendTexts(texts(people, PEOPLE));
      await until(PEOPLE, control, 60_000);
      const begin = counted();
      const alone = 40;
      for (let i = 1; i <= alone; i++) {
        await control.sendTexts(texts(people.slice(i, i + 1), 1));
        await until(PEOPLE + i, control, 10_000);
      }
      const middle = counted();
      await control.sendTexts(texts(people, COUNTED));
      await until(PEOPLE + alone + COUNTED, control, 60_000);
      return { alone: between(begin, middle, alone), crowd: between(middle, counted(), COUNTED) };
    } finally {
      await contender.stop();
      await counter?.stop();
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
  const runs = new Map<Contender, Drained[]>(CONTENDERS.map((name) => [name, []]));
  for (let i = 0; i < ground.pairs; i++)
    for (const name of CONTENDERS)
      // The slowest by far, for the report alone.
      if (name !== 'telegraf' || i === 0) runs.get(name)?.push(await drain(name, ground));
  const asked = { aisha: await ask('aisha', ground), grammy: await ask('grammy', ground) };
  const lags = new Map<Contender, Awaited<ReturnType<typeof lag>>>();
  for (const name of CONTENDERS) lags.set(name, await lag(name, ground));
  const of = (name: Contender) => runs.get(name) ?? [];
  const rate = (name: Contender) => median(of(name).map(({ perSecond }) => perSecond));
  const pairs = (value: (run: Drained) => number) =>
    of('aisha').map((run, i) => {
      const peer = of('grammy')[i];
      return peer ? value(run) / value(peer) : Number.NaN;
    });
  const rates: Ratio = {
    name: 'updates: updates/s ÷ grammY with its runner',
    better: 'higher',
    pairs: pairs(({ perSecond }) => perSecond),
  };
  const cpu: Ratio = {
    name: 'updates: our CPU ÷ grammY with its runner',
    better: 'lower',
    pairs: pairs((run) => run.costs.server ?? Number.NaN),
  };
  const told = (name: Contender) => {
    const one = lags.get(name);
    return one
      ? `median ${round(one.median)} ms, p95 ${round(one.p95)} ms, ${round(one.answered * 100)} % answered`
      : '';
  };
  const counts = ({ alone, crowd }: { alone: Counted; crowd: Counted }) =>
    `alone ${round(alone.statements, 1)} in ${round(alone.roundTrips, 1)} round trips, in a crowd ${round(crowd.statements, 1)} in ${round(crowd.roundTrips, 1)}`;
  const ours = lags.get('aisha')?.median ?? Number.POSITIVE_INFINITY;
  return {
    title: 'Updates',
    method: `The Telegram stand-in with ${LATENCY_MS} ms a call; each update committed, decided and answered. Handled a second: after ${WARM_UP} others, a backlog of ${round(BACKLOG * ground.scale)} from ${PEOPLE} people, from the first answer to the last, ${ground.pairs} times in turn with grammY, medians. Lag: ${RATE} updates/s for ${FEED_SECONDS} s while ${SLOW.share * 100} % of the sends take ${SLOW.ms / 1_000} s. Peers do the same statements; telegraf neither keeps the order nor survives a crash with them, grammY keeps the order by sequentialize.`,
    figures: [
      figure('Aisha, updates/s', round(rate('aisha'))),
      figure('telegraf, updates/s', round(rate('telegraf'))),
      figure('grammY with runner, updates/s', round(rate('grammy'))),
      ratioFigure('updates/s ÷ grammY with runner', rates, 1),
      ratioFigure('our CPU ÷ grammY with runner', cpu, 1),
      figure('statements of an update, Aisha', counts(asked.aisha)),
      figure('statements of an update, grammY with runner', counts(asked.grammy)),
      figure('lag, Aisha', told('aisha'), 'median < 200 ms', ground.byTheClock(ours < 200)),
      figure('lag, telegraf', told('telegraf')),
      figure('lag, grammY with runner', told('grammy')),
    ],
    ratios: [rates, cpu],
    profile: {
      unit: 'update',
      contenders: Object.fromEntries(
        CONTENDERS.map((name) => [NAMES[name], medianCosts(of(name).map((run) => run.costs))]),
      ),
    },
  };
}

const NAMES: Readonly<Record<Contender, string>> = {
  aisha: 'Aisha',
  telegraf: 'telegraf',
  grammy: 'grammY with runner',
};
