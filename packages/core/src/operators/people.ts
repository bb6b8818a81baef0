import {
  avatars,
  chats,
  images,
  orders,
  type OrderState,
  payments,
  recordings,
  type Tx,
  users,
} from '@aisha/db';
import { and, count, desc, eq, isNull, sql } from 'drizzle-orm';
import { type Account, accountOf } from '../credits/holds.ts';
import { type LedgerPage, ledgerPage } from '../credits/ledger.ts';
import type { Order, Unit } from '../unit.ts';
import { findUser, setBlocked, type User } from '../users/users.ts';
import { type ActionEntry, listActions, noteAction, type Operator } from './audit.ts';
import { listOrders } from './orders.ts';

/** By Telegram's number, or by name with or without `@`; of a name that two had, whoever was here last. */
export async function findPerson(tx: Pick<Tx, 'select'>, text: string): Promise<User | null> {
  const wanted = text.trim().replace(/^@/, '');
  if (/^-?\d{1,16}$/.test(wanted)) return findUser(tx, Number(wanted));
  if (!/^\w{1,64}$/.test(wanted)) return null;
  const [user] = await tx
    .select()
    .from(users)
    .where(eq(sql`lower(${users.username})`, wanted.toLowerCase()))
    .orderBy(desc(users.seenAt))
    .limit(1);
  return user ?? null;
}

/** What an operator may see of somebody: amounts, states and sizes, nothing that they said, wrote or sent. */
export interface PersonCard {
  readonly user: Pick<
    User,
    'id' | 'username' | 'firstName' | 'language' | 'blockedAt' | 'createdAt' | 'seenAt'
  >;
  /** Their private chat cannot be reached since. */
  readonly unreachableSince: Date | null;
  readonly account: Account;
  readonly ledger: LedgerPage['entries'];
  readonly orders: readonly { readonly state: OrderState; readonly n: number }[];
  readonly recentOrders: readonly Pick<
    Order,
    'id' | 'kind' | 'state' | 'failure' | 'unitPrice' | 'units' | 'delivered' | 'retriedBy' | 'createdAt'
  >[];
  /** Not deleted ones. `bytes`: as far as Telegram told their sizes. */
  readonly recordings: { readonly n: number; readonly bytes: number; readonly ms: number };
  readonly avatars: number;
  readonly images: number;
  readonly paid: readonly { readonly currency: string; readonly amount: number; readonly n: number }[];
  readonly actions: readonly ActionEntry[];
}

const SHOWN = { orders: 5, actions: 5 };
const number = (of: ReturnType<typeof sql>) => sql<number>`coalesce(${of}, 0)`.mapWith(Number);

export async function personCard(tx: Pick<Tx, 'select'>, userId: number): Promise<PersonCard | null> {
  const user = await findUser(tx, userId);
  if (!user) return null;
  const { id, username, firstName, language, blockedAt, createdAt, seenAt } = user;
  const [chat] = await tx.select().from(chats).where(eq(chats.id, userId));
  const [sizes] = await tx
    .select({
      n: count(),
      bytes: number(sql`sum(${recordings.fileSize})`),
      ms: number(sql`sum(${recordings.durationMs})`),
    })
    .from(recordings)
    .where(and(eq(recordings.ownerId, userId), isNull(recordings.deletedAt)));
  const [avatarCount] = await tx
    .select({ n: count() })
    .from(avatars)
    .where(and(eq(avatars.ownerId, userId), isNull(avatars.deletedAt)));
  const [imageCount] = await tx
    .select({ n: count() })
    .from(images)
    .where(and(eq(images.ownerId, userId), isNull(images.deletedAt)));
  return {
    user: { id, username, firstName, language, blockedAt, createdAt, seenAt },
    unreachableSince: chat?.unreachableSince ?? null,
    account: await accountOf(tx, userId),
    ledger: (await ledgerPage(tx, userId, 0)).entries,
    orders: await tx
      .select({ state: orders.state, n: count() })
      .from(orders)
      .where(eq(orders.ownerId, userId))
      .groupBy(orders.state)
      .orderBy(orders.state),
    // What they asked for stands in an order's input: it stays there.
    recentOrders: (await listOrders(tx, { userId, limit: SHOWN.orders })).map((order) => ({
      id: order.id,
      kind: order.kind,
      state: order.state,
      failure: order.failure,
      unitPrice: order.unitPrice,
      units: order.units,
      delivered: order.delivered,
      retriedBy: order.retriedBy,
      createdAt: order.createdAt,
    })),
    recordings: sizes ?? { n: 0, bytes: 0, ms: 0 },
    avatars: avatarCount?.n ?? 0,
    images: imageCount?.n ?? 0,
    paid: await tx
      .select({ currency: payments.currency, amount: number(sql`sum(${payments.amount})`), n: count() })
      .from(payments)
      .where(and(eq(payments.userId, userId), eq(payments.state, 'paid')))
      .groupBy(payments.currency),
    actions: await listActions(tx, { userId, limit: SHOWN.actions }),
  };
}

/** Blocks somebody, who then hears nothing any more, or lets them back in. Null: nobody of that number ever wrote. */
export async function blockPerson(
  unit: Pick<Unit, 'tx'>,
  by: Operator,
  userId: number,
  { blocked, reason }: { readonly blocked: boolean; readonly reason?: string | undefined },
): Promise<User | null> {
  const before = await findUser(unit.tx, userId);
  const user = await setBlocked(unit.tx, userId, blocked);
  if (user && (before?.blockedAt != null) !== blocked)
    await noteAction(unit, by, { action: blocked ? 'user.block' : 'user.unblock', userId, reason });
  return user;
}
