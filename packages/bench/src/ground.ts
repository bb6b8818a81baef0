import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { migrateDatabase } from '@aisha/db';
import { startPostgres, startRedis, type PostgresService, type RedisService } from '@aisha/sandbox';
import pg from 'pg';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Services that every benchmark of a run shares: whatever is compared stands on the same ones. */
export interface Ground {
  readonly dir: string;
  readonly redis: RedisService;
  readonly postgres: PostgresService;
  /** A fresh, migrated database. */
  database(name: string): Promise<string>;
  stop(): Promise<void>;
}

export async function layGround(): Promise<Ground> {
  const dir = mkdtempSync(join(tmpdir(), 'aisha-bench-'));
  const log = () => undefined;
  const options = (name: string) => ({ dataDir: join(dir, name), runDir: join(dir, 'run'), log });
  const [postgres, redis] = await Promise.all([
    startPostgres({ ...options('postgres'), unsafe: true }),
    startRedis({ ...options('redis'), persistent: false }),
  ]);
  return {
    dir,
    redis,
    postgres,
    async database(name) {
      const admin = new pg.Client(postgres.adminUrl);
      await admin.connect();
      await admin.query(`drop database if exists "${name}" with (force)`);
      await admin.query(`create database "${name}"`);
      await admin.end();
      const url = new URL(postgres.adminUrl);
      url.pathname = `/${name}`;
      await migrateDatabase({ url: url.href });
      return url.href;
    },
    async stop() {
      await Promise.all([postgres.stop(), redis.stop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface Running {
  readonly pid: number;
  /** Resident memory now, in bytes. */
  stop(): Promise<void>;
}

/** Starts a Node program and waits until its address answers. */
export async function startProgram(
  program: string,
  options: {
    args?: readonly string[];
    env: Readonly<Record<string, string>>;
    ready: string;
    source?: boolean;
  },
): Promise<Running> {
  const flags = options.source ? ['--conditions=@aisha/source'] : [];
  const child: ChildProcess = spawn(
    process.execPath,
    [...flags, join(ROOT, program), ...(options.args ?? [])],
    {
      cwd: ROOT,
      env: { PATH: '/usr/bin:/bin', NODE_ENV: 'production', ...options.env },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const deadline = Date.now() + 30_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${said}`);
    const answer = await fetch(options.ready).catch(() => null);
    if (answer && answer.status < 500) break;
    if (Date.now() > deadline) throw new Error(`${program} is not ready: ${said}`);
    await wait(50);
  }
  return {
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
