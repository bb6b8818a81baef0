import { creditHolds, type Db, ledgerEntries, orders } from '@aisha/db';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { alarmAboutMoney } from '../notifications/notifications.ts';
import { transact, type UnitParts } from '../unit.ts';

/** What may be wrong in the books, in the words of the log. */
const WRONGS = [
  'an entry does not leave what all entries up to it add up to',
  'more is held than there is',
  'an order under way has a price and no hold',
  'a hold is not what its order was to cost',
  'a hold of an order that has ended is still open',
  'a hold was ended before its order',
  'what was taken is not what was delivered',
  'what was taken is not in the ledger',
  'an order was charged without a hold',
] as const;

const disagreement = z.object({
  wrong: z.enum(WRONGS),
  userId: z.coerce.number(),
  orderId: z.string().nullable(),
  /** In credits: what there is, and what there should be. */
  found: z.coerce.number(),
  due: z.coerce.number(),
});
export type Disagreement = z.infer<typeof disagreement>;

const price = sql`coalesce(o.unit_price * o.units, 0)`;
const delivered = sql`coalesce(o.unit_price * o.delivered, 0)`;
/** Processes of the release before end orders without settling what this one holds: the sweeper does, within a minute. */
const settledByNow = sql`o.ended_at < now() - interval '2 minutes'`;

/** Holds orders, holds, entries and balances against each other, all as they were at one moment. */
export async function auditBooks(db: Pick<Db, 'execute'>): Promise<Disagreement[]> {
  const [balance, held, unheld, amount, open, early, taken, entered, unknown] = WRONGS;
  const { rows } = await db.execute(sql`
    with entries as (
      select *, sum(amount) over (partition by user_id order by id) as summed from ${ledgerEntries}
    ),
    first_wrong as (
      select distinct on (user_id) * from entries where summed <> balance_after order by user_id, id
    ),
    holders as (
      select user_id, sum(amount) as held from ${creditHolds} where settled_at is null group by user_id
    )
    select ${balance}::text as wrong, user_id as "userId", null::text as "orderId", balance_after as found, summed as due
      from first_wrong
    union all
    select ${held}, h.user_id, null, h.held,
        coalesce((select balance_after from entries e where e.user_id = h.user_id order by id desc limit 1), 0) as due
      from holders h
      where h.held > coalesce((select balance_after from entries e where e.user_id = h.user_id order by id desc limit 1), 0)
    union all
    select ${unheld}, o.owner_id, o.id::text, 0, ${price}
      from ${orders} o
      where o.state in ('queued', 'running') and ${price} > 0
        and not exists (select 1 from ${creditHolds} h where h.order_id = o.id)
    union all
    select ${amount}, h.user_id, o.id::text, h.amount, ${price}
      from ${creditHolds} h join ${orders} o on o.id = h.order_id
      where h.amount <> ${price}
    union all
    select ${open}, h.user_id, o.id::text, h.amount, 0
      from ${creditHolds} h join ${orders} o on o.id = h.order_id
      where h.settled_at is null and ${settledByNow}
    union all
    select ${early}, h.user_id, o.id::text, h.captured, 0
      from ${creditHolds} h join ${orders} o on o.id = h.order_id
      where h.settled_at is not null and o.ended_at is null
    union all
    select ${taken}, o.owner_id, o.id::text, coalesce(h.captured, 0), ${delivered}
      from ${orders} o left join ${creditHolds} h on h.order_id = o.id
      where ${settledByNow} and coalesce(h.captured, 0) <> ${delivered}
    union all
    select ${entered}, h.user_id, h.order_id::text, coalesce(-e.amount, 0), h.captured
      from ${creditHolds} h left join ${ledgerEntries} e on e.key = 'order:' || h.order_id
      where h.captured is not null and coalesce(-e.amount, 0) <> h.captured
    union all
    select ${unknown}, e.user_id, substr(e.key, 7), -e.amount, 0
      from ${ledgerEntries} e
      where e.reason = 'order' and not exists (select 1 from ${creditHolds} h where e.key = 'order:' || h.order_id)`);
  return z.array(disagreement).parse(rows);
}

/** Logs and counts whatever is wrong, and tells the operators, once a day. */
export async function auditAndAlarm(parts: UnitParts): Promise<void> {
  const found = await auditBooks(parts.db);
  const [first] = found;
  if (!first) return;
  await transact(parts, async (unit) => {
    for (const { wrong, ...fields } of found) unit.noteAlarm(`the books do not agree: ${wrong}`, fields);
    const day = new Date().toISOString().slice(0, 10);
    await alarmAboutMoney(unit, `books:${day}`, { about: 'books', count: found.length });
  });
}
