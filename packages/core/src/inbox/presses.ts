import { telegramUpdates, type Tx } from '@aisha/db';
import { and, desc, eq, gt, inArray, isNull, lt, ne, or, sql } from 'drizzle-orm';
import { alias, type AnyPgColumn } from 'drizzle-orm/pg-core';
import type { LaneId } from './inbox.ts';

/**
 * A press does not wait for older messages, but a message waits for older presses of its person, in whatever chat:
 * what was pressed may be what makes sense of what is written after it.
 */

/**
 * How soon a message that waits is looked at again in any case. Usually it is woken; it is not when it came in the
 * moment between a press's decision and its commit, or into a third chat.
 */
export const HELD_MS = 500;

/**
 * From when somebody first waits for a press: longer than the claim of a dead process on what is before it and than all
 * its attempts together, so that only a press that nothing ever becomes of is passed.
 */
const LONGEST = sql`now() + interval '45 seconds'`;

const press = alias(telegramUpdates, 'press');

type Columns = Readonly<Record<'botId' | 'seq' | 'updateId' | 'payload', AnyPgColumn>>;

/** The newest of the presses that a message waits for. */
export function pressBefore(tx: Tx, message: Columns) {
  return tx
    .select({
      botId: press.botId,
      lane: press.lane,
      updateId: press.updateId,
      isNew: sql<boolean>`${press.holdsUntil} is null`.as('is_new'),
    })
    .from(press)
    .where(
      and(
        sql`${press.botId} = ${message.botId}`,
        sql`${press.lane} = 'press-' || (${message.payload} #>> '{message,from,id}')`,
        ne(press.state, 'done'),
        eq(press.state, 'pending'),
        // Webhooks may overtake each other: then Telegram's numbers know better.
        or(lt(press.seq, message.seq), lt(press.updateId, message.updateId)),
        or(isNull(press.holdsUntil), gt(press.holdsUntil, sql`now()`)),
      ),
    )
    .orderBy(desc(press.seq))
    .limit(1)
    .as('holder');
}

/** From now on somebody waits for this lane's presses. Those that are just being decided need no end to it. */
export async function limitHolding(tx: Tx, { botId, lane }: LaneId): Promise<void> {
  const waitedFor = tx
    .select({ updateId: press.updateId })
    .from(press)
    .where(
      and(
        eq(press.botId, botId),
        eq(press.lane, lane),
        ne(press.state, 'done'),
        eq(press.state, 'pending'),
        isNull(press.holdsUntil),
      ),
    )
    .for('update', { skipLocked: true });
  await tx
    .update(telegramUpdates)
    .set({ holdsUntil: LONGEST })
    .where(and(eq(telegramUpdates.botId, botId), inArray(telegramUpdates.updateId, waitedFor)));
}

/**
 * Of updates that were just decided: the lanes where messages may have waited for them, the person's own chat and the
 * one with the button.
 */
export const wokenLanes = sql<readonly string[]>`array(
  select distinct chat.lane
  from unnest(array[
    'chat' || (telegram_updates.payload #>> '{callback_query,from,id}'),
    'chat' || (telegram_updates.payload #>> '{callback_query,message,chat,id}')
  ]) as chat(lane)
  where exists (
    select from telegram_updates waiting
    where waiting.bot_id = telegram_updates.bot_id and waiting.lane = chat.lane
      and waiting.state <> 'done' and waiting.state = 'pending'
  )
)`;
