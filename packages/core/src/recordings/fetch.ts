import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { FailureReason } from '@aisha/db';
import { CLOUD_DOWNLOAD_LIMIT, fetchFileTo } from '@aisha/providers';
import { TransientError } from '@aisha/service';
import type { Run, WorkerParts } from '../parts.ts';
import type { Recording } from './recordings.ts';

/** Whatever sends so slowly will not end. */
const LINK_MS = 10 * 60_000;

/** How much room a file needs on the disk. */
export const roomFor = (parts: WorkerParts, { source, fileSize }: Pick<Recording, 'source' | 'fileSize'>) =>
  source === 'link'
    ? parts.config.links.maxBytes
    : // Where nobody says how big a file is, it comes from Telegram's cloud, which gives no more than this.
      (fileSize ?? CLOUD_DOWNLOAD_LIMIT);

type Fetching = Pick<Run, 'signal' | 'lastAttempt'>;

interface Wanted {
  readonly fileId: string;
  readonly isLink: boolean;
  readonly file: string;
  readonly maxBytes: number;
}

/** Fetches what somebody sent, or what their link leads to, into a file; why it cannot be, where it cannot. */
export async function fetchSource(
  parts: WorkerParts,
  wanted: Wanted,
  run: Fetching,
): Promise<FailureReason | null> {
  const problem = wanted.isLink ? await fromLink(parts, wanted, run) : await fromTelegram(parts, wanted, run);
  if (problem) return problem;
  return (await stat(wanted.file)).size === 0 ? 'empty_file' : null;
}

async function fromTelegram(parts: WorkerParts, { fileId, file, maxBytes }: Wanted, run: Fetching) {
  const sent = await parts.telegram.downloadToFile(fileId, file, { signal: run.signal, maxBytes });
  switch (sent.kind) {
    case 'ok':
      return null;
    case 'too-big':
      return 'file_too_big';
    case 'gone':
      return 'file_gone';
    case 'misplaced':
      if (run.lastAttempt) return 'file_unreachable';
      throw new TransientError(`the file cannot be read here: ${sent.why}`, { retryAfterMs: sent.afterMs });
    case 'retry':
      throw new TransientError(`the file cannot be downloaded now: ${sent.why}`);
    default:
      return sent satisfies never;
  }
}

/** Public addresses alone, each redirect checked anew, no more than the limit, streamed to the disk. */
async function fromLink(parts: WorkerParts, { fileId, file, maxBytes }: Wanted, run: Fetching) {
  const { reach } = parts.config.links;
  if (reach === 'off') return 'link_refused';
  const sent = await fetchFileTo(fileId, (body) => pipeline(body, createWriteStream(file)), {
    maxBytes: Math.min(maxBytes, parts.config.links.maxBytes),
    timeoutMs: LINK_MS,
    signal: run.signal,
    anyAddress: reach === 'any',
    plainHttp: true,
  });
  switch (sent.kind) {
    case 'ok':
      return /^(text\/html|application\/xhtml)/.test(sent.contentType) ? 'link_page' : null;
    case 'too-big':
      return 'file_too_big';
    case 'gone':
      return 'link_gone';
    case 'blocked':
      return 'link_refused';
    case 'retry':
      // What never ends will not end the next time.
      if (run.lastAttempt || /Timeout/.test(sent.why)) return 'link_gone';
      throw new TransientError(`the link cannot be fetched now: ${sent.why}`, { retryAfterMs: sent.afterMs });
    default:
      return sent satisfies never;
  }
}
