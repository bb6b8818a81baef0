import type { WebhookTokens } from '@aisha/core';
import { type Db, falJobs } from '@aisha/db';
import { FalWebhookBody, type WebhookHeaders, type WebhookVerifier } from '@aisha/providers';
import type { JobProducer } from '@aisha/queue';
import { classifyError, type Logger } from '@aisha/service';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { FalOutcome } from './outcomes.ts';

export interface FalWebhookParts {
  readonly verifier: WebhookVerifier;
  readonly producer: JobProducer;
  readonly db: Db;
  readonly tokens: Pick<WebhookTokens, 'verify'>;
  readonly log: Logger;
}

export interface FalWebhookRequest {
  readonly headers: WebhookHeaders;
  readonly rawBody: Buffer;
  readonly query: Readonly<Record<string, unknown>>;
}

const ours = z.object({ job: z.uuid(), token: z.string().min(1).max(200) });

/**
 * Checks a webhook of FAL and enqueues the look at its job; the work itself is the worker's. In this order: signed by
 * FAL, fresh, understood, about one request, about a job of ours.
 */
export async function takeFalWebhook(
  parts: FalWebhookParts,
  request: FalWebhookRequest,
): Promise<FalOutcome> {
  const verdict = await parts.verifier.verify(request);
  if (verdict !== 'ok') {
    switch (verdict.kind) {
      case 'missing-headers':
      case 'forged':
        return 'forged';
      case 'stale':
        return 'stale';
      case 'keys-unavailable':
        return 'unavailable';
      default:
        return verdict satisfies never;
    }
  }
  const body = FalWebhookBody.safeParse(parseJson(request.rawBody));
  if (!body.success) return 'malformed';
  const { request_id: requestId } = body.data;
  // The signature covers the header's id; a body about another request does not belong to it.
  if (request.headers['x-fal-webhook-request-id'] !== requestId) return 'forged';

  try {
    const falJobId = await jobOf(parts, request.query, requestId);
    if (falJobId === null) return 'foreign';
    const outcome = await parts.producer.enqueue('fal.settle', { falJobId, requestId, source: 'webhook' });
    parts.log.info('FAL webhook', { falJobId, requestId, status: body.data.status, outcome });
    return outcome === 'added' ? 'accepted' : 'duplicate';
  } catch (error) {
    if (classifyError(error) !== 'transient') throw error;
    parts.log.warn('a FAL webhook cannot be taken now; FAL comes again', { requestId, error });
    return 'unavailable';
  }
}

/** FAL signs for all its customers: only the token, or an id that we have, shows that it is about ours. */
async function jobOf(
  parts: FalWebhookParts,
  query: Readonly<Record<string, unknown>>,
  requestId: string,
): Promise<string | null> {
  if (query['job'] !== undefined || query['token'] !== undefined) {
    const named = ours.safeParse(query);
    return named.success && (await parts.tokens.verify(named.data.job, named.data.token))
      ? named.data.job
      : null;
  }
  // Addresses given out by the older system carry no token.
  const [job] = await parts.db
    .select({ id: falJobs.id })
    .from(falJobs)
    .where(eq(falJobs.requestId, requestId));
  return job?.id ?? null;
}

function parseJson(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    return undefined;
  }
}
