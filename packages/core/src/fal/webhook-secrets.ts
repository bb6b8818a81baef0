import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type Db, webhookSecrets } from '@aisha/db';
import { verifyWebhookToken } from '@aisha/providers';
import { desc, isNull, lt, or, sql } from 'drizzle-orm';

/**
 * How long a secret that makes no new tokens stays valid: longer than a release takes, during which older processes
 * still sign with it, and any order that FAL works for (90 minutes at most).
 */
const STILL_VALID = sql`now() + interval '2 days'`;
/** Wrong tokens cost one read of the secrets in this time, however many come. */
const READ_EVERY_MS = 1_000;

/** The secret that new tokens are made with; whoever asks first makes it, and the others get the same. */
export async function currentWebhookSecret(db: Db): Promise<string> {
  const current = () =>
    db.select({ value: webhookSecrets.value }).from(webhookSecrets).where(isNull(webhookSecrets.endsAt));
  const [kept] = await current();
  if (kept?.value) return kept.value;
  await db.transaction(async (tx) => {
    const [made] = await tx
      .insert(webhookSecrets)
      .values({ value: newSecret() })
      .onConflictDoNothing()
      .returning({ id: webhookSecrets.id });
    // Before the first one tokens were made with the Telegram token; orders with such are still under way.
    if (made) await tx.insert(webhookSecrets).values({ value: null, endsAt: STILL_VALID });
  });
  const [made] = await current();
  if (!made?.value) throw new Error('the webhook secret vanished');
  return made.value;
}

/** New tokens are made with a new secret from now on. Returns until when the one before it stays valid. */
export async function rotateWebhookSecret(db: Db): Promise<Date | null> {
  await currentWebhookSecret(db);
  return db.transaction(async (tx) => {
    const [former] = await tx
      .update(webhookSecrets)
      .set({ endsAt: STILL_VALID })
      .where(isNull(webhookSecrets.endsAt))
      .returning({ endsAt: webhookSecrets.endsAt });
    // Two at once make one new one: the other has found nothing to end, and then nothing to add.
    await tx.insert(webhookSecrets).values({ value: newSecret() }).onConflictDoNothing();
    return former?.endsAt ?? null;
  });
}

/** Forgets the secrets whose time is over. */
export async function dropEndedWebhookSecrets(db: Db): Promise<void> {
  await db.delete(webhookSecrets).where(lt(webhookSecrets.endsAt, sql`now()`));
}

export interface WebhookTokens {
  /** Reads the secrets; for the start, so that webhooks are checked although PostgreSQL goes away. */
  read(): Promise<void>;
  /** Whether one of our secrets made this token for this job. Rejects when that cannot be known now. */
  verify(jobId: string, token: string): Promise<boolean>;
}

/**
 * Checks tokens from memory. Only one that does not verify makes it read the secrets anew (another process may have
 * made one), so each is refused only by what was read after it came.
 */
export function createWebhookTokens({
  db,
  telegramToken,
}: {
  readonly db: Db;
  readonly telegramToken: string;
}): WebhookTokens {
  let known: readonly { value: string | null; endsAt: Date | null }[] = [];
  let next: Promise<void> | null = null;
  let lastReadAt = -Infinity;

  function read(): Promise<void> {
    next ??= (async () => {
      await wait(Math.max(0, lastReadAt + READ_EVERY_MS - performance.now()));
      // Whoever asks from now on may have come after this read.
      next = null;
      lastReadAt = performance.now();
      await currentWebhookSecret(db);
      known = await db
        .select({ value: webhookSecrets.value, endsAt: webhookSecrets.endsAt })
        .from(webhookSecrets)
        .where(or(isNull(webhookSecrets.endsAt), sql`${webhookSecrets.endsAt} > now()`))
        .orderBy(desc(webhookSecrets.createdAt));
    })();
    return next;
  }

  const verifies = (jobId: string, token: string) =>
    known.some(
      ({ value, endsAt }) =>
        (endsAt === null || endsAt.getTime() > Date.now()) &&
        verifyWebhookToken(value ?? telegramToken, jobId, token),
    );

  return {
    read,
    verify: async (jobId, token) => {
      if (verifies(jobId, token)) return true;
      await read();
      return verifies(jobId, token);
    },
  };
}

const newSecret = () => randomBytes(32).toString('base64url');
