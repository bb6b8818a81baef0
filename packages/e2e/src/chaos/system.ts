import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createFalControl,
  createOpenAiControl,
  createTelegramControl,
  type FalControl,
  type OpenAiControl,
  type PostgresService,
  type RedisService,
  type S3Service,
  type Stack,
  type StackProcess,
  startStack,
  type TelegramControl,
} from '@aisha/sandbox';
import { Redis } from 'ioredis';
import pg from 'pg';
import { eventually } from '../waiting.ts';
import { type Line, startLine } from './proxy.ts';

const ARTIFACTS = fileURLToPath(new URL('../../../../artifacts/chaos', import.meta.url));
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/** The bot whose way to Redis can be cut. */
export const WIRED_BOT = 'bot-polling-1';

export type Row = Record<string, unknown>;

/** A value of a row, for people to read. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

/** The whole product as it runs in production, with everything that can be done to it. */
export interface System {
  readonly stack: Stack;
  readonly postgres: PostgresService;
  readonly redis: RedisService;
  readonly s3: S3Service;
  readonly telegram: TelegramControl;
  readonly fal: FalControl;
  readonly openai: OpenAiControl;
  /** Between `WIRED_BOT` and Redis. */
  readonly line: Line;
  readonly botId: number;
  readonly sql: (query: string, values?: readonly unknown[]) => Promise<Row[]>;
  /** A number that a query gives. */
  readonly count: (query: string, values?: readonly unknown[]) => Promise<number>;
  flushRedis(): Promise<void>;
  /** The bot that polls now. */
  activeBot(): Promise<StackProcess>;
  /** Every app answers that it is ready. */
  allReady(): Promise<void>;
  /** Lines of the logs so far. */
  lines(component: RegExp): string[];
  stop(): Promise<void>;
}

/** What was told is forgotten once it is sent; the audit compares it with what stands in the chats. */
const KEEP_SAID = `
  create table chaos_said (source text not null, owed jsonb not null, unknown_outcomes int not null);
  create function chaos_keep_said() returns trigger language plpgsql security definer as $$ begin
    insert into public.chaos_said values ('notification ' || old.id, old.owed, new.unknown_outcomes);
    return new;
  end $$;
  create trigger chaos_keep_said before update on notifications for each row
    when (old.owed is not null and new.owed is null) execute function chaos_keep_said()`;

export interface SystemOptions {
  /** Folder of the logs under artifacts/chaos. */
  readonly name: string;
  /** How updates come in: fetched by the bots, or brought to the webhook API and handled by the workers. */
  readonly mode?: 'polling' | 'webhook';
  /** Runs the sources instead of compiled JavaScript. */
  readonly source?: boolean;
  /** Over those of the chaos runs. */
  readonly settings?: Readonly<Record<string, string>>;
}

export async function startSystem({
  name,
  mode = 'polling',
  source = false,
  settings = {},
}: SystemOptions): Promise<System> {
  const dataDir = mkdtempSync(join(tmpdir(), 'aisha-chaos-'));
  const said: { at: string; component: string; line: string }[] = [];
  const redisPort = await unusedPort();
  const line = await startLine(redisPort);
  const stack = await startStack({
    dataDir,
    environment: ENVIRONMENT,
    mode: 'production',
    source,
    unsafeDatabase: true,
    // Everything costs, and nobody runs out.
    settings: {
      TELEGRAM_MODE: mode,
      CREDITS: 'on',
      CREDITS_WELCOME: '40000',
      // One person trains a dozen avatars, and everybody came today.
      SPEND_CAP_USD_DAY: '100000',
      ...settings,
    },
    keepAlive: true,
    instances: { 'webhook-api': 2, worker: 2, 'bot-polling': 2 },
    ports: { redis: redisPort },
    overrides: { [WIRED_BOT]: { REDIS_URL: `redis://127.0.0.1:${line.port}/0` } },
    onEvent: (event) => {
      const at = new Date().toISOString();
      if (event.type === 'log') said.push({ at, component: event.name, line: event.line });
      else said.push({ at, component: 'stack', line: `${event.type} ${event.name}` });
    },
  });
  const { postgres, redis, s3, telegram, fal, openai } = stack;
  if (!postgres || !redis || !s3 || !telegram || !fal || !openai)
    throw new Error('nothing real is touched here: every part is a stand-in');
  const pool = new pg.Pool({ connectionString: postgres.url, max: 4 });
  pool.on('error', () => undefined);
  const telegramControl = createTelegramControl(telegram.url);
  const falControl = createFalControl(fal.url);
  // Quick providers: what is tested is what goes wrong, not how long they draw.
  await falControl.configure({
    concurrency: 40,
    timing: { trainingSeconds: 2, imageSeconds: 0.3, queueSeconds: 0.2 },
  });
  const [bot] = (await telegramControl.state({})).bots;
  if (!bot) throw new Error('there is no bot');

  const sql = async (query: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await pool.query<Row>(query, [...values])).rows;
  await sql(KEEP_SAID);
  return {
    stack,
    postgres,
    redis,
    s3,
    telegram: telegramControl,
    fal: falControl,
    openai: createOpenAiControl(openai.url),
    line,
    botId: bot.id,
    sql,
    count: async (query, values) => Number(Object.values((await sql(query, values))[0] ?? {})[0] ?? 0),
    async flushRedis() {
      const client = new Redis(redis.url, { lazyConnect: true, retryStrategy: () => null });
      try {
        await client.connect();
        await client.flushall();
      } finally {
        client.disconnect();
      }
    },
    activeBot: () => eventually('one bot polls', () => findActive(stack), 30_000),
    async allReady() {
      await Promise.all(
        stack.apps.map((app) =>
          eventually(
            `${app.name} is ready`,
            async () => {
              const answer = await fetch(`${app.url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
              await answer.body?.cancel();
              return answer.status === 200;
            },
            60_000,
          ),
        ),
      );
    },
    lines: (component) => said.filter((one) => component.test(one.component)).map((one) => one.line),
    async stop() {
      await pool.end();
      await stack.stop();
      await line.stop();
      const folder = join(ARTIFACTS, name);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      for (const component of new Set(said.map((one) => one.component)))
        writeFileSync(
          join(folder, `${component}.log`),
          said
            .filter((one) => one.component === component)
            .map((one) => `${one.at} ${one.line}\n`)
            .join(''),
        );
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** By its own word: the lease is held. */
async function findActive(stack: Stack): Promise<StackProcess | null> {
  for (const app of stack.apps.filter(({ name }) => name.startsWith('bot-polling'))) {
    try {
      const answer = await fetch(`${app.url}/metrics`, { signal: AbortSignal.timeout(500) });
      if (/^aisha_lease_held(?:\{[^}]*\})? 1$/m.test(await answer.text())) return app;
    } catch {
      // Killed or frozen: surely not this one.
    }
  }
  return null;
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}
