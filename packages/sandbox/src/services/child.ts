import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inspectProcess, runningProcesses, sendSignal } from './proc.ts';
import { waitFor } from './wait.ts';

export type Log = (line: string) => void;

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  name: string;
  command: string;
  args: readonly string[];
  cwd?: string;
  /** The whole environment; nothing is inherited but what is given here. */
  env: Record<string, string>;
  log: Log;
  /** Where the pid is recorded, so that the next start can clean up after an unclean end. */
  runDir: string;
  /** Sent by the kernel when the process that started this one dies, even by SIGKILL. */
  deathSignal?: 'TERM' | 'INT' | 'KILL';
  /** Further options of setpriv(1): the user to become. */
  privileges?: readonly string[];
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<ChildExit>;
  readonly running: boolean;
  /** The last lines of its output. */
  tail(): string[];
  signal(signal: NodeJS.Signals): void;
  /** Asks to stop, and kills the whole process group when that takes too long. */
  stop(options?: { signal?: NodeJS.Signals; timeoutMs?: number }): Promise<ChildExit>;
  /** SIGKILL for the process and everything that it started. */
  kill(): Promise<ChildExit>;
  /** Waits for `attempt` to give a value; fails at once, with the last output, when the process ends first. */
  waitUntil<T>(what: string, attempt: () => T | null | Promise<T | null>, timeoutMs?: number): Promise<T>;
}

const TAIL_LINES = 200;

/**
 * Starts a process in a session of its own, so that Ctrl-C in the terminal reaches only the launcher, which then stops
 * everything in order; the kernel's parent-death signal sees to it that nothing outlives a launcher that was killed.
 */
export function startChild(options: ChildOptions): Child {
  const { name, log } = options;
  const guard = ['--pdeathsig', options.deathSignal ?? 'TERM', ...(options.privileges ?? [])];
  const started = spawn('setpriv', [...guard, '--', options.command, ...options.args], {
    detached: true,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const lines: string[] = [];
  const keep = (line: string) => {
    lines.push(line);
    if (lines.length > TAIL_LINES) lines.shift();
    log(line);
  };
  createInterface({ input: started.stdout }).on('line', keep);
  createInterface({ input: started.stderr }).on('line', keep);

  let exit: ChildExit | null = null;
  const record = join(options.runDir, `${name}.json`);
  const exited = new Promise<ChildExit>((resolve) => {
    const end = (outcome: ChildExit) => {
      exit ??= outcome;
      rmSync(record, { force: true });
      resolve(exit);
    };
    started.once('error', (error) => {
      keep(`could not be started: ${error.message}`);
      end({ code: null, signal: null });
    });
    // `close` comes after the last line of output, `exit` may come before it.
    started.once('close', (code, signal) => end({ code, signal }));
  });
  const pid = started.pid ?? -1;
  if (pid > 0) {
    mkdirSync(options.runDir, { recursive: true });
    const facts = inspectProcess(pid);
    writeFileSync(record, JSON.stringify({ pid, startTicks: facts?.startTicks ?? 0 }));
  }

  const child: Child = {
    name,
    pid,
    exited,
    get running() {
      return exit === null;
    },
    tail: () => [...lines],
    signal(signal) {
      if (exit === null && pid > 0) sendSignal(pid, signal);
    },
    async stop({ signal = 'SIGTERM', timeoutMs = 15_000 } = {}) {
      child.signal(signal);
      const timer = setTimeout(() => {
        log(`${name} did not stop within ${timeoutMs / 1000} s: killed`);
        if (pid > 0) sendSignal(-pid, 'SIGKILL');
      }, timeoutMs);
      const outcome = await exited;
      clearTimeout(timer);
      return outcome;
    },
    kill() {
      if (exit === null && pid > 0) sendSignal(-pid, 'SIGKILL');
      return exited;
    },
    waitUntil(what, attempt, timeoutMs = 30_000) {
      return waitFor(attempt, {
        what: `${name}: ${what}`,
        timeoutMs,
        abort: () =>
          exit === null
            ? null
            : new Error(
                `${name} ended (${exit.signal ?? `code ${exit.code}`}): ${lines.slice(-20).join('\n')}`,
              ),
      });
    },
  };
  return child;
}

/** Kills what an earlier launcher that died without stopping left behind under this name. */
export async function clearLeftover(runDir: string, name: string): Promise<void> {
  const record = join(runDir, `${name}.json`);
  const left = readRecord(record);
  if (left === null) return;
  // Each child led its own session. The start time tells it from a stranger that got its pid since; a pid is not given
  // away as long as members of its session live.
  const members = () => {
    const leader = inspectProcess(left.pid);
    if (leader !== null && leader.startTicks !== left.startTicks) return [];
    return runningProcesses().filter((facts) => facts.session === left.pid);
  };
  if (members().length > 0) {
    for (const { pid } of members()) sendSignal(pid, 'SIGTERM');
    const gone = () => (members().length === 0 ? true : null);
    await waitFor(gone, { what: `${name} of the earlier start ends`, timeoutMs: 5_000 }).catch(async () => {
      for (const { pid } of members()) sendSignal(pid, 'SIGKILL');
      await waitFor(gone, { what: `${name} of the earlier start is killed`, timeoutMs: 5_000 });
    });
  }
  rmSync(record, { force: true });
}

function readRecord(path: string): { pid: number; startTicks: number } | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startTicks' in value))
      return null;
    const { pid, startTicks } = value;
    return typeof pid === 'number' && typeof startTicks === 'number' ? { pid, startTicks } : null;
  } catch {
    return null;
  }
}
