import { createPublicKey, randomUUID } from 'node:crypto';
import type { FalConfig } from '@aisha/config';
import { trainerFor } from '@aisha/core';
import { createFalClient } from '@aisha/providers';
import { silentLogger } from '@aisha/service';
import { z } from 'zod';
import { refusedWork } from './account.ts';
import { attempt, type Check, failed, type Finding, ok, unconfigured, warning } from './finding.ts';

export const checkFal: Check = async ({ fal, falWebhooks, database }) => {
  const [key, keys, account] = await Promise.all([
    fal
      ? attempt('key accepted', 'see FAL_QUEUE_URL', () => askForNothing(fal))
      : unconfigured('key accepted'),
    falWebhooks
      ? attempt(
          'webhook keys',
          'see FAL_JWKS_URL; without the keys every webhook is answered 503 and FAL comes again',
          () => readKeys(falWebhooks.jwksUrl),
        )
      : unconfigured('webhook keys'),
    refusedWork(
      database,
      'fal',
      'top the account up at fal.ai/dashboard/billing; waiting orders go on by themselves',
    ),
  ]);
  return [...key, ...account, ...keys];
};

/** Costs nothing: asks for a request that never was. Who is not let in hears 401 or 403 instead of 404. */
async function askForNothing(config: FalConfig): Promise<Finding> {
  if (config.testMode)
    return warning(
      'key accepted',
      'not asked: FAL_TRAINING_TEST_MODE simulates FAL',
      'set FAL_TRAINING_TEST_MODE=false for the real work',
    );
  const host = new URL(config.queueUrl).host;
  const { endpoint } = trainerFor('portrait', config.models);
  const answer = await createFalClient({ config, log: silentLogger }).status(endpoint, randomUUID());
  if (answer.kind !== 'unavailable') return ok('key accepted', `${host} knows the key`);
  if (!answer.account) return failed('key accepted', `${host}: ${answer.why}`, 'see FAL_QUEUE_URL');
  return failed(
    'key accepted',
    `${host}: ${answer.why}`,
    answer.why.includes('locked')
      ? 'the account is locked: top it up at fal.ai/dashboard/billing; waiting orders go on by themselves'
      : 'make a key of scope API at fal.ai/dashboard/keys and set FAL_API_KEY',
  );
}

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });
const ed25519 = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() });

async function readKeys(url: string): Promise<Finding> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(10_000) });
  const mend = 'FAL_JWKS_URL must be FAL’s own https://rest.fal.ai/.well-known/jwks.json, or left empty';
  if (!response.ok) {
    await response.body?.cancel();
    return failed('webhook keys', `HTTP ${response.status}`, mend);
  }
  const read = keySet.safeParse(await response.json().catch(() => null));
  if (!read.success) return failed('webhook keys', 'no key set', mend);
  const usable = read.data.keys.flatMap((key) => ed25519.safeParse(key).data ?? []);
  // Throws for what only looks like a key.
  for (const key of usable) createPublicKey({ key, format: 'jwk' });
  return usable.length === 0
    ? failed('webhook keys', `none of ${read.data.keys.length} is an Ed25519 key`, mend)
    : ok('webhook keys', `${usable.length} Ed25519 ${usable.length === 1 ? 'key' : 'keys'}`);
}
