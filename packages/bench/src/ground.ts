import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { migrateDatabase } from '@aisha/db';
import { startPostgres, startRedis, type PostgresService, type RedisService } from '@aisha/sandbox';
import pg from 'pg';
import type { Verdict } from './figures.ts';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Services that every benchmark of a run shares: whatever is compared stands on the same ones. */
export interface Ground {
  readonly dir: string;
  readonly redis: RedisService;
  readonly postgres: PostgresService;
  /** What the machine did before we came: its load of the last minute. */
  readonly loadBefore: number;
  /** How often what is compared runs in turn. */
  readonly pairs: number;
  /** Share of the usual amount of work in each run. */
  readonly scale: number;
  /** Where V8's profiles of our processes go, if they are asked for. */
  readonly profileDir: string | undefined;
  /** The verdict on what a clock measured: one that others of the machine may have spoilt is none. */
  byTheClock(reached: boolean): Verdict;
  /** A fresh, migrated database. */
  database(name: string): Promise<string>;
  stop(): Promise<void>;
}

export async function layGround({
  pairs,
  scale,
  profileDir,
}: Pick<Ground, 'pairs' | 'scale' | 'profileDir'>): Promise<Ground> {
  const [loadBefore = 0] = loadavg();
  const isQuiet = loadBefore < availableParallelism() / 2;
  const dir = mkdtempSync(join(tmpdir(), 'aisha-bench-'));
  const log = () => undefined;
  const options = (name: string) => ({ dataDir: join(dir, name), runDir: join(dir, 'run'), log });
  const [postgres, redis] = await Promise.all([
    startPostgres({ ...options('postgres'), unsafe: true }),
    startRedis({ ...options('redis'), persistent: false }),
  ]);
  return {
    dir,
    loadBefore,
    pairs,
    scale,
    profileDir,
    byTheClock: (reached) => (reached ? 'yes' : isQuiet ? 'no' : 'noisy'),
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
    /** The folder for V8's profile of it, written when it ends. */
    profiled?: string | undefined;
  },
): Promise<Running> {
  const flags = [
    ...(options.source ? ['--conditions=@aisha/source'] : []),
    ...(options.profiled === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profiled}`]),
  ];
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
