import { spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TestDatabase, testDatabase } from '@aisha/db/testing';
import {
  type FalSandbox,
  type OpenAiSandbox,
  type RedisService,
  SANDBOX_FAL_KEY,
  SANDBOX_OPENAI_KEY,
  startFalSandbox,
  startOpenAiSandbox,
  startRedis,
  startTelegramSandbox,
  type TelegramSandbox,
} from '@aisha/sandbox';
import { testServices } from '@aisha/sandbox/testing';
import { silentLogger } from '@aisha/service';
import { createStorage } from '@aisha/storage/s3';
import { vi } from 'vitest';
import { runCli } from '../cli.ts';
import type { ExitStatus } from '../command.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

export type Environment = Readonly<Record<string, string>>;

export interface Said {
  readonly status: ExitStatus;
  readonly out: string;
  readonly err: string;
}

/** Runs a command as the operator would, in this process. */
export async function aisha(env: Environment, ...args: string[]): Promise<Said> {
  let out = '';
  let err = '';
  const status = await runCli(args, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    env,
  });
  return { status, out, err };
}

export interface App {
  readonly port: number;
  /** SIGTERM, and its end. */
  stop(): Promise<void>;
}

/** All that Aisha leans on: real PostgreSQL, Redis and S3, stand-ins for the rest. */
export interface Stand {
  readonly env: Environment;
  readonly database: TestDatabase;
  readonly redis: RedisService;
  readonly telegram: TelegramSandbox;
  readonly fal: FalSandbox;
  readonly openai: OpenAiSandbox;
  /** A real process, up and ready. */
  start(kind: 'bot-polling' | 'worker' | 'webhook-api', env?: Environment, port?: number): Promise<App>;
  close(): Promise<void>;
}

export async function startStand(): Promise<Stand> {
  const folder = mkdtempSync(join(tmpdir(), 'aisha-cli-'));
  const token = `${randomInt(1e9, 9e9)}:AAStandInStandInStandInStandInStandI`;
  const [database, redis, telegram, fal, openai] = await Promise.all([
    testDatabase(),
    startRedis({ dataDir: join(folder, 'redis'), runDir: join(folder, 'run'), log: () => undefined }),
    startTelegramSandbox({ bots: [{ token, username: 'aisha_sandbox_bot', firstName: 'Aisha' }] }),
    startFalSandbox(),
    startOpenAiSandbox(),
  ]);
  const s3 = testServices().s3;
  const suffix = randomUUID().slice(0, 8);
  const env = {
    ENVIRONMENT: 'production',
    DATABASE_URL: database.url,
    REDIS_URL: redis.appUrl,
    MINIO_ENDPOINT: s3.endpoint,
    MINIO_ACCESS_KEY: s3.accessKey,
    MINIO_SECRET_KEY: s3.secretKey,
    MINIO_REGION: s3.region,
    MINIO_BUCKET_AVATARS: `avatars-${suffix}`,
    MINIO_BUCKET_TRANSCRIPTS: `transcripts-${suffix}`,
    MINIO_BUCKET_GENERATED: `generated-${suffix}`,
    TELEGRAM_BOT_TOKEN: token,
    TELEGRAM_API_ROOT: telegram.url,
    TELEGRAM_ADMIN_IDS: '1',
    FAL_API_KEY: SANDBOX_FAL_KEY,
    FAL_QUEUE_URL: fal.url,
    FAL_REST_URL: fal.url,
    FAL_JWKS_URL: `${fal.url}/.well-known/jwks.json`,
    OPENAI_API_KEY: SANDBOX_OPENAI_KEY,
    OPENAI_BASE_URL: openai.url,
  };
  const storage = createStorage(
    {
      ...s3,
      buckets: {
        avatars: env.MINIO_BUCKET_AVATARS,
        transcripts: env.MINIO_BUCKET_TRANSCRIPTS,
        generated: env.MINIO_BUCKET_GENERATED,
      },
    },
    { log: silentLogger },
  );
  await storage.ensureBuckets();
  storage.close();

  const running = new Set<App>();
  return {
    env,
    database,
    redis,
    telegram,
    fal,
    openai,
    async start(kind, more = {}, chosen) {
      const port = chosen ?? (await freePort());
      const app = await startApp(kind, port, { ...env, ...more });
      running.add(app);
      return {
        port,
        stop: async () => {
          running.delete(app);
          await app.stop();
        },
      };
    },
    async close() {
      await Promise.all([...running].map((app) => app.stop()));
      await Promise.all([telegram.close(), fal.close(), openai.close(), redis.stop(), database.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startApp(kind: string, port: number, env: Environment): Promise<App> {
  const child = spawn(
    process.execPath,
    ['--conditions=@aisha/source', join(ROOT, 'apps', kind, 'src', 'main.ts')],
    {
      env: { PATH: '/usr/bin:/bin', INSTANCE_ID: `${kind}-${port}`, PORT: String(port), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => void (said = `${said}${text.toString()}`.slice(-4_000)));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await vi.waitFor(
    async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null);
      await answer?.body?.cancel();
      if (answer?.status !== 200)
        throw new Error(`${kind} is not ready (${child.exitCode ?? 'it runs'}):\n${said}`);
    },
    { timeout: 60_000, interval: 100 },
  );
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}
