import { circuitBreakers, type Db, type FailureReason, notifications, orders, type Tx } from '@aisha/db';
import type { Provider as AnyProvider } from '@aisha/service';
import { and, eq, gt, inArray, type SQL, sql } from 'drizzle-orm';
import { type Alarm, alarmOperators } from '../notifications/notifications.ts';
import { type PaidCall, takeBackPaidCall } from '../spending/spending.ts';
import { transact, type Unit } from '../unit.ts';
import type { WorkerParts } from '../parts.ts';

/** Whoever has an account of ours that can be refused. */
type Provider = Exclude<AnyProvider, 'telegram'>;

/** Who is asked to work: a provider, and of it what one thing we use it for (a model, an endpoint). */
export interface Work {
  readonly provider: Provider;
  /** In our words, such as `speech`; operators are told it. */
  readonly use: string;
  readonly model: string;
}

/** A whole account, or one model of it for one use. */
export type Outage = { readonly provider: Provider } | Work;

/** What refuses is asked again after this long, by the next order that comes. */
const OPEN_SECONDS = 60;

/** The row's name: one model's fault is nobody else's. */
const nameOf = (outage: Outage): string =>
  'model' in outage ? `${outage.provider}/${outage.use}/${outage.model}` : outage.provider;

const failureOf = (outage: Outage): FailureReason =>
  'model' in outage ? 'provider_model' : 'provider_account';

/** Asked nothing because an operator said so, until one says otherwise: no success of something under way opens it. */
const pausedName = (provider: string): string => `operator:${provider}`;

/** Asks nothing more of a provider. False: that is so already. */
export async function pauseProvider({ tx }: Pick<Unit, 'tx'>, provider: string): Promise<boolean> {
  const paused = await tx
    .insert(circuitBreakers)
    .values({
      name: pausedName(provider),
      reason: 'operator',
      openedAt: sql`now()`,
      openUntil: sql`now() + interval '100 years'`,
    })
    .onConflictDoNothing()
    .returning({ name: circuitBreakers.name });
  return paused.length > 0;
}

/** Asks again; whose orders ended meanwhile is told. False: it was not paused. */
export async function resumeProvider({ tx }: Pick<Unit, 'tx'>, provider: string): Promise<boolean> {
  const resumed = await tx
    .delete(circuitBreakers)
    .where(eq(circuitBreakers.name, pausedName(provider)))
    .returning();
  for (const row of resumed) await tellBack(tx, row);
  return resumed.length > 0;
}

export async function isPaused(tx: Pick<Tx, 'select'>, provider: string): Promise<boolean> {
  const rows = await tx
    .select({ name: circuitBreakers.name })
    .from(circuitBreakers)
    .where(eq(circuitBreakers.name, pausedName(provider)));
  return rows.length > 0;
}

/** A whole account that is refused, or paused by an operator; a model's row names the model too. */
const anAccount = sql`${circuitBreakers.name} not like '%/%'`;

/** Orders that wait until a provider is asked again (`orders/waiting.ts`). */
const waitsForProvider: SQL = sql`(${orders.state} = 'queued' and ${orders.progress} ->> 'stage' = 'provider_closed')`;

/** Whether an account is closed; what is closed stays so until the transaction ends. */
export async function keepOutages(tx: Tx): Promise<boolean> {
  const rows = await tx
    .select({ name: circuitBreakers.name })
    .from(circuitBreakers)
    .where(anAccount)
    .for('share');
  return rows.length > 0;
}

/** Has what waits for a provider begin with the sweeper's next pass; how many orders that is. */
export async function hastenWaiting(tx: Tx): Promise<number> {
  const woken = await tx
    .update(orders)
    .set({ nextCheckAt: sql`now()` })
    .where(waitsForProvider)
    .returning({ id: orders.id });
  return woken.length;
}

/** Operators say that the account is in order: it is asked at once, by the orders that wait for it. How many they are. */
export async function tryAccount(tx: Tx, provider: string): Promise<number> {
  await tx
    .update(circuitBreakers)
    .set({ openUntil: sql`now()` })
    .where(eq(circuitBreakers.name, provider));
  return hastenWaiting(tx);
}

/** How many orders wait until a provider is asked again. */
export const countWaiting = (db: Pick<Db, '$count'>): Promise<number> => db.$count(orders, waitsForProvider);

/** Why this work is not to be asked for now; null when it may be. Without a model: whether the account is closed. */
export async function closedFor(parts: Pick<WorkerParts, 'db'>, work: Outage): Promise<FailureReason | null> {
  const { provider } = work;
  const rows = await parts.db
    .select({ name: circuitBreakers.name })
    .from(circuitBreakers)
    .where(
      and(
        inArray(circuitBreakers.name, [pausedName(provider), nameOf({ provider }), nameOf(work)]),
        gt(circuitBreakers.openUntil, sql`now()`),
      ),
    );
  const open = new Set(rows.map(({ name }) => name));
  if (open.has(pausedName(provider))) return 'provider_account';
  return [{ provider }, work].filter((outage) => open.has(nameOf(outage))).map(failureOf)[0] ?? null;
}

/** Opens the breaker and alarms every operator, once for each time that it opens anew. */
export async function openBreaker(parts: WorkerParts, outage: Outage, reason: string): Promise<void> {
  const name = nameOf(outage);
  await transact(parts, async (unit) => {
    const [row] = await unit.tx
      .insert(circuitBreakers)
      .values({
        name,
        reason,
        openedAt: sql`now()`,
        openUntil: sql`now() + make_interval(secs => ${OPEN_SECONDS})`,
      })
      .onConflictDoUpdate({
        target: circuitBreakers.name,
        // Still refused when it was tried again: the same outage, told already.
        set: { reason, openUntil: sql`excluded.open_until` },
      })
      .returning();
    if (!row) return;
    const data: Alarm = { ...outage, reason };
    const key = `breaker:${name}:${row.openedAt.getTime()}`;
    await alarmOperators(unit, parts.config.telegram.adminIds, key, data);
  });
  parts.log.error('model' in outage ? 'provider refuses a model' : 'provider refuses our account', {
    ...outage,
    reason,
  });
}

/** Key, quota, balance, as the clients of the providers name it. */
const ABOUT_ACCOUNT: ReadonlySet<string> = new Set(['account', 'locked', 'unauthorized']);
/** Switched off, unknown, not for this key or from here. A key that may do nothing shows by one model after the other. */
const ABOUT_MODEL: ReadonlySet<string> = new Set(['model', 'country', 'forbidden', 'not-found']);

/**
 * What follows from a refusal: the account's and a model's close what they are about, others are this order's own.
 * Answers with the reason for which the order ends, or waits. The call, where it was counted, is taken back of a closed
 * account: nothing is billed, and whoever waits for it asks again and again.
 */
export async function noteRefusal(
  parts: WorkerParts,
  work: Work,
  code: string,
  counted?: PaidCall,
): Promise<FailureReason> {
  const isAccount = ABOUT_ACCOUNT.has(code);
  if (isAccount && counted) await parts.db.transaction((tx) => takeBackPaidCall(tx, counted));
  const outage = isAccount ? { provider: work.provider } : ABOUT_MODEL.has(code) ? work : null;
  if (!outage) return 'provider_refused';
  await openBreaker(parts, outage, code);
  return failureOf(outage);
}

/** It worked: neither the account nor this model is refused. Whoever was told that it is is told that this is over. */
export async function closeBreaker(parts: WorkerParts, work: Work): Promise<void> {
  const { provider } = work;
  const about = inArray(circuitBreakers.name, [nameOf({ provider }), nameOf(work)]);
  if ((await parts.db.$count(circuitBreakers, about)) === 0) return;
  await transact(parts, async ({ tx }) => {
    for (const closed of await tx.delete(circuitBreakers).where(about).returning())
      await tellBack(tx, closed);
  });
}

/**
 * Whose orders wait for what is over now, or ended for it: in one statement each, since it may be everybody. The sweeper
 * has the word sent and the orders go on.
 */
async function tellBack(tx: Tx, { name, openedAt }: typeof circuitBreakers.$inferSelect): Promise<void> {
  const since = sql`${openedAt.toISOString()}::timestamptz`;
  if ((await tx.$count(circuitBreakers, anAccount)) === 0) {
    const waitingKey = sql`'back:' || ${name}::text || ':' || ${openedAt.getTime()}::text || ':' || ${orders.ownerId}`;
    await tx.execute(sql`
      insert into ${notifications} (key, user_id, chat_id, kind, data)
      select distinct on (${orders.ownerId}) ${waitingKey}, ${orders.ownerId}, ${orders.chatId}, 'service.back', '{"waited":true}'::jsonb
      from ${orders} where ${waitsForProvider} order by ${orders.ownerId}, ${orders.createdAt}
      on conflict do nothing`);
    await hastenWaiting(tx);
  }
  const key = sql`'back:' || ${name}::text || ':' || ${openedAt.getTime()}::text || ':' || ${orders.ownerId}`;
  await tx.execute(sql`
    insert into ${notifications} (key, user_id, chat_id, kind, data)
    select distinct on (${orders.ownerId}) ${key}, ${orders.ownerId}, ${orders.chatId}, 'service.back', '{}'::jsonb
    from ${orders}
    where ${orders.endedAt} >= ${since} and ${inArray(orders.failure, ['provider_account', 'provider_model'])}
    order by ${orders.ownerId}, ${orders.endedAt} desc
    on conflict do nothing`);
}
