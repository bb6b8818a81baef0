import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { inspectProcess } from '@aisha/sandbox/stack';

interface Owner {
  pid: number;
  startTicks: number;
  /** Null until it is ready. */
  url: string | null;
}

export interface Lock {
  /** Tells whoever starts a second time where to look. */
  publish(url: string): void;
  release(): void;
}

/** One launcher per data folder. A lock whose owner is gone, or whose pid belongs to somebody else by now, counts for nothing. */
export function takeLock(path: string): Lock | { runningAt: string | null; pid: number } {
  const own: Owner = {
    pid: process.pid,
    startTicks: inspectProcess(process.pid)?.startTicks ?? 0,
    url: null,
  };
  mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    try {
      writeFileSync(path, JSON.stringify(own), { flag: 'wx' });
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const owner = readOwner(path);
      if (owner !== null && inspectProcess(owner.pid)?.startTicks === owner.startTicks) {
        return { runningAt: owner.url, pid: owner.pid };
      }
      rmSync(path, { force: true });
    }
  }
  return {
    publish: (url) => writeFileSync(path, JSON.stringify({ ...own, url })),
    release: () => rmSync(path, { force: true }),
  };
}

function readOwner(path: string): Owner | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startTicks' in value))
      return null;
    const { pid, startTicks } = value;
    const url = 'url' in value && typeof value.url === 'string' ? value.url : null;
    return typeof pid === 'number' && typeof startTicks === 'number' ? { pid, startTicks, url } : null;
  } catch {
    return null;
  }
}
