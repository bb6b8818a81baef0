import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CHILD } from '../limits.ts';

/** Where programs are found; nothing else of our environment reaches them, no secret above all. */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  HOME: '/nonexistent',
  // Whatever a library writes aside is in the scratch folder too, and counted.
  TMPDIR: '.',
  // Memory stays near what is used; one file does not take every core.
  MALLOC_ARENA_MAX: '2',
  // What a picture took goes back to the kernel when it is closed: a child that keeps it would have to be replaced after
  // every second photo of a telephone, and starting one costs more than opening a photo.
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
  VIPS_CONCURRENCY: '1',
  UV_THREADPOOL_SIZE: '2',
};

export interface GuardedOptions {
  readonly cwd: string;
  readonly memoryBytes: number;
  readonly stdio: StdioOptions;
}

/**
 * Starts a program that ends with us, however we end, that the kernel gives no more memory than its limit and the
 * headroom, and that a terminal's Ctrl-C does not reach. It leads a process group of its own.
 */
export function spawnGuarded(
  command: string,
  args: readonly string[],
  options: GuardedOptions,
): ChildProcess {
  const data = options.memoryBytes + CHILD.headroomBytes;
  const guard = [
    `--data=${data}`,
    '--core=0',
    '--',
    'setpriv',
    '--pdeathsig',
    'KILL',
    '--no-new-privs',
    '--',
  ];
  return spawn('prlimit', [...guard, command, ...args], {
    cwd: options.cwd,
    env: ENVIRONMENT,
    stdio: options.stdio,
    detached: true,
  });
}

/** It and whatever it started. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

/** Why a signal was aborted, as an error. */
export function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
}

export type Exceeded = 'time' | 'memory' | 'output' | 'scratch';

export interface Watch {
  /** Highest memory seen. */
  readonly peakBytes: number;
  stop(): void;
}

export interface WatchOptions {
  readonly pid: number;
  readonly wallMs: number;
  readonly memoryBytes: number;
  readonly folder: { readonly path: string; readonly bytes: number };
  readonly exceeded: (limit: Exceeded) => void;
}

/** Looks at a process until told to stop; says once what it went beyond. */
export function watch({ pid, wallMs, memoryBytes, folder, exceeded }: WatchOptions): Watch {
  let peakBytes = 0;
  let stopped = false;
  let looking: NodeJS.Timeout | undefined;
  const end = (limit: Exceeded) => {
    if (stopped) return;
    stop();
    exceeded(limit);
  };
  const clock = setTimeout(end, wallMs, 'time');
  const look = async () => {
    const memory = await ownMemory(pid);
    peakBytes = Math.max(peakBytes, memory);
    if (memory > memoryBytes) return end('memory');
    if ((await folderBytes(folder.path)) > folder.bytes) return end('scratch');
    if (!stopped) looking = setTimeout(() => void look(), CHILD.watchMs);
  };
  looking = setTimeout(() => void look(), CHILD.watchMs);

  function stop() {
    stopped = true;
    clearTimeout(clock);
    clearTimeout(looking);
  }
  return {
    get peakBytes() {
      return peakBytes;
    },
    stop,
  };
}

/** Resident bytes that a process shares with no file; 0 when it is gone. */
export async function ownMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return (kilobytes('RssAnon') + kilobytes('RssShmem')) * 1_024;
}

/** What lies in a folder, as the disk counts it. */
async function folderBytes(path: string): Promise<number> {
  const names = await readdir(path, { recursive: true }).catch(() => []);
  let bytes = 0;
  for (const name of names) {
    const found = await stat(join(path, name)).catch(() => null);
    if (found?.isFile()) bytes += found.blocks * 512;
  }
  return bytes;
}
