import { maintenance, maintenanceTold, notifications, type Tx } from '@aisha/db';
import { count, eq, isNull, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';

export type Maintenance = typeof maintenance.$inferSelect;

/** What is on now; null: nothing is. */
export async function maintenanceNow(tx: Pick<Tx, 'select'>): Promise<Maintenance | null> {
  const [now] = await tx.select().from(maintenance).where(isNull(maintenance.endedAt));
  return now ?? null;
}

/**
 * Whether somebody has to wait with what they want to begin, and with which words; they are told when it is over, once.
 * Null: they may begin. Operators may always: they try whether it works. The row is locked, so that whoever ends it waits
 * for those who are being told.
 */
export async function heldByMaintenance(
  { tx, operators }: Pick<Unit, 'tx' | 'operators'>,
  { ownerId, chatId }: { readonly ownerId: number; readonly chatId: number },
): Promise<Pick<Maintenance, 'note'> | null> {
  if (operators.includes(ownerId)) return null;
  const [now] = await tx.select().from(maintenance).where(isNull(maintenance.endedAt)).for('share');
  if (!now) return null;
  await tx
    .insert(maintenanceTold)
    .values({ maintenanceId: now.id, userId: ownerId, chatId })
    .onConflictDoNothing();
  return now;
}

/** Null: it is on already. */
export async function beginMaintenance(
  { tx }: Pick<Unit, 'tx'>,
  startedBy: string,
  note: string | null,
): Promise<Maintenance | null> {
  const [begun] = await tx.insert(maintenance).values({ startedBy, note }).onConflictDoNothing().returning();
  return begun ?? null;
}

/** Ends it, and owes everybody who was told of it the word that it is over. Null: nothing is on. */
export async function endMaintenance({
  tx,
}: Pick<Unit, 'tx'>): Promise<{ readonly ended: Maintenance; readonly told: number } | null> {
  const [ended] = await tx
    .update(maintenance)
    .set({ endedAt: sql`now()` })
    .where(isNull(maintenance.endedAt))
    .returning();
  if (!ended) return null;
  // In one statement, since it may be everybody. The sweeper has them sent.
  const key = sql`'maintenance:' || ${ended.id}::text || ':' || ${maintenanceTold.userId}`;
  await tx.execute(sql`
    insert into ${notifications} (key, user_id, chat_id, kind, data)
    select ${key}, ${maintenanceTold.userId}, ${maintenanceTold.chatId}, 'service.back', '{}'::jsonb
    from ${maintenanceTold} where ${maintenanceTold.maintenanceId} = ${ended.id}
    on conflict do nothing`);
  return { ended, told: await toldOf(tx, ended.id) };
}

/** How many were told of it. */
export async function toldOf(tx: Pick<Tx, 'select'>, id: string): Promise<number> {
  const [row] = await tx
    .select({ n: count() })
    .from(maintenanceTold)
    .where(eq(maintenanceTold.maintenanceId, id));
  return row?.n ?? 0;
}
