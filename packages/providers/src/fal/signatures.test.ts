import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSignatureChecker } from './signatures.ts';

const pair = generateKeyPairSync('ed25519');
const key = pair.publicKey.export({ format: 'jwk' }).x ?? '';
const signed = (message: string) => ({
  message,
  signature: sign(null, Buffer.from(message), pair.privateKey).toString('hex'),
  key,
});

test('each of many gets its own verdict', async () => {
  const signatures = createSignatureChecker();
  const genuine = (n: number) => n % 3 !== 0;
  const verdicts = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      signatures.check({ ...signed(`message ${n}`), message: `message ${genuine(n) ? n : 'другое'}` }),
    ),
  );
  expect(verdicts).toEqual(verdicts.map((_, n) => genuine(n)));
});

test('a thread that breaks down fails what it had, and the next check has another', async () => {
  const signatures = createSignatureChecker();
  await expect(signatures.check({ ...signed('a'), key: 'short' })).rejects.toThrow('must be');
  await expect(signatures.check(signed('b'))).resolves.toBe(true);
});
