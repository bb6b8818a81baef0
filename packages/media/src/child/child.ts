import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { tmpdir } from 'node:os';
import { CHILD, type Limits } from '../limits.ts';
import type { ScratchFolder } from '../scratch.ts';
import { type Exceeded, killGroup, reasonOf, spawnGuarded, watch } from './guarded.ts';
import { type Answer, answer, type Request } from './protocol.ts';

/** How a call ended. */
export type Said =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly peakBytes: number }
  | { readonly kind: 'exceeded'; readonly limit: Exceeded; readonly peakBytes: number }
  /** It ended by itself. */
  | {
      readonly kind: 'gone';
      readonly how: string;
      readonly signal: string | null;
      readonly peakBytes: number;
    }
  /** It could not even be started. */
  | { readonly kind: 'not-started'; readonly error: Error };

export interface Child {
  readonly pid: number | undefined;
  /** Files given to it so far. */
  readonly served: number;
  /** Whether it can take another. */
  readonly alive: boolean;
  /** One file; one at a time. Whatever is not an answer leaves it dead. */
  ask(request: Request, call: Call): Promise<Said>;
  kill(): void;
}

export interface Call {
  readonly limits: Limits;
  readonly folder: Pick<ScratchFolder, 'path' | 'bytes'>;
  readonly signal: AbortSignal;
}

export interface ChildOptions {
  /** The program, compiled or not. */
  readonly program: URL;
  /** The most that any of its calls may hold. */
  readonly memoryBytes: number;
}

/** Compiled or not, as this file is. */
export const PROGRAM = new URL(`../main${extname(import.meta.url)}`, import.meta.url);

/** Starts a process that runs parsers. It does not keep ours from ending. */
export function startChild({ program, memoryBytes }: ChildOptions): Child {
  const source = program.pathname.endsWith('.ts') ? ['--conditions=@aisha/source'] : [];
  const child = spawnGuarded(
    process.execPath,
    [`--max-old-space-size=${CHILD.heapMb}`, ...source, program.pathname],
    // `/` is nobody's: each call brings its folder.
    { cwd: tmpdir(), memoryBytes, stdio: ['pipe', 'ignore', 'pipe', 'pipe'] },
  );
  let stderr = '';
  let served = 0;
  let alive = true;
  /** Of the call under way. */
  let heard: ((chunk: Buffer) => void) | null = null;
  let ended: ((how: Said) => void) | null = null;
  /** Of a call that had to be killed: nothing writes into its folder any more. */
  let killed: (() => void) | null = null;
  const answers = child.stdio[3];
  if (!(answers instanceof Readable) || !child.stdin || !child.stderr)
    throw new Error('the child has no pipes');
  const input = child.stdin;
  input.on('error', () => undefined);
  answers.on('data', (chunk: Buffer) => heard?.(chunk));
  answers.on('error', () => undefined);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-CHILD.stderrBytes);
  });
  child.on('error', (error) => {
    alive = false;
    ended?.({ kind: 'not-started', error });
  });
  child.on('exit', () => {
    alive = false;
    killed?.();
  });
  child.on('close', (code, signal) => {
    alive = false;
    const how = `it ended with ${signal ?? `code ${code}`}${stderr === '' ? '' : `: ${stderr.trim()}`}`;
    ended?.({ kind: 'gone', how, signal, peakBytes: 0 });
  });
  // Its pipes and itself: an idle child is no reason to live on.
  child.unref();
  for (const pipe of [input, answers, child.stderr])
    if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref();

  function kill() {
    alive = false;
    killGroup(child);
  }

  return {
    pid: child.pid,
    get served() {
      return served;
    },
    get alive() {
      return alive;
    },
    kill,
    ask: (request, { limits, folder, signal }) =>
      new Promise((resolve, reject) => {
        served += 1;
        child.ref();
        const chunks: Buffer[] = [];
        let bytes = 0;
        const exceeded = (limit: Exceeded) =>
          end(() => resolve({ kind: 'exceeded', limit, peakBytes: watching?.peakBytes ?? 0 }));
        const watching =
          child.pid === undefined
            ? null
            : watch({
                pid: child.pid,
                wallMs: limits.wallMs,
                memoryBytes: limits.memoryBytes,
                folder,
                exceeded,
              });
        const settle = (said: Said) => {
          finish();
          child.unref();
          resolve(said.kind === 'not-started' ? said : { ...said, peakBytes: watching?.peakBytes ?? 0 });
        };
        const abort = () => end(() => reject(reasonOf(signal)));
        const end = (then: () => void) => {
          finish();
          if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return then();
          killed = then;
          kill();
        };
        const finish = () => {
          watching?.stop();
          signal.removeEventListener('abort', abort);
          heard = null;
          ended = null;
        };
        ended = settle;
        heard = (chunk) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > limits.outputBytes) exceeded('output');
          else if (chunk.at(-1) === 10) {
            const understood = read(Buffer.concat(chunks));
            // A child that no longer speaks the language is not asked again.
            if (!understood) kill();
            settle(
              understood
                ? { kind: 'answer', answer: understood, peakBytes: 0 }
                : { kind: 'gone', how: 'it said what nobody understands', signal: null, peakBytes: 0 },
            );
          }
        };
        signal.addEventListener('abort', abort, { once: true });
        if (signal.aborted) return abort();
        input.write(`${JSON.stringify(request)}\n`);
      }),
  };
}

function read(line: Buffer): Answer | null {
  try {
    return answer.parse(JSON.parse(line.toString('utf8')));
  } catch {
    return null;
  }
}
