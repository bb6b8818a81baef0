import { operatorActions, type OperatorAction, type Tx } from '@aisha/db';
import { desc, eq } from 'drizzle-orm';
import type { Unit } from '../unit.ts';

/** Who acts as an operator: Telegram's number of them, or the command line. */
export type Operator = number | 'cli';

export type ActionEntry = typeof operatorActions.$inferSelect;

export interface NewAction {
  readonly action: OperatorAction;
  /** On whom; on the service when it is left out. */
  readonly userId?: number | undefined;
  /** Ids and amounts, never what users wrote. */
  readonly about?: ActionEntry['about'];
  readonly reason?: string | undefined;
}

/** Writes down what an operator did, in the transaction that did it. */
export async function noteAction(
  { tx }: Pick<Unit, 'tx'>,
  by: Operator,
  { action, userId, about = {}, reason }: NewAction,
): Promise<void> {
  await tx.insert(operatorActions).values({
    operator: String(by),
    action,
    userId: userId ?? null,
    about,
    reason: reason ?? null,
  });
}

/** What was done, on one person or at all, the newest first. */
export function listActions(
  tx: Pick<Tx, 'select'>,
  { userId, limit }: { readonly userId?: number | undefined; readonly limit: number },
): Promise<ActionEntry[]> {
  return tx
    .select()
    .from(operatorActions)
    .where(userId === undefined ? undefined : eq(operatorActions.userId, userId))
    .orderBy(desc(operatorActions.createdAt))
    .limit(limit);
}
