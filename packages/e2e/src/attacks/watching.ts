import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Product } from '../product.ts';

const MB = 1024 * 1024;
const COMPOSE = fileURLToPath(new URL('../../../../docker-compose.prod.yml', import.meta.url));

/** What the container of each process may hold in production, in MB; by the beginning of its name. */
function containers(): ReadonlyMap<string, number> {
  const text = readFileSync(COMPOSE, 'utf8');
  const limit = (variable: string) => {
    const [, amount, unit] = new RegExp(String.raw`\$\{${variable}:-(\d+)([MG])\}`).exec(text) ?? [];
    if (amount === undefined) throw new Error(`docker-compose.prod.yml says no ${variable}`);
    return Number(amount) * (unit === 'G' ? 1_024 : 1);
  };
  return new Map([
    ['worker', limit('WORKER_MEMORY')],
    ['webhook-api', limit('API_MEMORY')],
    ['bot-polling', limit('BOT_MEMORY')],
  ]);
}

export interface Held {
  readonly mostMb: number;
  readonly containerMb: number;
}

export interface Watched {
  /** By process, with all that it started. */
  readonly memory: Readonly<Record<string, Held>>;
  /** On the disk at once, in MB. */
  readonly scratchMb: number;
}

/** Looks at every process of ours and at the scratch until told to stop. */
export function watch({ stack }: Product, scratch: string): { stop(): Watched } {
  const limits = containers();
  const most = new Map<string, number>();
  let scratchMb = 0;
  const look = () => {
    const held = processes();
    for (const { name, pid, running } of stack.apps)
      if (running) most.set(name, Math.max(most.get(name) ?? 0, withChildren(held, pid)));
    scratchMb = Math.max(scratchMb, folderMb(scratch));
  };
  const timer = setInterval(look, 150);
  return {
    stop() {
      clearInterval(timer);
      look();
      const memory = Object.fromEntries(
        Array.from(most, ([name, mb]) => {
          const containerMb = limits.get(name.replace(/-\d+$/, ''));
          if (containerMb === undefined) throw new Error(`no container is known for ${name}`);
          return [name, { mostMb: Math.round(mb), containerMb }];
        }),
      );
      return { memory, scratchMb: Math.round(scratchMb) };
    },
  };
}

interface Process {
  readonly parent: number;
  /** Its own: without the pages of program files, which all share and the kernel takes back. */
  readonly mb: number;
}

function processes(): ReadonlyMap<number, Process> {
  const found = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const field = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
      found.set(Number(name), {
        parent: field('PPid'),
        mb: (field('RssAnon') + field('RssShmem')) / 1_024,
      });
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

function withChildren(all: ReadonlyMap<number, Process>, pid: number): number {
  let sum = all.get(pid)?.mb ?? 0;
  for (const [child, { parent }] of all) if (parent === pid) sum += withChildren(all, child);
  return sum;
}

/** What lies below a folder, which is written to and cleared meanwhile. */
function folderMb(path: string): number {
  try {
    return readdirSync(path, { withFileTypes: true }).reduce((sum, entry) => {
      const inside = join(path, entry.name);
      return sum + (entry.isDirectory() ? folderMb(inside) : (statSync(inside).blocks * 512) / MB);
    }, 0);
  } catch {
    // It went away meanwhile.
    return 0;
  }
}
