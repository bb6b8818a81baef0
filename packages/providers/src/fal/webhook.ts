import { hash } from 'node:crypto';
import { z } from 'zod';
import { createKeySet, type KeySetOptions } from './jwks.ts';
import { createSignatureChecker } from './signatures.ts';

/** Any of Node's header maps: names in lower case. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export type WebhookVerdict =
  | 'ok'
  | { readonly kind: 'missing-headers' }
  /** More than 300 s from now; watch for it: FAL's retries run longer, so they must be signed anew. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'forged' }
  /** FAL's keys could not be read: not our word against the sender's, let FAL come again. */
  | { readonly kind: 'keys-unavailable' };

export interface WebhookVerifier {
  verify(request: { headers: WebhookHeaders; rawBody: Uint8Array }): Promise<WebhookVerdict>;
}

export interface WebhookVerifierOptions extends KeySetOptions {
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

const TOLERANCE = 300;
const signaturePattern = /^[0-9a-f]{128}$/i;
const timestampPattern = /^\d{1,12}$/;

/** Checks FAL's Ed25519 signature and age; that the webhook is ours is for the token to show. */
export function createWebhookVerifier(options: WebhookVerifierOptions): WebhookVerifier {
  const keySet = createKeySet(options);
  const signatures = createSignatureChecker();
  const now = options.now ?? Date.now;
  return {
    async verify({ headers, rawBody }) {
      const [requestId, userId, timestamp, signature] = [
        'request-id',
        'user-id',
        'timestamp',
        'signature',
      ].map((name) => single(headers[`x-fal-webhook-${name}`]));
      if (!requestId || !userId || !timestamp || !signature) return { kind: 'missing-headers' };
      if (!timestampPattern.test(timestamp) || !signaturePattern.test(signature)) return { kind: 'forged' };
      if (Math.abs(now() / 1000 - Number(timestamp)) > TOLERANCE) return { kind: 'stale' };
      const bodyHash = hash('sha256', rawBody, 'hex');
      const message = [requestId, userId, timestamp, bodyHash].join('\n');
      // The signature names no key: any of them may have made it.
      const signedBy = async (keys: readonly string[]) => {
        for (const key of keys) if (await signatures.check({ message, signature, key })) return true;
        return false;
      };

      const keys = await keySet.current();
      if (keys === null) return { kind: 'keys-unavailable' };
      if (await signedBy(keys)) return 'ok';
      const newer = await keySet.renewed();
      if (newer === 'unavailable') return { kind: 'keys-unavailable' };
      return newer !== 'too-soon' && (await signedBy(newer)) ? 'ok' : { kind: 'forged' };
    },
  };
}

function single(value: string | readonly string[] | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** The body of a webhook. `request_id` is the one that submit gave; `gateway_request_id` changes with retries. */
export const FalWebhookBody = z.looseObject({
  request_id: z.string().min(1).max(200),
  gateway_request_id: z.string().nullish(),
  status: z.enum(['OK', 'ERROR']),
  error: z.string().nullish(),
  payload: z.unknown(),
  /** The result could not be sent along: fetch it from the queue. */
  payload_error: z.string().nullish(),
});
export type FalWebhookBody = z.infer<typeof FalWebhookBody>;
