import { open as openFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { TelegramConfig } from '@aisha/config';
import { type Logger, withDeadline } from '@aisha/service';
import type { File } from 'telegraf/types';
import { announcedSize, readBounded, TooBigError, writeBounded, type Bounds } from '../transfer.ts';
import { describeFailure, retryAfterMs, transportFailure } from '../transport.ts';
import type { SendOutcome } from './outcome.ts';

export interface DownloadOptions {
  /** 20 MiB on the cloud (Telegram gives no more), 2 GiB on a self-hosted server, unless told less. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | null | undefined;
  /** For the whole transfer; 2 minutes in memory, 15 to a file. */
  readonly timeoutMs?: number;
}

type DownloadFailure =
  | { readonly kind: 'too-big'; readonly size: number | null; readonly maxBytes: number }
  /** Telegram does not know the file (any more). */
  | { readonly kind: 'gone'; readonly why: string }
  /**
   * The self-hosted server has it, and it cannot be read from here: an operator's error, logged with what to mend.
   * `why`: what the disk said, then what HTTP said.
   */
  | { readonly kind: 'misplaced'; readonly afterMs: number; readonly why: string; readonly mend: string }
  | { readonly kind: 'retry'; readonly afterMs: number; readonly why: string };

export interface TelegramFiles {
  downloadToBuffer(
    fileId: string,
    options?: DownloadOptions,
  ): Promise<{ readonly kind: 'ok'; readonly data: Buffer } | DownloadFailure>;
  /** Writes to a file that must not exist yet. */
  downloadToFile(
    fileId: string,
    path: string,
    options?: DownloadOptions,
  ): Promise<{ readonly kind: 'ok'; readonly bytes: number } | DownloadFailure>;
}

/** What one download may weigh at most, by who serves it (the cloud refuses `getFile` above 20 MiB). */
export const CLOUD_DOWNLOAD_LIMIT = 20 * 1024 * 1024;
const SELF_HOSTED_DOWNLOAD_LIMIT = 2 * 1024 * 1024 * 1024;

export const isCloud = (apiRoot: string) => new URL(apiRoot).hostname === 'api.telegram.org';

export const downloadLimit = (apiRoot: string) =>
  isCloud(apiRoot) ? CLOUD_DOWNLOAD_LIMIT : SELF_HOSTED_DOWNLOAD_LIMIT;

export function createFiles(parts: {
  readonly config: Pick<TelegramConfig, 'token' | 'apiRoot'>;
  readonly log: Logger;
  getFile(
    fileId: string,
    options: { signal?: AbortSignal | null | undefined; timeoutMs: number },
  ): Promise<SendOutcome<File>>;
}): TelegramFiles {
  const { config } = parts;
  const cloud = isCloud(config.apiRoot);
  const ceiling = downloadLimit(config.apiRoot);

  const download = async <T>(
    fileId: string,
    options: DownloadOptions & { readonly timeoutMs: number },
    take: (body: AsyncIterable<Uint8Array>, bounds: Bounds) => Promise<T>,
  ): Promise<{ readonly kind: 'ok'; readonly taken: T } | DownloadFailure> => {
    const maxBytes = Math.min(options.maxBytes ?? ceiling, ceiling);
    // A self-hosted server fetches the whole file from Telegram before it answers.
    const timeoutMs = cloud ? 10_000 : options.timeoutMs;
    const answer = await parts.getFile(fileId, { signal: options.signal, timeoutMs });
    if (answer.kind !== 'ok') return refusal(answer, maxBytes);
    const { file_path: path, file_size: size } = answer.result;
    if (size !== undefined && size > maxBytes) return { kind: 'too-big', size, maxBytes };
    if (path === undefined) return { kind: 'gone', why: 'no file path' };
    const signal = withDeadline(options.signal, options.timeoutMs);
    try {
      const source = await open(path, signal);
      if (source.kind !== 'open') return source;
      if (source.size !== null && source.size > maxBytes) {
        await source.cancel();
        return { kind: 'too-big', size: source.size, maxBytes };
      }
      return { kind: 'ok', taken: await take(source.body, { maxBytes, signal }) };
    } catch (error) {
      if (error instanceof TooBigError) return { kind: 'too-big', size: null, maxBytes };
      return { kind: 'retry', afterMs: 2_000, why: transportFailure(error, options.signal).why };
    }
  };

  /** A `--local` server names a file on its own disk: read it there if we share the volume, else over HTTP. */
  const open = async (path: string, signal: AbortSignal): Promise<Source | DownloadFailure> => {
    const onDisk = !cloud && isAbsolute(path) ? await openShared(path) : null;
    if (onDisk?.kind === 'open') return onDisk;
    const response = await fetch(fileUrl(path), { redirect: 'error', signal });
    if (response.ok && response.body !== null) {
      const { body } = response;
      return { kind: 'open', size: announcedSize(response.headers), body, cancel: () => body.cancel() };
    }
    await response.body?.cancel();
    if (response.status === 404 || response.status === 400) {
      const said = `HTTP ${response.status}`;
      return cloud ? { kind: 'gone', why: said } : misplaced(path, onDisk?.code ?? null, said);
    }
    return {
      kind: 'retry',
      afterMs: retryAfterMs(response.headers) ?? 2_000,
      why: `HTTP ${response.status}`,
    };
  };

  /** The server told of it a moment ago: it is there, and not for us. */
  const misplaced = (path: string, code: string | null, said: string): DownloadFailure => {
    const why = [code, said].filter((part) => part !== null).join(', then ');
    const mend = mendFor(code);
    // The folder above the token's: what is below it names the token.
    const [folder = ''] = path.split(`/${config.token}`);
    parts.log.error('a file of the Bot API server cannot be read here', {
      why,
      mend,
      ...(isAbsolute(path) && folder !== path ? { folder } : {}),
    });
    return { kind: 'misplaced', afterMs: 10_000, why, mend };
  };

  const fileUrl = (path: string): string => {
    // Below the server's working directory a local server keeps files under <token>/.
    const below = path.split(`/${config.token}/`).at(-1) ?? path;
    const relative = below.split('/').filter(Boolean).map(encodeURIComponent).join('/');
    return `${config.apiRoot}/file/bot${config.token}/${relative}`;
  };

  return {
    async downloadToBuffer(fileId, options = {}) {
      const outcome = await download(fileId, { timeoutMs: 120_000, ...options }, readBounded);
      return outcome.kind === 'ok' ? { kind: 'ok', data: outcome.taken } : outcome;
    },
    async downloadToFile(fileId, path, options = {}) {
      const outcome = await download(fileId, { timeoutMs: 900_000, ...options }, (body, bounds) =>
        writeBounded(body, path, bounds),
      );
      return outcome.kind === 'ok' ? { kind: 'ok', bytes: outcome.taken } : outcome;
    },
  };
}

/** A file that the server and we see on the same volume; else the system's word for why we do not. */
async function openShared(
  path: string,
): Promise<Source | { readonly kind: 'unread'; readonly code: string }> {
  try {
    const file = await openFile(path);
    const found = await file.stat();
    if (!found.isFile()) {
      await file.close();
      return { kind: 'unread', code: 'no file' };
    }
    return {
      kind: 'open',
      size: found.size,
      body: file.createReadStream(),
      cancel: () => file.close(),
    };
  } catch (error) {
    return { kind: 'unread', code: describeFailure(error) };
  }
}

function mendFor(code: string | null): string {
  if (code === 'EACCES' || code === 'EPERM')
    return "let this process read the Bot API server's files: the same group, or folders that others may enter";
  if (code !== null)
    return "mount the Bot API server's folder here, read-only and under the same path, or serve it at /file/bot<token>/";
  return 'start the Bot API server with --local and mount its folder here, or serve its files at /file/bot<token>/';
}

interface Source {
  readonly kind: 'open';
  readonly size: number | null;
  readonly body: AsyncIterable<Uint8Array>;
  cancel(): Promise<void>;
}

function refusal(outcome: Exclude<SendOutcome, { kind: 'ok' }>, maxBytes: number): DownloadFailure {
  switch (outcome.kind) {
    case 'refused':
      if (outcome.description.includes('file is too big')) return { kind: 'too-big', size: null, maxBytes };
      // "wrong file_id or the file is temporarily unavailable" cannot be told apart: a few tries settle it.
      return outcome.description.includes('temporarily unavailable')
        ? { kind: 'retry', afterMs: 3_000, why: outcome.description }
        : { kind: 'gone', why: outcome.description };
    case 'retry':
      return outcome;
    case 'unknown':
      return { kind: 'retry', afterMs: 1_000, why: outcome.why };
    case 'unreachable':
    case 'unchanged':
    case 'migrated':
    case 'forbidden':
    case 'no-topic':
      break;
  }
  return { kind: 'gone', why: outcome.kind };
}
