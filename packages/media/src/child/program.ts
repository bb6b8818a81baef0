import { TransientError } from '@aisha/service';
import { CHILD, type Limits } from '../limits.ts';
import type { ScratchFolder } from '../scratch.ts';
import { type Exceeded, killGroup, reasonOf, spawnGuarded, watch } from './guarded.ts';

/** A program's own end. A code other than 0 is for the caller to understand. */
export interface Ended {
  readonly kind: 'ended';
  /** Null when a signal ended it (its own fault, such as a crash). */
  readonly code: number | null;
  readonly stdout: Buffer;
  /** The end of it. */
  readonly stderr: string;
  readonly peakBytes: number;
}

export interface ProgramCall {
  readonly folder: Pick<ScratchFolder, 'path' | 'bytes'>;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** Of standard error kept, when the end in limits.ts is not enough. */
  readonly stderrBytes?: number;
}

/** Of setpriv, when the program is not there. */
const NOT_STARTED = 127;

type Killed = { readonly kind: 'exceeded'; readonly limit: Exceeded; readonly peakBytes: number };

/** Runs a program in a scratch folder until it ends, goes beyond a limit, or the signal aborts. Nothing is its input. */
export function runProgram(
  command: string,
  args: readonly string[],
  call: ProgramCall,
): Promise<Ended | Killed> {
  const { folder, limits, signal, stderrBytes = CHILD.stderrBytes } = call;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(reasonOf(signal));
    const child = spawnGuarded(command, args, {
      cwd: folder.path,
      memoryBytes: limits.memoryBytes,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let stderr = '';
    // Settled when it is gone: nothing writes into the folder any more.
    let killed: (() => void) | null = null;
    const end = (then: () => void) => {
      finish();
      if (killed) return;
      killed = then;
      killGroup(child);
    };
    const exceeded = (limit: Exceeded) =>
      end(() => resolve({ kind: 'exceeded', limit, peakBytes: watching.peakBytes }));
    const watching = watch({
      pid: child.pid ?? 0,
      wallMs: limits.wallMs,
      memoryBytes: limits.memoryBytes,
      folder,
      exceeded,
    });
    const abort = () => end(() => reject(reasonOf(signal)));
    const finish = () => {
      watching.stop();
      signal.removeEventListener('abort', abort);
    };
    signal.addEventListener('abort', abort, { once: true });
    child.stdout?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limits.outputBytes) return exceeded('output');
      chunks.push(chunk);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-stderrBytes);
    });
    child.on('error', (error) => {
      finish();
      reject(new TransientError(`${command} cannot be started`, { cause: error }));
    });
    child.on('exit', () => killed?.());
    child.on('close', (code) => {
      finish();
      if (code === NOT_STARTED && stderr.startsWith('setpriv: failed to execute'))
        return reject(new TransientError(`${command} cannot be started: ${stderr}`));
      resolve({ kind: 'ended', code, stdout: Buffer.concat(chunks), stderr, peakBytes: watching.peakBytes });
    });
  });
}
