import { extname } from 'node:path';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { formats, type FormatName } from './formats.ts';
import type { Paper } from './paper.ts';

/**
 * Pages of twelve hours of speech need some 200 MB of heap while they are laid out; more than this is refused: two such
 * processes beside opened files are what a worker's container holds (`packages/media/src/limits.ts`).
 */
const HEAP_MB = 320;
/** The same take half a minute on a busy core; one paragraph of a million words takes minutes, and a core meanwhile. */
const PATIENCE_MS = 60_000;

export type Rendered =
  | { readonly kind: 'ok'; readonly file: Buffer }
  /** More pages than the memory or the time for them. */
  | { readonly kind: 'too_long' }
  /** The fonts lack the letters of its language. */
  | { readonly kind: 'no_letters' };

/** What V8 says when the heap gives no more. */
const NO_MEMORY = /heap limit|out of memory|allocation failed/i;

/** What goes to the child. */
export interface Asked {
  readonly paper: Paper;
  readonly format: FormatName;
  readonly id: string;
}

/**
 * A paper as a file. `id` names what it is of, for formats whose entries have names of their own. The libraries that lay
 * out pages run in a process of their own: one that runs out of memory ends alone. (A thread does not: three million letters
 * without a space ended the whole worker.)
 */
export async function renderPaper(asked: Asked, signal?: AbortSignal): Promise<Rendered> {
  const { heavy } = formats[asked.format];
  const file = await (heavy ? renderInChild(asked, signal) : renderHere(asked));
  if (file === 'too_long') return { kind: file };
  return file === null ? { kind: 'no_letters' } : { kind: 'ok', file };
}

export async function renderHere({ paper, format, id }: Asked): Promise<Buffer | null> {
  const file = await formats[format].render(paper, id);
  return typeof file === 'string' ? Buffer.from(file, 'utf8') : file;
}

function renderInChild(asked: Asked, signal?: AbortSignal): Promise<Buffer | 'too_long' | null> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    // Sources in development, compiled in production.
    const source = extname(import.meta.url) === '.ts' ? ['--conditions=@aisha/source'] : [];
    const program = fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url));
    const node = [process.execPath, `--max-old-space-size=${HEAP_MB}`, ...source, program];
    // It ends with us, however we end, and sees nothing of our environment.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--no-new-privs', '--', ...node], {
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    let said = '';
    const end = (settle: () => void) => {
      clearTimeout(patience);
      signal?.removeEventListener('abort', abort);
      child.removeAllListeners();
      // Killed while it is written to, it may still say so.
      child.on('error', () => undefined);
      child.kill('SIGKILL');
      settle();
    };
    const abort = () =>
      end(() => reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted')));
    const patience = setTimeout(() => end(() => resolve('too_long')), PATIENCE_MS);
    signal?.addEventListener('abort', abort, { once: true });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_096);
    });
    child.once('message', (file) =>
      end(() => resolve(file instanceof Uint8Array ? Buffer.from(file) : null)),
    );
    child.once('error', (error) => end(() => reject(error)));
    child.once('close', (code, killed) =>
      end(() => {
        if (NO_MEMORY.test(said)) resolve('too_long');
        else
          reject(new Error(`what renders papers ended with ${killed ?? code}: ${said.trim().slice(-500)}`));
      }),
    );
    child.send(asked);
  });
}
