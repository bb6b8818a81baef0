import {
  circuitBreakers,
  dailySpending,
  type FailureReason,
  notifications,
  orders,
  type OrderState,
  payments,
  telegramUpdates,
  type Tx,
  users,
} from '@aisha/db';
import { and, count, desc, eq, gt, ne, sql } from 'drizzle-orm';

/** What waits and for how long, as PostgreSQL knows it: an emptied Redis changes nothing. */
export interface Waiting {
  readonly n: number;
  readonly oldestSeconds: number;
}

export interface Figures {
  readonly users: { readonly all: number; readonly day: number; readonly blocked: number };
  /** Of the last 24 hours, and all that have not ended. */
  readonly orders: readonly { readonly state: OrderState; readonly n: number }[];
  readonly failures: readonly { readonly failure: FailureReason | null; readonly n: number }[];
  readonly queued: Waiting;
  readonly updates: Waiting;
  readonly messages: Waiting;
  /** Today (UTC), in US dollars, as it was counted before each call. */
  readonly spentUsd: number;
  /** Today (UTC), in each currency's smallest units. */
  readonly income: readonly { readonly currency: string; readonly amount: number }[];
  /** What providers refuse now. */
  readonly refused: readonly string[];
}

const DAY = sql`now() - interval '1 day'`;
const seconds = (of: unknown) =>
  sql<number>`coalesce(extract(epoch from now() - min(${of})), 0)`.mapWith((n) => Math.round(Number(n)));
const ended = sql`${orders.state} in ('succeeded', 'failed', 'cancelled')`;

/** How the service is at this moment. */
export async function figures(tx: Pick<Tx, 'select'>): Promise<Figures> {
  const nothing: Waiting = { n: 0, oldestSeconds: 0 };
  const [people] = await tx
    .select({
      all: count(),
      day: sql<number>`count(*) filter (where ${users.seenAt} > ${DAY})`.mapWith(Number),
      blocked: sql<number>`count(${users.blockedAt})`.mapWith(Number),
    })
    .from(users);
  const [queued] = await tx
    .select({ n: count(), oldestSeconds: seconds(orders.createdAt) })
    .from(orders)
    .where(eq(orders.state, 'queued'));
  const [updates] = await tx
    .select({ n: count(), oldestSeconds: seconds(telegramUpdates.receivedAt) })
    .from(telegramUpdates)
    .where(ne(telegramUpdates.state, 'done'));
  const [messages] = await tx
    .select({ n: count(), oldestSeconds: seconds(notifications.createdAt) })
    .from(notifications)
    .where(eq(notifications.state, 'pending'));
  const [spent] = await tx
    .select({ micros: dailySpending.micros })
    .from(dailySpending)
    .where(
      and(
        eq(dailySpending.scope, 'all'),
        eq(dailySpending.day, sql`to_char(now() at time zone 'utc', 'YYYY-MM-DD')`),
      ),
    );
  const refused = await tx
    .select({ name: circuitBreakers.name })
    .from(circuitBreakers)
    .where(gt(circuitBreakers.openUntil, sql`now()`));
  return {
    users: people ?? { all: 0, day: 0, blocked: 0 },
    orders: await tx
      .select({ state: orders.state, n: count() })
      .from(orders)
      .where(sql`not ${ended} or ${orders.endedAt} > ${DAY}`)
      .groupBy(orders.state)
      .orderBy(orders.state),
    failures: await tx
      .select({ failure: orders.failure, n: count() })
      .from(orders)
      .where(and(eq(orders.state, 'failed'), gt(orders.endedAt, DAY)))
      .groupBy(orders.failure)
      .orderBy(desc(count())),
    queued: queued ?? nothing,
    updates: updates ?? nothing,
    messages: messages ?? nothing,
    spentUsd: (spent?.micros ?? 0) / 1_000_000,
    income: await tx
      .select({
        currency: payments.currency,
        amount: sql<number>`sum(${payments.amount})`.mapWith(Number),
      })
      .from(payments)
      .where(
        and(
          eq(payments.state, 'paid'),
          gt(payments.paidAt, sql`date_trunc('day', now() at time zone 'utc') at time zone 'utc'`),
        ),
      )
      .groupBy(payments.currency),
    refused: refused.map(({ name }) => name),
  };
}
