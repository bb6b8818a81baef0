import { circuitBreakers } from '@aisha/db';
import { and, eq, gt, sql } from 'drizzle-orm';
import { notify } from '../notifications/notifications.ts';
import { transact } from '../unit.ts';
import type { WorkerParts } from '../parts.ts';

type Provider = 'fal' | 'openai';

/** A provider that refuses our account is asked again after this long, by the next order that comes. */
const OPEN_SECONDS = 60;

/** True while nothing should be sent to this provider. */
export async function breakerOpen(parts: Pick<WorkerParts, 'db'>, provider: Provider): Promise<boolean> {
  const [row] = await parts.db
    .select({ name: circuitBreakers.name })
    .from(circuitBreakers)
    .where(and(eq(circuitBreakers.name, provider), gt(circuitBreakers.openUntil, sql`now()`)));
  return row !== undefined;
}

/** Opens the breaker and alarms every operator, once for each time that it opens anew. */
export async function openBreaker(parts: WorkerParts, provider: Provider, reason: string): Promise<void> {
  await transact(parts, async (unit) => {
    const [row] = await unit.tx
      .insert(circuitBreakers)
      .values({
        name: provider,
        reason,
        openedAt: sql`now()`,
        openUntil: sql`now() + make_interval(secs => ${OPEN_SECONDS})`,
      })
      .onConflictDoUpdate({
        target: circuitBreakers.name,
        // Still refused when it was tried again: the same outage, told already.
        set: { reason, openUntil: sql`excluded.open_until` },
      })
      .returning();
    if (!row) return;
    for (const admin of parts.config.telegram.adminIds)
      await notify(
        unit,
        { userId: admin, chatId: admin },
        `breaker:${provider}:${row.openedAt.getTime()}:${admin}`,
        {
          kind: 'alarm',
          data: { provider, reason },
        },
      );
  });
  parts.log.error('provider refuses our account', { provider, reason });
}

export async function closeBreaker(parts: Pick<WorkerParts, 'db'>, provider: Provider): Promise<void> {
  await parts.db.delete(circuitBreakers).where(eq(circuitBreakers.name, provider));
}
