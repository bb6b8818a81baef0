import { execFile } from 'node:child_process';
import { codeOf, reasonOf } from '../reason.ts';
import { type Check, failed, ok } from './finding.ts';

const MEND =
  'the worker needs ffmpeg with Opus: apt-get install ffmpeg; its image has it, so try it there: node apps/cli/dist/main.js doctor --only media';

/** A tenth of a second of silence, encoded the way the worker encodes what it sends to be transcribed. */
const ARGUMENTS = ['-v', 'error', '-f', 's16le', '-ar', '16000', '-ac', '1', '-i', 'pipe:0'];
const OUTPUT = ['-c:a', 'libopus', '-b:a', '32k', '-f', 'ogg', 'pipe:1'];

export const checkMedia: Check = async () => {
  try {
    const ogg = await encode(Buffer.alloc(3_200));
    return ogg.subarray(0, 4).toString('latin1') === 'OggS'
      ? [ok('ffmpeg', 'encodes speech')]
      : [failed('ffmpeg', 'makes no Ogg file', MEND)];
  } catch (error) {
    return [failed('ffmpeg', codeOf(error) === 'ENOENT' ? 'not found in PATH' : reasonOf(error), MEND)];
  }
};

function encode(pcm: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'ffmpeg',
      [...ARGUMENTS, ...OUTPUT],
      { encoding: 'buffer', timeout: 10_000 },
      (error, stdout) => (error ? reject(error) : resolve(stdout)),
    );
    // One that ends before it has read everything says why by its exit.
    child.stdin?.on('error', () => undefined).end(pcm);
  });
}
