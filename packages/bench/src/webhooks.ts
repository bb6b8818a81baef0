import { createServer } from 'node:http';
import { join } from 'node:path';
import { createFalKeys, startNginx } from '@aisha/sandbox';
import { Redis } from 'ioredis';
import pg from 'pg';
import { type Accounts, type Costs, costs, readAccounts } from './cpu.ts';
import { type Chapter, figure, median, medianCosts, type Ratio, round } from './figures.ts';
import { type Ground, type Running, startProgram } from './ground.ts';
import { ratioFigure } from './ratios.ts';
import { CONNECTIONS, genuineWebhooks, pace, saturate } from './webhook-load.ts';

const TOKEN = '123456789:bench-bench-bench-bench';
const WEBHOOK_SECRET = 'bench-bench-bench-bench';
/** Webhooks of one run: seconds of CPU, so that the kernel's ticks of 10 ms do not matter. */
const RUN = 12_000;
/** Before anything is measured, so that V8 has compiled what runs often. */
const WARM_UP = 8_000;
const PACED_SECONDS = 6;

interface Contender {
  readonly name: string;
  readonly url: string;
  readonly accounts: Accounts;
}

interface Measured {
  readonly perSecond: number;
  readonly costs: Costs;
}

/**
 * One replica, which checks and enqueues, against bare express with `queue.add` on the same Redis, without and with the
 * signature checked; then two behind nginx against one taken directly.
 */
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
  const started: Pick<Running, 'stop'>[] = [];
  const shared: Accounts = { Redis: [ground.redis.pid], PostgreSQL: [ground.postgres.pid], load: ['self'] };
  const start = async (...given: Parameters<typeof startProgram>) => {
    const running = await startProgram(...given);
    started.push(running);
    return running.pid;
  };
  const replica = async (port: number): Promise<Contender> => {
    const url = `http://127.0.0.1:${port}`;
    const pid = await start('apps/webhook-api/dist/main.js', {
      ready: `${url}/health`,
      profiled: ground.profileDir,
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
    return warm({ name: 'Aisha', url, accounts: { ...shared, server: [pid] } });
  };
  const peer = async (name: string, port: number, ...key: string[]): Promise<Contender> => {
    const url = `http://127.0.0.1:${port}`;
    const pid = await start('packages/bench/src/peers/express-webhook.ts', {
      args: [String(port), ground.redis.url, ...key],
      env: {},
      ready: `${url}/health`,
      source: true,
    });
    return warm({ name, url, accounts: { ...shared, server: [pid] } });
  };
  let refused = 0;
  const run = async ({ url, accounts }: Contender, count = RUN * ground.scale): Promise<Measured> => {
    await redis.flushall();
    const webhooks = genuineWebhooks(keys, WEBHOOK_SECRET, count);
    const before = readAccounts(accounts);
    const result = await saturate(url, webhooks);
    const after = readAccounts(accounts);
    refused += result.non2xx;
    return {
      perSecond: result['2xx'] / result.duration,
      costs: costs(before, after, result['2xx']),
    };
  };
  async function warm(contender: Contender): Promise<Contender> {
    await run(contender, Math.max(2_000, WARM_UP * ground.scale));
    return contender;
  }
  /** Each in turn, so that whatever else the machine does meets all of them. */
  const inTurn = async (contenders: readonly Contender[]): Promise<Map<string, Measured[]>> => {
    const all = new Map<string, Measured[]>(contenders.map(({ name }) => [name, []]));
    for (let i = 0; i < ground.pairs; i++)
      for (const contender of contenders) all.get(contender.name)?.push(await run(contender));
    return all;
  };
  try {
    const one = await replica(18_001);
    const bare = await peer('express + add', 18_003);
    const signed = await peer('express + signature + add', 18_004, keys.jwks().keys[0]?.x ?? '');
    const measured = await inTurn([one, bare, signed]);
    const of = ({ name }: Contender) => measured.get(name) ?? [];
    const server = (who: Contender) => of(who).map((each) => each.costs.server ?? Number.NaN);
    const rates = (who: Contender) => of(who).map(({ perSecond }) => perSecond);
    const against = (ours: readonly number[], theirs: readonly number[]) =>
      ours.map((value, i) => value / (theirs[i] ?? Number.NaN));
    const toBare: Ratio = {
      name: 'webhooks: our CPU ÷ express + add',
      better: 'lower',
      pairs: against(server(one), server(bare)),
    };
    const toSigned: Ratio = {
      name: 'webhooks: our CPU ÷ express + signature + add',
      better: 'lower',
      pairs: against(server(one), server(signed)),
    };
    const rate: Ratio = {
      name: 'webhooks: webhooks/s ÷ express + add',
      better: 'higher',
      pairs: against(rates(one), rates(bare)),
    };

    await redis.flushall();
    const perSecond = Math.round(median(rates(one)) / 2);
    const half = await pace(
      one.url,
      genuineWebhooks(keys, WEBHOOK_SECRET, Math.round(perSecond * PACED_SECONDS * ground.scale)),
      perSecond,
    );
    const p99 = half.percentile(99) / 1_000;

    const two = await replica(18_002);
    const nginx = await startNginx({
      dataDir: join(ground.dir, 'nginx'),
      runDir: join(ground.dir, 'run'),
      upstreamPorts: [one, two].map(({ url }) => Number(new URL(url).port)),
      log: () => undefined,
    });
    const behind: Contender = {
      name: 'two behind nginx',
      url: nginx.url,
      accounts: {
        ...shared,
        server: [one, two].flatMap(({ accounts }) => accounts.server ?? []),
        nginx: [nginx.pid],
      },
    };
    const direct = { ...one, name: 'one taken directly' };
    started.unshift(nginx);
    await warm(behind);
    const fronted = await inTurn([direct, behind]);
    const sums = fronted.get(behind.name)?.map(({ costs: { server: ours = 0, nginx: its = 0 } }, i) => {
      const directly = fronted.get(direct.name)?.[i]?.costs.server ?? Number.NaN;
      return (directly + its) / (ours + its);
    });
    const front: Ratio = {
      name: 'webhooks: one taken directly and nginx ÷ two behind nginx, by CPU',
      better: 'higher',
      pairs: sums ?? [],
    };
    return {
      title: 'Webhook ingest',
      method: `${CONNECTIONS} connections, genuine signed webhooks, each about another job; runs of ${round(RUN * ground.scale)} in turn, ${ground.pairs} of each, medians. Peers: express with \`express.json()\` and BullMQ's \`queue.add\` on the same Redis, without a signature and with FAL's checked by \`node:crypto\`. Load and servers share the cores, so CPU time is compared.`,
      figures: [
        ratioFigure('our CPU ÷ express + add', toBare, 1.4),
        ratioFigure('our CPU ÷ express + signature + add', toSigned, 1),
        figure('one replica, webhooks/s', round(median(rates(one)))),
        ratioFigure('webhooks/s ÷ express + add', rate, 0.7),
        figure('answers other than 2xx', String(refused), '0', refused === 0),
        figure('p99 at half load', `${round(p99, 1)} ms`, '≤ 50 ms', ground.byTheClock(p99 <= 50)),
        ratioFigure('(one taken directly + nginx) ÷ two behind nginx, by CPU', front, 0.9),
      ],
      ratios: [toBare, toSigned, rate, front],
      profile: {
        unit: 'webhook',
        contenders: Object.fromEntries(
          [...measured, ...fronted].map(([name, runs]) => [
            name,
            medianCosts(runs.map((each) => each.costs)),
          ]),
        ),
      },
    };
  } finally {
    for (const running of started) await running.stop();
    redis.disconnect();
    jwks.close();
  }
}
