import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  statfs,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Logger, TransientError } from '@aisha/service';
import { SCRATCH } from './limits.ts';

/** A place for one file's work; what is in it goes with it. */
export interface ScratchFolder extends AsyncDisposable {
  readonly path: string;
  /** How much may lie in it. */
  readonly bytes: number;
}

export interface Scratch {
  /**
   * A new empty folder with room reserved for `bytes`. When there is none, waits for others to end their work, then
   * rejects with a TransientError and rings for the operator: it is never the file's fault. Somebody's files together
   * have half of the room, so that their large ones cannot fill it for everybody else; one file may have what there is.
   */
  folder(bytes: number, options: FolderOptions): Promise<ScratchFolder>;
  /** Writes a file into a folder. A full disk rejects as `folder` does. */
  write(folder: Pick<ScratchFolder, 'path'>, name: string, data: Uint8Array): Promise<void>;
  /** Bytes reserved now. */
  readonly reserved: number;
  /** Removes everything. */
  close(): Promise<void>;
}

export interface FolderOptions {
  /** Whose file it is. */
  readonly owner: string;
  readonly signal: AbortSignal;
  readonly waitMs?: number;
  /** Another folder for the same file, which counts as one with this. */
  readonly beside?: Pick<ScratchFolder, 'bytes'>;
}

export interface ScratchOptions {
  /** Where the folders of all workers lie. */
  readonly root: string;
  /** For this worker; by default as in limits.ts. */
  readonly totalBytes?: number;
  readonly log: Logger;
}

/** Opens this process's own place under the root, and removes what dead processes left there. */
export async function openScratch(options: ScratchOptions): Promise<Scratch> {
  const { root, log, totalBytes = SCRATCH.totalBytes } = options;
  const own = join(root, await ownName());
  await mkdir(own, { recursive: true, mode: 0o700 });
  await tidy(root, own);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(own, now, now).catch((error: unknown) => log.error('the scratch folder is gone', { own, error }));
  }, SCRATCH.heartbeatMs).unref();
  const tidying = setInterval(() => void tidy(root, own).catch(() => undefined), SCRATCH.tidyMs).unref();
  let reserved = 0;
  /** Of each owner who holds anything. */
  const held = new Map<string, number>();
  let released = Promise.withResolvers<void>();

  async function room(
    bytes: number,
    { owner, signal, waitMs = SCRATCH.waitMs, beside }: FolderOptions,
  ): Promise<void> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      const { bavail, bsize } = await statfs(own);
      const free = bavail * bsize - SCRATCH.spareBytes;
      // What others reserved and have not written yet is still free on the disk; to count it twice errs on the safe side.
      const most = Math.min(totalBytes, Math.max(free, 0));
      const mine = held.get(owner) ?? 0;
      const isOnly = mine === (beside?.bytes ?? 0);
      const isWithinShare = isOnly || mine + bytes <= most * SCRATCH.shareOfOne;
      if (isWithinShare && reserved + bytes <= most) return;
      const left = deadline - performance.now();
      if (left <= 0 && !isWithinShare)
        throw new TransientError('somebody’s other files hold their share of scratch');
      if (left <= 0 || reserved === 0) {
        log.error('scratch is full', {
          root,
          neededBytes: bytes,
          reservedBytes: reserved,
          freeBytes: free,
          totalBytes,
        });
        throw new TransientError('scratch is full');
      }
      const waiting = new AbortController();
      await Promise.race([
        released.promise,
        wait(Math.min(left, 1_000), undefined, { signal: AbortSignal.any([signal, waiting.signal]) }),
      ])
        .catch(() => signal.throwIfAborted())
        .finally(() => waiting.abort());
    }
  }

  return {
    get reserved() {
      return reserved;
    },
    async folder(bytes, wanted) {
      const { owner, signal } = wanted;
      signal.throwIfAborted();
      await room(bytes, wanted);
      reserved += bytes;
      held.set(owner, (held.get(owner) ?? 0) + bytes);
      const release = () => {
        reserved -= bytes;
        const rest = (held.get(owner) ?? 0) - bytes;
        if (rest > 0) held.set(owner, rest);
        else held.delete(owner);
        released.resolve();
        released = Promise.withResolvers();
      };
      const path = await mkdtemp(join(own, 'f-')).catch((error: unknown) => {
        release();
        throw scratchError(error, log);
      });
      let open = true;
      return {
        path,
        bytes,
        async [Symbol.asyncDispose]() {
          if (!open) return;
          open = false;
          await rm(path, { recursive: true, force: true }).finally(release);
        },
      };
    },
    write: (folder, name, data) =>
      writeFile(join(folder.path, name), data).catch((error: unknown) => {
        throw scratchError(error, log);
      }),
    async close() {
      clearInterval(heartbeat);
      clearInterval(tidying);
      await rm(own, { recursive: true, force: true });
    },
  };
}

/** A full disk is the operator's trouble and passes: a TransientError after an alarm. Any other error stays itself. */
export function scratchError(error: unknown, log: Logger): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') return error;
  log.error('scratch is full', { error });
  return new TransientError('scratch is full', { cause: error });
}

/** Says of a line on standard error whether the disk was full. */
export const tellsOfFullDisk = (text: string): boolean =>
  /No space left on device|Disk quota exceeded/i.test(text);

/** Host, process space, process and its start: no other process, before or after, has the same. */
async function ownName(): Promise<string> {
  return [hostname(), await pidSpace(), process.pid, (await startOf(process.pid)) ?? 0].join('~');
}

async function pidSpace(): Promise<string> {
  return /\d+/.exec(await readlink('/proc/self/ns/pid').catch(() => '0'))?.[0] ?? '0';
}

/** In clock ticks since the machine's start; null when there is no such process. */
async function startOf(pid: number): Promise<string | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The name in brackets may hold anything; the start is the twentieth field after it.
  return line?.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

async function tidy(root: string, own: string): Promise<void> {
  const space = await pidSpace();
  for (const name of await readdir(root)) {
    const path = join(root, name);
    if (path !== own && (await isDead(path, name, space))) await rm(path, { recursive: true, force: true });
  }
}

async function isDead(path: string, name: string, space: string): Promise<boolean> {
  const [host, theirSpace, pid, start] = name.split('~');
  if (start === undefined) return false;
  if (host === hostname() && theirSpace === space) return (await startOf(Number(pid))) !== start;
  // Another container or machine on the same file system.
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
  return Date.now() - mtimeMs > SCRATCH.deadAfterMs;
}
