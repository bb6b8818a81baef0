import { randomInt } from 'node:crypto';
import {
  BUCKETS,
  dataExports,
  erasedPeople,
  erasures,
  erasureSteps,
  falJobs,
  notifications,
  orders,
  payments,
  recordings,
  subscriptions,
  telegramUpdates,
  type Tx,
  users,
} from '@aisha/db';
import { TransientError } from '@aisha/service';
import { ownerPrefix } from '@aisha/storage';
import { and, eq, inArray, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { cancelOrder, unended } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { stopSubscription } from '../payments/subscriptions.ts';
import { deleteRecording } from '../recordings/recordings.ts';
import { transact } from '../unit.ts';
import { type Erasure, hashOf } from './erasure.ts';
import { lanesOf, PERSONAL } from './personal.ts';

/** In this order: nothing that is under way makes anew what a later step deletes. */
export const ERASURE_STEPS = [
  'orders',
  'subscriptions',
  'providers',
  'jobs',
  'objects',
  'rows',
  'receipt',
] as const;
export type ErasureStep = (typeof ERASURE_STEPS)[number];

/** What each step did, in numbers. */
export type Receipt = Readonly<Partial<Record<ErasureStep, Readonly<Record<string, number>>>>>;

/** What became of a receipt. `gone`: the message that it was to take the place of cannot be changed any more. */
export type Told =
  | { readonly kind: 'told' | 'unreachable' | 'unknown' | 'gone' }
  | { readonly kind: 'later'; readonly afterMs: number };

/** Tells the person, in the place of the message `into` or by one of its own. */
export type TellReceipt = (
  erasure: Erasure & { readonly userId: number },
  receipt: Receipt,
  into: number | null,
  run: Run,
) => Promise<Told>;

/** What others have to end first (a request that is being cancelled) is waited for so long, and then said in the receipt. */
const LONGEST_WAIT_MINUTES = 40;
const AGAIN_MS = 3_000;

type Person = Erasure & { readonly userId: number };
type StepResult = Readonly<Record<string, number>> | { readonly wait: string };

/** Job: takes an erasure on to its end. Each step may be repeated, and is not once it is done. */
export async function runErasure(parts: WorkerParts, id: string, run: Run, tell: TellReceipt): Promise<void> {
  const erasure = await begin(parts, id);
  if (erasure === null) return;
  const { userId } = erasure;
  // Everything was done, and only that was not kept.
  if (userId === null) return;
  const person = { ...erasure, userId };
  const done = new Map(
    (await parts.db.select().from(erasureSteps).where(eq(erasureSteps.erasureId, id))).map((row) => [
      row.step,
      row.result,
    ]),
  );
  if (done.size === 0 && (await postponed(parts, person))) return;
  for (const step of ERASURE_STEPS) {
    if (done.has(step)) continue;
    const result = await STEPS[step](parts, person, run, (into) =>
      tell(person, Object.fromEntries(done), into, run),
    );
    if (isWaiting(result)) {
      const waited = Date.now() - (erasure.startedAt ?? new Date()).getTime();
      if (waited < LONGEST_WAIT_MINUTES * 60_000)
        throw new TransientError(`an erasure waits: ${result.wait}`, { retryAfterMs: AGAIN_MS });
    }
    const counted = isWaiting(result) ? { left: 1 } : result;
    await noteStep(parts.db, id, step, counted);
    done.set(step, counted);
    parts.log.info('a step of an erasure is done', { erasureId: id, step, ...counted });
  }
  await parts.db
    .update(erasures)
    .set({ state: 'done', userId: null, messageId: null, endedAt: sql`now()` })
    .where(eq(erasures.id, id));
}

/**
 * Whoever left within a day, came back and leaves again waits until that day is over: what one person may use in a day would
 * begin anew each time.
 */
async function postponed(parts: WorkerParts, { id, userId, askedBy }: Person): Promise<boolean> {
  if (askedBy !== 'person' || userId < 0) return false;
  return transact(parts, async ({ tx }) => {
    const before = and(
      eq(erasedPeople.hash, hashOf(parts.config.privacy.key, userId)),
      sql`${erasedPeople.erasedAt} > now() - interval '1 day'`,
    );
    const [left] = await tx.select({ at: erasedPeople.erasedAt }).from(erasedPeople).where(before);
    if (!left) return false;
    const dueAt = new Date(left.at.getTime() + 86_400_000);
    await tx
      .update(erasures)
      .set({ state: 'waiting', startedAt: null, dueAt, nextCheckAt: dueAt })
      .where(eq(erasures.id, id));
    await tx.update(users).set({ leavingAt: dueAt }).where(eq(users.id, userId));
    return true;
  });
}

const isWaiting = (result: StepResult): result is { readonly wait: string } =>
  typeof result['wait'] === 'string';

/** Null: it is not due, its export is not told yet, or it is done. */
async function begin({ db }: WorkerParts, id: string): Promise<Erasure | null> {
  const [erasure] = await db
    .update(erasures)
    .set({
      state: 'running',
      startedAt: sql`coalesce(${erasures.startedAt}, now())`,
      nextCheckAt: sql`now() + interval '30 seconds'`,
    })
    .where(
      and(
        eq(erasures.id, id),
        ne(erasures.state, 'done'),
        sql`${erasures.dueAt} <= now()`,
        sql`not exists (select 1 from ${dataExports} e where e.id = ${erasures.exportId} and (
          e.state = 'making'
          or exists (select 1 from ${notifications} n where n.key = 'data-export:' || e.id and n.state = 'pending')))`,
      ),
    )
    .returning();
  return erasure ?? null;
}

async function noteStep(
  tx: Pick<Tx, 'insert'>,
  erasureId: string,
  step: ErasureStep,
  result: Readonly<Record<string, number>>,
): Promise<void> {
  await tx.insert(erasureSteps).values({ erasureId, step, result }).onConflictDoNothing();
}

type Tell = (into: number | null) => Promise<Told>;
type Step = (parts: WorkerParts, person: Person, run: Run, tell: Tell) => Promise<StepResult>;

const STEPS: Readonly<Record<ErasureStep, Step>> = {
  orders: endOrders,
  subscriptions: endSubscriptions,
  providers: askProviders,
  jobs: removeJobs,
  objects: removeObjects,
  rows: removeRows,
  receipt: giveReceipt,
};

/**
 * Says what was deleted, once. A message that is there already is changed, as often as it takes. A new one is claimed before
 * it is sent: of whoever dies in between nobody knows whether they sent it, and it is not sent again (`uncertain`).
 */
async function giveReceipt(parts: WorkerParts, person: Person, _run: Run, tell: Tell): Promise<StepResult> {
  const { id, askedBy, messageId } = person;
  if (askedBy === 'restore') return {};
  if (messageId !== null && person.receiptClaimedAt === null) {
    const told = await tell(messageId);
    if (told.kind !== 'gone') return outcomeOf(told);
  }
  const [claimed] = await parts.db
    .update(erasures)
    .set({ receiptClaimedAt: sql`now()` })
    .where(and(eq(erasures.id, id), isNull(erasures.receiptClaimedAt)))
    .returning({ id: erasures.id });
  if (!claimed) return { uncertain: 1 };
  const told = await tell(null);
  if (told.kind === 'later')
    await parts.db.update(erasures).set({ receiptClaimedAt: null }).where(eq(erasures.id, id));
  return outcomeOf(told);
}

function outcomeOf(told: Told): StepResult {
  switch (told.kind) {
    case 'told':
      return { told: 1 };
    case 'unknown':
      return { uncertain: 1 };
    case 'unreachable':
    case 'gone':
      return { unreachable: 1 };
    case 'later':
      throw new TransientError('the receipt of an erasure is not told yet', { retryAfterMs: told.afterMs });
    default:
      return told satisfies never;
  }
}

/** What runs is cancelled, and its credits are given back; FAL is asked to stop, and what it does meanwhile is waited for. */
async function endOrders(parts: WorkerParts, { userId }: Person): Promise<StepResult> {
  const open = await parts.db
    .select({ id: orders.id })
    .from(orders)
    .where(and(eq(orders.ownerId, userId), unended));
  for (const { id } of open) await transact(parts, (unit) => cancelOrder(unit, userId, id));
  if (userId < 0) await removeSaidIn(parts, userId);
  const atFal = await parts.db.$count(
    falJobs,
    and(
      inArray(falJobs.state, ['created', 'submitting', 'submitted', 'cancelling']),
      inArray(falJobs.orderId, theirs(parts.db, userId)),
    ),
  );
  if (atFal > 0) return { wait: 'for requests at FAL to end' };
  // What is being answered would be shown after the receipt.
  const answering = await parts.db.$count(
    telegramUpdates,
    and(
      inArray(telegramUpdates.lane, lanesOf(userId)),
      eq(telegramUpdates.state, 'decided'),
      isNull(telegramUpdates.poisonedAt),
    ),
  );
  if (answering > 0) return { wait: 'for what is being answered' };
  const told = await parts.db.$count(
    notifications,
    and(eq(notifications.userId, userId), eq(notifications.state, 'pending')),
  );
  return told > 0 ? { wait: 'for what is being told' } : { cancelled: open.length };
}

/** Of a group: what was recorded there, whoever had it transcribed. It disappears at once; its objects go by retention. */
async function removeSaidIn(parts: WorkerParts, chatId: number): Promise<void> {
  const said = await parts.db
    .select({ id: recordings.id, ownerId: recordings.ownerId })
    .from(recordings)
    .where(and(eq(recordings.chatId, chatId), isNull(recordings.deletedAt)));
  for (const { id, ownerId } of said) await transact(parts, (unit) => deleteRecording(unit, ownerId, id));
}

const theirs = (db: WorkerParts['db'], userId: number) =>
  db.select({ id: orders.id }).from(orders).where(eq(orders.ownerId, userId));

/** Nothing more is charged; a refund that is under way is waited for. */
async function endSubscriptions(parts: WorkerParts, { userId }: Person): Promise<StepResult> {
  const running = await parts.db
    .select()
    .from(subscriptions)
    .where(
      and(
        eq(subscriptions.userId, userId),
        sql`${subscriptions.until} > now()`,
        or(ne(subscriptions.state, 'cancelled'), isNotNull(subscriptions.wanted)),
      ),
    );
  await transact(parts, async (unit) => {
    for (const one of running) if (one.wanted !== 'cancelled') await stopSubscription(unit, one.id);
  });
  const refunding = and(eq(payments.userId, userId), eq(payments.state, 'refunding'));
  if (running.length > 0) return { wait: 'for a subscription to end' };
  if ((await parts.db.$count(payments, refunding)) > 0) return { wait: 'for a refund' };
  return {};
}

/** At once, and in one run of the job; what is left is asked for by the next. */
const REQUESTS_AT_ONCE = 8;

/**
 * What FAL keeps of requests, with the files that they made. Only an ADMIN key may ask for it; otherwise it lives there
 * until FAL's own time is over, which the receipt says.
 */
async function askProviders(parts: WorkerParts, { userId }: Person, run: Run): Promise<StepResult> {
  const { db, fal } = parts;
  let kept = 0;
  for (;;) {
    const page = await db
      .select({ id: falJobs.id, requestId: falJobs.requestId, test: falJobs.test })
      .from(falJobs)
      .where(inArray(falJobs.orderId, theirs(db, userId)))
      .limit(REQUESTS_AT_ONCE);
    if (page.length === 0) return { kept };
    run.signal.throwIfAborted();
    const outcomes = await Promise.all(
      page.map(async ({ requestId, test }) =>
        requestId === null || test ? null : fal.deleteRequestFiles(requestId, { signal: run.signal }),
      ),
    );
    const away = outcomes.find((outcome) => outcome?.kind === 'unavailable');
    if (away) return { wait: 'for FAL, which does not answer' };
    // Nobody else's key may do it either.
    if (outcomes.some((outcome) => outcome?.kind === 'not-allowed')) {
      kept += await db.$count(
        falJobs,
        and(isNotNull(falJobs.requestId), inArray(falJobs.orderId, theirs(db, userId))),
      );
      return { kept };
    }
    // Asked for once: what is left is known by what is still here.
    await db.delete(falJobs).where(
      inArray(
        falJobs.id,
        page.map(({ id }) => id),
      ),
    );
  }
}

/** Everything of theirs that a job may name. */
const THEIR_IDS = (id: number): SQL => sql`
  select id from orders where owner_id = ${id}
  union all select id from recordings where owner_id = ${id}
  union all select id from documents where owner_id = ${id}
  union all select s.id from document_sections s join documents d on d.id = s.document_id where d.owner_id = ${id}
  union all select id from recording_exports where owner_id = ${id}
  union all select id from avatars where owner_id = ${id}
  union all select p.id from avatar_photos p join avatars a on a.id = p.avatar_id where a.owner_id = ${id}
  union all select f.id from fal_jobs f join orders o on o.id = f.order_id where o.owner_id = ${id}
  union all select id from notifications where user_id = ${id}
  union all select id from data_exports where user_id = ${id}
  union all select id from payments where user_id = ${id}
  union all select id from subscriptions where user_id = ${id}`;

const UUIDS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Queued jobs go; one that runs is waited for: it may be writing. */
async function removeJobs(parts: WorkerParts, { userId }: Person): Promise<StepResult> {
  const { rows } = await parts.db.execute(THEIR_IDS(userId));
  const ids = new Set(
    z
      .array(z.object({ id: z.string() }))
      .parse(rows)
      .map(({ id }) => id),
  );
  const lanes = lanesOf(userId).map((lane) => JSON.stringify(lane));
  const by = new RegExp(`"by":${userId}(?!\\d)`);
  const { removed, running } = await parts.producer.forget((data) => {
    const text = JSON.stringify(data) ?? '';
    return (
      by.test(text) ||
      lanes.some((lane) => text.includes(lane)) ||
      (text.match(UUIDS) ?? []).some((id) => ids.has(id))
    );
  });
  return running > 0 ? { wait: 'for a job that runs' } : { removed };
}

async function removeObjects({ storage }: WorkerParts, { userId }: Person, run: Run): Promise<StepResult> {
  const counted: Record<string, number> = {};
  for (const bucket of BUCKETS)
    counted[bucket] = await storage.deletePrefix(bucket, ownerPrefix(userId), { signal: run.signal });
  return counted;
}

/** Below every number that Telegram gives, and told from all of them by it; nothing leads from it to anybody. */
const nobodyNumber = (): number => -(2 ** 52) - randomInt(2 ** 47);

/** All rows in one transaction, and with them the note that they are gone. */
async function removeRows(parts: WorkerParts, { id, userId }: Person): Promise<StepResult> {
  return parts.db.transaction(async (tx) => {
    const nobody = nobodyNumber();
    await tx.insert(users).values({ id: nobody });
    const number = sql`${nobody}::bigint`;
    const counted: Record<string, number> = {};
    let named = false;
    for (const [table, rule] of Object.entries(PERSONAL)) {
      if (!('of' in rule)) continue;
      for (const statement of rule.mentions?.(userId, number) ?? []) await tx.execute(statement);
      const name = sql.identifier(table);
      if (rule.erase === 'delete') {
        const { rowCount } = await tx.execute(sql`delete from ${name} where ${rule.of(userId)}`);
        if (rowCount) counted[table] = rowCount;
        continue;
      }
      const { rowCount } = await tx.execute(
        sql`update ${name} set ${rule.erase.set(number)} where ${rule.of(userId)}`,
      );
      if (rowCount) counted[`kept:${table}`] = rowCount;
      if (rowCount && rule.people.includes('user_id')) named = true;
    }
    if (!named && (await isUnused(tx, nobody))) await tx.delete(users).where(eq(users.id, nobody));
    await tx
      .insert(erasedPeople)
      .values({ hash: hashOf(parts.config.privacy.key, userId) })
      .onConflictDoUpdate({ target: erasedPeople.hash, set: { erasedAt: sql`now()` } });
    await noteStep(tx, id, 'rows', counted);
    return counted;
  });
}

/** Nothing has been left in its place. */
async function isUnused(tx: Tx, nobody: number): Promise<boolean> {
  return (await tx.$count(orders, or(eq(orders.ownerId, nobody), eq(orders.payerId, nobody)))) === 0;
}
