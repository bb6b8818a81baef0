import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { formats, type FormatName } from './formats.ts';
import type { Paper } from './paper.ts';

/** Pages of twelve hours of speech need some 200 MB of heap while they are laid out; more than this is refused. */
const HEAP_MB = 512;
/** The same take half a minute on a busy core. */
const PATIENCE_MS = 120_000;

export type Rendered =
  | { readonly kind: 'ok'; readonly file: Buffer }
  /** More pages than the memory or the time for them. */
  | { readonly kind: 'too_long' }
  /** The fonts lack the letters of its language. */
  | { readonly kind: 'no_letters' };

/** What goes to the thread, and what comes back. */
export interface Asked {
  readonly paper: Paper;
  readonly format: FormatName;
  readonly id: string;
}

/**
 * A paper as a file. `id` names what it is of, for formats whose entries have names of their own. The libraries that lay
 * out pages run in a thread: the process goes on meanwhile, and a paper too long for them ends the thread alone.
 */
export async function renderPaper(asked: Asked, signal?: AbortSignal): Promise<Rendered> {
  const { heavy } = formats[asked.format];
  const file = await (heavy ? renderInThread(asked, signal) : renderHere(asked));
  if (file === 'too_long') return { kind: file };
  return file === null ? { kind: 'no_letters' } : { kind: 'ok', file };
}

export async function renderHere({ paper, format, id }: Asked): Promise<Buffer | null> {
  const file = await formats[format].render(paper, id);
  return typeof file === 'string' ? Buffer.from(file, 'utf8') : file;
}

function renderInThread(asked: Asked, signal?: AbortSignal): Promise<Buffer | 'too_long' | null> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    // Sources in development, compiled in production.
    const program = new URL(`./thread${extname(import.meta.url)}`, import.meta.url);
    const thread = new Worker(program, {
      workerData: asked,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    const end = (settle: () => void) => {
      clearTimeout(patience);
      signal?.removeEventListener('abort', abort);
      thread.removeAllListeners();
      void thread.terminate();
      settle();
    };
    const abort = () =>
      end(() => reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted')));
    const patience = setTimeout(() => end(() => resolve('too_long')), PATIENCE_MS);
    signal?.addEventListener('abort', abort, { once: true });
    thread.once('message', (file: Uint8Array | null) =>
      end(() => resolve(file === null ? null : Buffer.from(file))),
    );
    thread.once('error', (error) =>
      end(() => {
        if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve('too_long');
        else reject(error);
      }),
    );
    thread.once('exit', (code) => end(() => reject(new Error(`the thread ended with ${code}`))));
  });
}
