import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A made recording: half a second of a loud tone, half a second of nothing, and so on. */
const spoken = (seconds: number, level = 0.3, hertz = 300) =>
  `aevalsrc='${level}*sin(2*PI*${hertz}*t)*lt(mod(t,1),0.5)':s=48000:d=${seconds}`;

/** Runs the machine's ffmpeg in a folder. */
export async function ffmpeg(folder: string, ...args: string[]): Promise<void> {
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], {
    cwd: folder,
    maxBuffer: 16 * 1024 * 1024,
  });
}

/** A recording in a file, by ffmpeg's arguments for its codec and container. */
export async function make(
  folder: string,
  name: string,
  args: readonly string[],
  options: { seconds?: number; level?: number; hertz?: number } = {},
): Promise<string> {
  const { seconds = 4, level, hertz } = options;
  await ffmpeg(folder, '-f', 'lavfi', '-i', spoken(seconds, level, hertz), ...args, name);
  return join(folder, name);
}
