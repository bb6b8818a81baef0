import { notifications, operatorActions, type Tx } from '@aisha/db';
import { storableJson } from '@aisha/service';
import { and, count, eq, inArray, sql } from 'drizzle-orm';
import { pauseProvider, resumeProvider, tryAccount } from '../breaker/breaker.ts';
import {
  type Alarm,
  type Mended,
  type MoneyAlarm,
  notificationBody,
} from '../notifications/notifications.ts';
import type { DeciderParts } from '../parts.ts';
import { raiseCap } from '../spending/spending.ts';
import { transact, type Unit } from '../unit.ts';
import { noteAction } from './audit.ts';
import { failedOrders, retryOrder } from './orders.ts';

/** Of the cap that was reached; a step is looked at before the next one. */
export const CAP_STEP = 0.25;

export type AlarmBody =
  | { readonly kind: 'alarm'; readonly data: Alarm }
  | { readonly kind: 'money.alarm'; readonly data: MoneyAlarm };

export interface AlarmRow {
  readonly id: string;
  readonly key: string;
  readonly userId: number;
  readonly chatId: number;
  readonly messageId: number | null;
  readonly createdAt: Date;
  readonly body: AlarmBody;
}

/** One operator's copy of an alarm; null when it is none, or cannot be read any more. */
export async function findAlarm(tx: Pick<Tx, 'select'>, id: string): Promise<AlarmRow | null> {
  const [row] = await tx.select().from(notifications).where(eq(notifications.id, id));
  const body = row && notificationBody.safeParse({ kind: row.kind, data: row.data }).data;
  if (!row || (body?.kind !== 'alarm' && body?.kind !== 'money.alarm')) return null;
  const { key, userId, chatId, messageId, createdAt } = row;
  return { id, key, userId, chatId, messageId, createdAt, body };
}

/** Every operator's copy has what was done about it, and its message is edited. */
async function noteMended(unit: Unit, { key, userId }: AlarmRow, done: Mended): Promise<void> {
  const common = key.slice(0, -`:${userId}`.length);
  const copies = await unit.tx
    .update(notifications)
    .set({
      data: sql`jsonb_set(${notifications.data}, '{done}', coalesce(${notifications.data}->'done', '[]'::jsonb) || ${storableJson([done])}::jsonb)`,
    })
    .where(
      inArray(
        notifications.key,
        [...new Set([userId, ...unit.operators])].map((operator) => `${common}:${operator}`),
      ),
    )
    .returning({ id: notifications.id, messageId: notifications.messageId });
  for (const { id, messageId } of copies)
    if (messageId !== null) unit.enqueue('alarm.show', { notificationId: id });
}

export type Mending = 'retry' | 'pause' | 'resume' | 'raise';

/**
 * What an alarm's button does, once it is pressed by the operator whose copy it is. False: it does not belong there, was done
 * before, or is about another day.
 */
export async function mendByAlarm(unit: Unit, by: number, alarmId: string, how: Mending): Promise<boolean> {
  // Whoever presses at the same time waits, and sees what was done.
  await unit.tx.execute(sql`select pg_advisory_xact_lock(hashtext('alarms'))`);
  const alarm = await findAlarm(unit.tx, alarmId);
  if (alarm?.userId !== by) return false;
  const { kind, data } = alarm.body;
  const provider = data.provider?.toLowerCase();
  switch (how) {
    case 'retry':
      if (kind !== 'alarm') return false;
      unit.enqueue('orders.retry', { notificationId: alarmId, operator: by });
      return true;
    case 'pause':
    case 'resume': {
      if (provider === undefined) return false;
      const changed = await (how === 'pause' ? pauseProvider : resumeProvider)(unit, provider);
      if (!changed) return false;
      await noteAction(unit, by, { action: `provider.${how}`, about: { provider } });
      await noteMended(unit, alarm, { what: how === 'pause' ? 'paused' : 'resumed', by });
      return true;
    }
    case 'raise': {
      if (kind !== 'money.alarm' || data.cap === undefined) return false;
      const isToday = alarm.createdAt.toISOString().slice(0, 10) === new Date().toISOString().slice(0, 10);
      if (!isToday || data.done?.some(({ what }) => what === 'raised')) return false;
      const usd = Math.ceil(data.cap * CAP_STEP);
      await raiseCap(unit.tx, usd);
      await noteAction(unit, by, { action: 'cap.raise', about: { usd, cap: data.cap } });
      await noteMended(unit, alarm, { what: 'raised', by, usd });
      return true;
    }
    default:
      return how satisfies never;
  }
}

/** Orders of an alarm's cause, of the last day: looked at in so many at once. */
const BATCH = 500;

/** Job: tries again all orders that failed for the alarm's cause, and says in the alarm how many. Begun again, it goes on. */
export async function retryByAlarm(
  parts: DeciderParts,
  { notificationId, operator }: { readonly notificationId: string; readonly operator: number },
): Promise<void> {
  const alarm = await findAlarm(parts.db, notificationId);
  if (alarm?.body.kind !== 'alarm') return;
  const failure = alarm.body.data.model === undefined ? 'provider_account' : 'provider_model';
  const reason = `alarm ${notificationId}`;
  const { provider } = alarm.body.data;
  // Those that wait for the account go on by themselves; it is only asked at once.
  const woken =
    failure === 'provider_account' && provider !== undefined
      ? await transact(parts, ({ tx }) => tryAccount(tx, provider.toLowerCase()))
      : 0;
  const failed = await failedOrders(parts.db, { failure, limit: BATCH });
  for (const { id } of failed) await transact(parts, (unit) => retryOrder(unit, operator, id, reason));
  const left = await failedOrders(parts.db, { failure, limit: BATCH });
  await transact(parts, async (unit) => {
    // Others may have failed for the same meanwhile: only those that can be are tried again.
    if (left.some(({ id }) => !failed.some((one) => one.id === id)))
      return unit.enqueue('orders.retry', { notificationId, operator });
    const [row] = await unit.tx
      .select({ n: count() })
      .from(operatorActions)
      .where(and(eq(operatorActions.action, 'order.retry'), eq(operatorActions.reason, reason)));
    await noteMended(unit, alarm, {
      what: 'retried',
      by: operator,
      orders: (row?.n ?? 0) + woken,
      left: left.length,
    });
  });
}
