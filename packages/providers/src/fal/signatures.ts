import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { batched } from '@aisha/service';

/** An Ed25519 signature to check. */
export interface SignatureCheck {
  readonly message: string;
  /** 64 bytes, hexadecimal. */
  readonly signature: string;
  /** 32 bytes, base64url. */
  readonly key: string;
}

export interface SignatureChecker {
  /** Rejects when the thread broke down over it; the next check starts another thread. */
  check(check: SignatureCheck): Promise<boolean>;
}

/** Beside this file, whether that is compiled or not. */
const PROGRAM = new URL(`./signature-thread${extname(import.meta.url)}`, import.meta.url);

/**
 * Checks signatures in a thread of its own, by libsodium (twice as fast as OpenSSL). A check is a good part of what a
 * webhook costs, and waking a thread of Node's pool for each (`crypto.verify` with a callback) takes nearly as long
 * again from the event loop; in batches there are the fewer wakings the busier it is.
 */
export function createSignatureChecker(): SignatureChecker {
  let thread: Worker | null = null;
  let answer: PromiseWithResolvers<readonly boolean[]> | null = null;

  function start(): Worker {
    const started = new Worker(PROGRAM, {
      env: {},
      // Needs next to nothing; without limits a thread reserves as much as the process.
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    });
    const ended = (error: unknown) => {
      if (thread !== started) return;
      thread = null;
      answer?.reject(error);
    };
    started.on('message', (results: readonly boolean[]) => answer?.resolve(results));
    started.on('error', ended);
    started.on('exit', () => ended(new Error('the thread that checks signatures ended')));
    // It ends with the process and never keeps it.
    started.unref();
    return started;
  }

  return {
    check: batched<SignatureCheck, boolean>((checks) => {
      thread ??= start();
      answer = Promise.withResolvers();
      thread.postMessage(checks);
      return answer.promise;
    }),
  };
}
