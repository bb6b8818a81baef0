import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The token in a job's webhook address: FAL signs for all its customers with one key, so only this shows that a
 * webhook belongs to a job of ours.
 */
export function webhookToken(secret: string, jobId: string): string {
  return digest(secret, jobId).toString('base64url');
}

export function verifyWebhookToken(secret: string, jobId: string, token: string): boolean {
  const expected = digest(secret, jobId);
  const given = Buffer.from(token, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function digest(secret: string, jobId: string): Buffer {
  return createHmac('sha256', secret).update(`fal-webhook\n${jobId}`).digest();
}
