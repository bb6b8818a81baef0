import { groupRules } from '@aisha/db';
import type { TelegramClient } from '@aisha/providers';
import { TransientError } from '@aisha/service';
import { and, eq, sql } from 'drizzle-orm';
import { notify } from '../notifications/notifications.ts';
import { transact, type UnitParts } from '../unit.ts';
import { type GroupRules, rulesOfGroup } from './rules.ts';

type LookParts = UnitParts & { readonly telegram: TelegramClient };

/**
 * Asks Telegram who runs a group, and keeps it. Whoever paid for it and runs it no more pays no more, and is told. Null: the
 * bot is not there any more.
 */
export async function lookAtGroup(
  parts: LookParts,
  chatId: number,
  signal: AbortSignal,
): Promise<GroupRules | null> {
  const outcome = await parts.telegram.call(
    'getChatAdministrators',
    { chat_id: chatId },
    { priority: 'reply', signal },
  );
  if (outcome.kind === 'retry' || outcome.kind === 'unknown')
    throw new TransientError(
      `a group's administrators are not known: ${outcome.why}`,
      outcome.kind === 'retry' ? { retryAfterMs: outcome.afterMs } : {},
    );
  // Nobody is charged for a group that cannot be looked at.
  const administrators =
    outcome.kind === 'ok' ? outcome.result.filter(({ user }) => !user.is_bot).map(({ user }) => user.id) : [];
  return transact(parts, async (unit) => {
    const known = { administrators, administratorsAt: sql`now()` };
    await unit.tx
      .insert(groupRules)
      .values({ chatId, ...known })
      .onConflictDoUpdate({ target: groupRules.chatId, set: known });
    const rules = await rulesOfGroup(unit.tx, chatId);
    const payerId = rules?.payerId ?? null;
    if (payerId !== null && !administrators.includes(payerId)) {
      await unit.tx
        .update(groupRules)
        .set({ payerId: null, payerSince: null })
        .where(and(eq(groupRules.chatId, chatId), eq(groupRules.payerId, payerId)));
      const since = rules?.payerSince?.getTime() ?? 0;
      await notify(unit, { userId: payerId, chatId: payerId }, `group:${chatId}:payer:${payerId}:${since}`, {
        kind: 'group.payer_gone',
        data: { title: rules?.title ?? '' },
      });
    }
    return outcome.kind === 'ok' ? rulesOfGroup(unit.tx, chatId) : null;
  });
}
