import { parentPort } from 'node:worker_threads';
import sodium from 'sodium-native';
import type { SignatureCheck } from './signatures.ts';

// The thread of `signatures.ts`: a verdict for each check of a batch. What a thread imports it holds a second time.
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
