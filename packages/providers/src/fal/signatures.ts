import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import sodium from 'sodium-native';

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

interface Pending {
  readonly check: SignatureCheck;
  readonly settled: PromiseWithResolvers<boolean>;
}

const ROLE = 'signatures';

/**
 * Checks signatures in a thread of its own, by libsodium (twice as fast as OpenSSL). A
 * check is a good part of what a webhook costs, and waking a thread of Node's pool for each (`crypto.verify` with a
 * callback) takes nearly as long again from the event loop. Here whatever arrives while a batch is under way goes along
 * in the next one: the busier, the fewer wakings.
 */
export function createSignatureChecker(): SignatureChecker {
  let thread: Worker | null = null;
  let underWay: Pending[] = [];
  let waiting: Pending[] = [];

  function start(): Worker {
    const started = new Worker(new URL(import.meta.url), {
      workerData: ROLE,
      env: {},
      // Needs next to nothing; without limits a thread reserves as much as the process.
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    });
    started.on('message', (results: readonly boolean[]) => {
      const done = underWay;
      underWay = [];
      done.forEach((one, index) => one.settled.resolve(results[index] === true));
      send();
    });
    started.on('error', (error) => fail(started, error));
    started.on('exit', () => fail(started, new Error('the thread that checks signatures ended')));
    // It ends with the process and never keeps it.
    started.unref();
    return started;
  }

  function fail(ended: Worker, error: unknown): void {
    if (thread !== ended) return;
    thread = null;
    const lost = [...underWay, ...waiting];
    underWay = [];
    waiting = [];
    for (const one of lost) one.settled.reject(error);
  }

  function send(): void {
    if (underWay.length > 0 || waiting.length === 0) return;
    underWay = waiting;
    waiting = [];
    thread ??= start();
    thread.postMessage(underWay.map((one) => one.check));
  }

  return {
    async check(check) {
      const settled = Promise.withResolvers<boolean>();
      waiting.push({ check, settled });
      // At the end of this turn of the event loop: what else it reads from other sockets comes along.
      if (waiting.length === 1) setImmediate(send);
      return await settled.promise;
    },
  };
}

if (!isMainThread && workerData === ROLE)
  parentPort?.on('message', (checks: readonly SignatureCheck[]) => {
    parentPort?.postMessage(
      checks.map(({ message, signature, key }) =>
        sodium.crypto_sign_verify_detached(
          Buffer.from(signature, 'hex'),
          Buffer.from(message),
          Buffer.from(key, 'base64url'),
        ),
      ),
    );
  });
