import { type Db, supportMessages, type Tx } from '@aisha/db';
import { and, asc, count, desc, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import { notify } from '../notifications/notifications.ts';
import type { Unit } from '../unit.ts';

export type SupportMessage = typeof supportMessages.$inferSelect;

/** Of one person in a day; more is no question any more. */
const MOST_A_DAY = 20;

/** A person writes to the operators about payments. Null: they wrote too much today. */
export async function askSupport(unit: Unit, userId: number, text: string): Promise<SupportMessage | null> {
  const { tx } = unit;
  const [today] = await tx
    .select({ n: count() })
    .from(supportMessages)
    .where(
      and(
        eq(supportMessages.userId, userId),
        isNull(supportMessages.operatorId),
        gt(supportMessages.createdAt, sql`now() - interval '1 day'`),
      ),
    );
  if ((today?.n ?? 0) >= MOST_A_DAY) return null;
  const [message] = await tx.insert(supportMessages).values({ userId, text }).returning();
  if (!message) throw new Error('insert returned nothing');
  for (const operator of unit.operators)
    await notify(unit, { userId: operator, chatId: operator }, `support:${message.id}:${operator}`, {
      kind: 'support.question',
      data: { messageId: message.id },
    });
  return message;
}

/**
 * An operator answers a question; the person is told, and so are the other operators. Null: there is no such question. More
 * than one answer may be given.
 */
export async function answerSupport(
  unit: Unit,
  operatorId: number,
  questionId: string,
  text: string,
): Promise<SupportMessage | null> {
  const { tx } = unit;
  const question = await findSupportMessage(tx, questionId);
  if (!question) return null;
  const { userId } = question;
  const [message] = await tx.insert(supportMessages).values({ userId, operatorId, text }).returning();
  if (!message) throw new Error('insert returned nothing');
  // Everything that the person has said until now.
  await tx
    .update(supportMessages)
    .set({ answered: true })
    .where(and(eq(supportMessages.userId, userId), isNull(supportMessages.operatorId)));
  await notify(unit, { userId, chatId: userId }, `support:${message.id}`, {
    kind: 'support.answer',
    data: { messageId: message.id },
  });
  for (const operator of unit.operators.filter((id) => id !== operatorId))
    await notify(unit, { userId: operator, chatId: operator }, `support:${message.id}:${operator}`, {
      kind: 'support.answered',
      data: { messageId: message.id },
    });
  return message;
}

export async function findSupportMessage(tx: Pick<Tx, 'select'>, id: string): Promise<SupportMessage | null> {
  const [message] = await tx.select().from(supportMessages).where(eq(supportMessages.id, id));
  return message ?? null;
}

/** What a person and operators wrote to each other last, the oldest first. */
export async function supportTalk(
  tx: Pick<Tx, 'select'>,
  userId: number,
  limit: number,
): Promise<SupportMessage[]> {
  const last = await tx
    .select()
    .from(supportMessages)
    .where(eq(supportMessages.userId, userId))
    .orderBy(desc(supportMessages.createdAt))
    .limit(limit);
  return last.toReversed();
}

/** Questions that nobody has answered, the oldest first. */
export function openQuestions(tx: Pick<Tx, 'select'>): Promise<SupportMessage[]> {
  return tx
    .select()
    .from(supportMessages)
    .where(and(isNull(supportMessages.operatorId), eq(supportMessages.answered, false)))
    .orderBy(asc(supportMessages.createdAt));
}

/** Retention: what was said half a year ago goes. */
export async function forgetSupport(db: Db): Promise<void> {
  await db.delete(supportMessages).where(lt(supportMessages.createdAt, sql`now() - interval '180 days'`));
}
