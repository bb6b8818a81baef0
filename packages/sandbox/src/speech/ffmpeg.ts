import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** ffmpeg (or ffprobe) ended with an error; the message is the end of what it wrote. */
export class FfmpegError extends Error {
  override name = 'FfmpegError';
}

interface FfmpegRun {
  command?: 'ffmpeg' | 'ffprobe';
  args: readonly string[];
  input?: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  onOutput?: (chunk: Buffer) => void;
  signal?: AbortSignal;
}

/** Runs ffmpeg from the PATH with bounded memory; resolves when it has ended well. */
export async function runFfmpeg(run: FfmpegRun): Promise<void> {
  const command = run.command ?? 'ffmpeg';
  const quiet = command === 'ffmpeg' ? ['-hide_banner', '-nostdin', '-loglevel', 'error'] : ['-v', 'error'];
  const args = run.input ? quiet.filter((arg) => arg !== '-nostdin') : quiet;
  const child = spawn(command, [...args, ...run.args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(run.signal ? { signal: run.signal } : {}),
  });
  let complaint = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  child.stdout.on('data', (chunk: Buffer) => run.onOutput?.(chunk));
  const closed = once(child, 'close');
  // ffmpeg may stop reading early (bad input, -t): its exit status tells, not the broken pipe.
  const fed = run.input
    ? pipeline(Readable.from(run.input), child.stdin).catch(() => undefined)
    : Promise.resolve(child.stdin.end());
  const [status] = await closed;
  await fed;
  if (status !== 0) throw new FfmpegError(complaint.trim() || `${command} ended with ${String(status)}`);
}

/** Collects what ffmpeg (or ffprobe) writes. */
export async function ffmpegOutput(run: Omit<FfmpegRun, 'onOutput'>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await runFfmpeg({ ...run, onOutput: (chunk) => chunks.push(chunk) });
  return Buffer.concat(chunks);
}
