import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { encodeSpeech } from '@aisha/sandbox';

const run = promisify(execFile);

export type SpeechOptions = NonNullable<Parameters<typeof encodeSpeech>[1]>;

/** What ffmpeg is given between its inputs and the name of the file; `$1`, `$2` are wave files of the texts. */
export interface Recipe {
  /** Said in `$1`, `$2` and so on. */
  readonly texts: readonly string[];
  /** Words separated by spaces; filters without spaces in them. */
  readonly ffmpeg: string;
  /** With the extension that tells the container. */
  readonly file: string;
  readonly speech?: SpeechOptions;
  /** Done to the bytes at last. */
  readonly spoil?: (bytes: Buffer) => Buffer;
}

/** A recording as somebody's device would have made it, of speech that the stand-in understands. */
export async function record({ texts, ffmpeg, file, speech = {}, spoil }: Recipe): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'aisha-case-'));
  try {
    const inputs = texts.map(async (text, n) => {
      const path = join(folder, `${n + 1}.wav`);
      await writeFile(path, await encodeSpeech(text.split(' '), { ...speech, format: 'wav' }));
    });
    await Promise.all(inputs);
    const words = ffmpeg
      .replaceAll(/\$(\d)/g, '$1.wav')
      .split(' ')
      .filter(Boolean);
    await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...words, file], { cwd: folder });
    const bytes = await readFile(join(folder, file));
    return spoil ? spoil(bytes) : bytes;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
