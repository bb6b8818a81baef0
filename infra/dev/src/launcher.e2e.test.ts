import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspectProcess } from '@aisha/sandbox/stack';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'aisha-launcher-'));
const dataDir = join(dir, 'data');
const PATIENCE = { timeout: 90_000, interval: 100 };

interface Launcher {
  process: ChildProcess;
  output(): string;
  /** Exit code, once it has ended. */
  ended: Promise<number | null>;
}

const launchers: Launcher[] = [];

function launch(...options: string[]): Launcher {
  const child = spawn(
    process.execPath,
    [join(ROOT, 'infra/dev/dist/main.js'), '--data', dataDir, '--env', join(dir, 'no.env'), ...options],
    { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const launcher: Launcher = {
    process: child,
    output: () => output,
    ended: new Promise((resolve) => {
      child.once('close', resolve);
    }),
  };
  launchers.push(launcher);
  return launcher;
}

const addressOf = (launcher: Launcher) =>
  vi.waitFor(() => {
    const address = /Open (http:\/\/127\.0\.0\.1:\d+)/.exec(launcher.output())?.[1];
    if (address === undefined) throw new Error(launcher.output());
    return address;
  }, PATIENCE);

/** Every process of the running stack, by name. */
function pids(): Map<string, number> {
  const runDir = join(dataDir, 'run');
  if (!existsSync(runDir)) return new Map();
  return new Map(
    readdirSync(runDir).map((file) => {
      const { pid }: { pid: number } = JSON.parse(readFileSync(join(runDir, file), 'utf8'));
      return [file.replace('.json', ''), pid];
    }),
  );
}
const alive = (all: Map<string, number>) =>
  [...all].flatMap(([name, pid]) => (inspectProcess(pid) ? [name] : []));

beforeAll(() => {
  execFileSync(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'tsconfig.build.json'],
    { cwd: ROOT },
  );
});
afterAll(() => {
  for (const { process: child } of launchers) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

test('from the start to Ctrl-C, twice at once, after SIGKILL, and anew', async () => {
  const first = launch();
  const address = await addressOf(first);
  for (const part of [
    'PostgreSQL 18',
    'Redis',
    'S3 server',
    'nginx',
    'bot-polling-2',
    'worker-1',
    'webhook-api-2',
  ]) {
    expect(first.output()).toMatch(new RegExp(`✓ ${part}`));
  }
  expect((await fetch(address)).status).toBe(200);
  const running = pids();
  expect(alive(running)).toHaveLength(12);

  const second = launch();
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain(`already running (process ${first.process.pid}): Open ${address}`);

  // An app that dies is said and comes back.
  process.kill(running.get('worker-1') ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(first.output()).toMatch(/worker-1 +│ is up again/), PATIENCE);
  expect(first.output()).toMatch(/worker-1 +│ ended by itself \(SIGKILL\); started again in 1 s/);

  // One Ctrl-C, no second needed; nothing is left.
  const before = pids();
  first.process.kill('SIGINT');
  expect(await first.ended).toBe(0);
  expect(first.output().trimEnd()).toMatch(/Stopped\.$/);
  expect(alive(before)).toEqual([]);

  // The same address again, and what was in the database.
  const third = launch();
  expect(await addressOf(third)).toBe(address);

  // Killed hard: the kernel ends what it started, and the next start is none the worse.
  const orphans = pids();
  third.process.kill('SIGKILL');
  await third.ended;
  await vi.waitFor(() => expect(alive(orphans)).toEqual([]), PATIENCE);
  // As `npm run dev -- --inspect worker-1` has it.
  const fourth = launch('--fresh', '--watch', '--inspect', 'worker-1');
  const fresh = await addressOf(fourth);
  expect((await fetch(fresh)).status).toBe(200);
  expect(fourth.output()).toMatch(/✓ worker-1/);
  expect(pids().has('worker-2')).toBe(false);
  fourth.process.kill('SIGTERM');
  expect(await fourth.ended).toBe(0);
});

test('Ctrl-C while it is still starting ends it, and whatever had started', async () => {
  const launcher = launch();
  await vi.waitFor(() => expect(launcher.output()).toContain('✓ '), PATIENCE);
  const started = pids();
  launcher.process.kill('SIGINT');
  expect(await launcher.ended).toBe(0);
  expect(started.size).toBeGreaterThan(0);
  expect(alive(new Map([...started, ...pids()]))).toEqual([]);
});

test('what cannot start is said with its own words, and nothing stays behind', async () => {
  const env = join(dir, 'wrong.env');
  writeFileSync(env, 'TELEGRAM_BOT_TOKEN=not-a-token\n');
  const launcher = launch('--env', env);
  expect(await launcher.ended).toBe(1);
  expect(launcher.output()).toContain('Aisha did not start.');
  expect(launcher.output()).toContain('TELEGRAM_BOT_TOKEN');
  expect(pids().size).toBe(0);
});

test.each([
  [['--no-such-option'], 2, '--no-such-option'],
  [['--port', 'nonsense=1'], 1, 'no component is called nonsense'],
  [['--port', 'eighty'], 1, 'expected a name and a number'],
])('%s is refused', async (options, code, words) => {
  const launcher = launch(...options);
  expect(await launcher.ended).toBe(code);
  expect(launcher.output()).toContain(words);
});
