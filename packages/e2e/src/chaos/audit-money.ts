import type { AuditSubject, Finding } from './finding.ts';
import type { Ledger } from './load.ts';
import type { Row } from './system.ts';

/** Holds people's credits against what they got, to the credit; by tables alone, not by the product's own audit. */
export async function auditMoney({ system, ledger }: AuditSubject): Promise<Finding[]> {
  const orders = await system.sql(
    `select o.id, o.kind, o.state, o.unit_price, o.units, o.delivered, h.amount, h.captured, h.settled_at, -e.amount as charged,
       (select count(*)::int from images i where i.order_id = o.id) as images,
       (select count(*)::int from questions q where o.kind = 'question' and q.id = o.subject_id and q.answered_at is not null) as answered,
       (select count(*)::int from avatars a where o.kind = 'training' and a.id = o.subject_id and a.trained_at is not null) as trained,
       (select count(*)::int from documents d where o.kind = 'document' and d.id = o.subject_id and d.written_at is not null) as written,
       (select count(*)::int from recordings r where o.kind = 'transcription' and r.id = o.subject_id and r.transcribed_at is not null) as heard
     from orders o
     left join credit_holds h on h.order_id = o.id
     left join ledger_entries e on e.key = 'order:' || o.id`,
  );
  const accounts = await system.sql(
    `select u.id, coalesce(sum(e.amount), 0)::int as summed, coalesce(min(e.balance_after), 0)::int as least,
       coalesce((array_agg(e.balance_after order by e.id desc))[1], 0)::int as balance,
       (count(*) filter (where e.reason = 'welcome'))::int as welcomes
     from users u left join ledger_entries e on e.user_id = u.id group by u.id`,
  );
  const payments = await system.sql(
    `select p.charge_id, p.user_id, p.credits, p.state, e.amount, e.user_id as credited
     from payments p left join ledger_entries e on e.key = 'payment:' || p.charge_id`,
  );
  return [
    paidForNothing(orders),
    booksAgree(orders),
    accountsAgree(accounts),
    creditedOnce(payments, ledger.purchases),
  ];
}

const number = (row: Row, name: string): number => Number(row[name] ?? 0);

/** What somebody got of an order, counted where it lies. */
function got(row: Row): number {
  if (row['state'] !== 'succeeded') return 0;
  switch (String(row['kind'])) {
    case 'image':
    case 'edit':
    case 'series':
      return number(row, 'images');
    case 'training':
      return number(row, 'trained');
    case 'document':
      return number(row, 'units') * number(row, 'written');
    case 'question':
      return number(row, 'answered') * number(row, 'delivered');
    case 'transcription':
      // Of a recording that was heard in part, its own count is all that there is.
      return number(row, 'heard') * number(row, 'delivered');
    // Files of what is there already, and recordings that become one: nobody pays for these.
    default:
      return 0;
  }
}

function paidForNothing(orders: readonly Row[]): Finding {
  const breaches = orders.flatMap((row) => {
    const charged = number(row, 'charged');
    const due = number(row, 'unit_price') * got(row);
    return charged === due
      ? []
      : [
          `${String(row['kind'])} ${String(row['id'])} (${String(row['state'])}) was charged ${charged} for ${due}`,
        ];
  });
  const paid = orders.reduce((sum, row) => sum + number(row, 'charged'), 0);
  return {
    promise: 'everybody paid for what they got, to the credit, and for nothing else',
    looked: orders.length,
    breaches,
    note: `${paid} credits charged`,
  };
}

function booksAgree(orders: readonly Row[]): Finding {
  const breaches = orders.flatMap((row) => {
    const id = `${String(row['kind'])} ${String(row['id'])}`;
    // Of a quote that nobody accepted nothing is held.
    const isWorked = ['queued', 'running', 'succeeded'].includes(String(row['state']));
    if (row['amount'] === null)
      return number(row, 'charged') > 0 || (isWorked && number(row, 'units') > 0)
        ? [`${id} has a price and no hold`]
        : [];
    if (row['settled_at'] === null) return [`the hold of ${id} is still open`];
    if (number(row, 'amount') !== number(row, 'unit_price') * number(row, 'units'))
      return [`the hold of ${id} is not its price`];
    return number(row, 'captured') === number(row, 'charged')
      ? []
      : [`${id} captured other than it was charged`];
  });
  return { promise: 'orders, holds and entries agree, and no hold is left', looked: orders.length, breaches };
}

/** What Telegram took Stars for, and nothing else, was credited, once. */
function creditedOnce(payments: readonly Row[], purchases: Ledger['purchases']): Finding {
  const breaches = purchases.flatMap(({ chatId, chargeId }) => {
    const [payment, ...more] = payments.filter((row) => row['charge_id'] === chargeId);
    if (!payment || more.length > 0) return [`${payment ? 'more than one' : 'no'} payment of ${chargeId}`];
    const isRight =
      number(payment, 'credits') > 0 &&
      number(payment, 'amount') === number(payment, 'credits') &&
      number(payment, 'credited') === chatId;
    return isRight ? [] : [`${chargeId} was credited other than it was paid`];
  });
  const unknown = payments.filter(
    (row) => !purchases.some(({ chargeId }) => chargeId === row['charge_id']),
  ).length;
  if (unknown > 0) breaches.push(`${unknown} payments that nobody made`);
  return {
    promise: 'whoever paid Stars has the credits, once, and nobody else has',
    looked: purchases.length,
    breaches,
  };
}

function accountsAgree(accounts: readonly Row[]): Finding {
  const breaches = accounts.flatMap((row) => {
    const who = `the account of ${String(row['id'])}`;
    if (number(row, 'summed') !== number(row, 'balance')) return [`${who} does not add up`];
    if (number(row, 'least') < 0) return [`${who} went below nothing`];
    return number(row, 'welcomes') > 1 ? [`${who} was welcomed twice`] : [];
  });
  return {
    promise: 'every account adds up, never went below nothing, and was welcomed once',
    looked: accounts.length,
    breaches,
  };
}
