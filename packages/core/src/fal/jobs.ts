import { falJobs, orders, type Tx, type FailureReason } from '@aisha/db';
import { webhookToken } from '@aisha/providers';
import { shorten, TransientError } from '@aisha/service';
import { and, eq, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm';
import { closeBreaker, noteRefusal, type Work } from '../breaker/breaker.ts';
import { failOrderIn, lockOrder, noteSilence, succeedOrder } from '../orders/orders.ts';
import { waitForProviderIn } from '../orders/waiting.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { countPaidCall } from '../spending/spending.ts';
import { type Order, transact, type Unit } from '../unit.ts';
import { type FalModel, modelAt } from './models/index.ts';
import { costOf } from './models/price.ts';
import { TRAINER_LIMITS } from './models/trainer.ts';
import { currentWebhookSecret } from './webhook-secrets.ts';

export type FalJob = typeof falJobs.$inferSelect;

/** True when neither the submit's answer nor a webhook came for so long that none will. */
export function unconfirmedTooLong(job: FalJob): boolean {
  const since = (job.submittedAt ?? job.createdAt).getTime();
  return Date.now() - since > limitsOf(job).unconfirmedMinutes * 60_000;
}

/** A model of another release is given the most time that any has. */
export const limitsOf = ({ model }: Pick<FalJob, 'model'>) => modelAt(model)?.limits ?? TRAINER_LIMITS;

/** Whose work a request is: one model's fault is not the others'. */
export const workOf = ({ model }: Pick<FalJob, 'model'>): Work => ({
  provider: 'fal',
  use: modelAt(model)?.role ?? 'model',
  model,
});

/**
 * The rows that an order's requests at FAL need before they are made, counted as bought (a row is sent once at most); or
 * why nothing more is bought for the owner. All of them or none; the first ones stay.
 */
export async function createFalJobs(
  parts: WorkerParts,
  { id: orderId, ownerId, chatId }: Pick<Order, 'id' | 'ownerId' | 'chatId'>,
  requests: readonly { readonly model: FalModel; readonly input: Readonly<Record<string, unknown>> }[],
): Promise<readonly FalJob[] | FailureReason> {
  const test = parts.config.fal.testMode;
  const stop = await parts.db.transaction(async (tx) => {
    const created = await tx
      .insert(falJobs)
      .values(
        requests.map(({ model, input }, part) => ({
          orderId,
          part,
          model: model.endpoint,
          input,
          // Read by the release before this one alone.
          kind: model.role === 'trainer' ? ('training' as const) : ('generation' as const),
          test,
          nextCheckAt: sql`now() + interval '20 seconds'`,
        })),
      )
      .onConflictDoNothing()
      .returning({ id: falJobs.id, part: falJobs.part });
    // Simulated ones cost nothing.
    if (test) return null;
    for (const { part } of created) {
      const request = requests[part];
      const usd = request ? costOf(request.model, request.input, parts.config.fal.prices) : null;
      const refusal = await countPaidCall(tx, parts.config.spending, { ownerId, chatId, for: 'fal', usd });
      if (!refusal) continue;
      const ids = created.map(({ id }) => id);
      await tx.delete(falJobs).where(inArray(falJobs.id, ids));
      return refusal;
    }
    return null;
  });
  if (stop) return stop;
  const existing = await findFalJobsOfOrder(parts, orderId);
  if (existing.length === 0) throw new Error('the FAL jobs vanished');
  return existing;
}

/** All requests of an order, by their part. */
export function findFalJobsOfOrder(parts: Pick<WorkerParts, 'db'>, orderId: string): Promise<FalJob[]> {
  return parts.db
    .select()
    .from(falJobs)
    .where(and(eq(falJobs.orderId, orderId), isNull(falJobs.piece)))
    .orderBy(falJobs.part);
}

/** What an order's requests have brought so far, in its units. */
export async function deliveredSoFar(tx: Pick<Tx, 'select'>, orderId: string): Promise<number> {
  const [row] = await tx
    .select({ n: sql<number>`coalesce(sum(${falJobs.delivered}), 0)::int` })
    .from(falJobs)
    .where(and(eq(falJobs.orderId, orderId), isNull(falJobs.piece)));
  return row?.n ?? 0;
}

/**
 * One of an order's requests has ended: with the last of them the order ends too, well if any has brought something, else
 * for this reason. In the transaction that ended the request, the order locked. False: others are under way, or it had
 * ended before.
 */
export async function endWithLast(unit: Unit, orderId: string, reason: FailureReason): Promise<boolean> {
  const open = and(
    eq(falJobs.orderId, orderId),
    isNull(falJobs.piece),
    inArray(falJobs.state, ['created', 'submitting', 'submitted']),
  );
  if ((await unit.tx.$count(falJobs, open)) > 0) return false;
  const delivered = await deliveredSoFar(unit.tx, orderId);
  return delivered > 0 ? succeedOrder(unit, orderId, delivered) : failOrderIn(unit, orderId, reason);
}

/** The only request of an order that has one. */
export async function findFalJobOfOrder(
  parts: Pick<WorkerParts, 'db'>,
  orderId: string,
): Promise<FalJob | null> {
  const [job] = await findFalJobsOfOrder(parts, orderId);
  return job ?? null;
}

/** How long the attempts of `order.start` last together, in minutes: eight, 2 s … 2 min between them. */
export const START_RETRIED_MINUTES = 5;
interface PieceAtFal {
  readonly orderId: string;
  /** Which piece of the order's recording. */
  readonly piece: number;
  readonly model: FalModel;
}

/** The request for one piece of an order's recording, at this model; there is one at most. */
export async function findFalJobOfPiece(
  parts: Pick<WorkerParts, 'db'>,
  { orderId, piece, model }: PieceAtFal,
): Promise<FalJob | null> {
  const [job] = await parts.db
    .select()
    .from(falJobs)
    .where(and(eq(falJobs.orderId, orderId), eq(falJobs.piece, piece), eq(falJobs.model, model.endpoint)));
  return job ?? null;
}

/** The same as `createFalJobs`, for a piece, which was counted already. */
export async function createFalJobOfPiece(
  parts: WorkerParts,
  at: PieceAtFal,
  { input, seconds }: { readonly input: Readonly<Record<string, unknown>>; readonly seconds: number },
): Promise<FalJob> {
  const { orderId, piece, model } = at;
  await parts.db
    .insert(falJobs)
    .values({
      orderId,
      piece,
      seconds,
      model: model.endpoint,
      input,
      kind: 'generation',
      test: parts.config.fal.testMode,
      nextCheckAt: sql`now() + interval '20 seconds'`,
    })
    .onConflictDoNothing();
  const job = await findFalJobOfPiece(parts, at);
  if (!job) throw new Error('the FAL job of a piece vanished');
  return job;
}

/** Has the piece of a recording looked after that a request is for. */
export async function wakePiece(
  unit: Unit,
  { orderId, piece }: Pick<FalJob, 'orderId' | 'piece'>,
): Promise<void> {
  const [order] = await unit.tx
    .select({ subjectId: orders.subjectId })
    .from(orders)
    .where(eq(orders.id, orderId));
  if (piece !== null && order?.subjectId)
    unit.enqueue('recording.piece', { recordingId: order.subjectId, index: piece });
}

/** The address that FAL calls: it carries our id and a token, so that it is matched even if we never learnt FAL's. */
export async function webhookAddress(
  parts: WorkerParts,
  job: Pick<FalJob, 'id' | 'model'>,
): Promise<string | null> {
  const webhook = parts.config.fal.webhook;
  if (!webhook) return null;
  const trains = modelAt(job.model)?.role === 'trainer';
  const url = new URL(trains ? webhook.portraitUrl : webhook.statusUrl);
  url.searchParams.set('job', job.id);
  url.searchParams.set('token', webhookToken(await currentWebhookSecret(parts.db), job.id));
  return url.href;
}

/**
 * Submits once. There is no idempotency key at FAL and a repeat is a second bill, so the intent is committed first
 * and only the run that committed it sends. What a crash or a lost answer leaves in `submitting` is never sent again:
 * the webhook or the deadline decides.
 */
export async function submitFalJob(parts: WorkerParts, job: FalJob, run: Run): Promise<void> {
  const webhookUrl = await webhookAddress(parts, job);
  const mine = await parts.db.transaction(async (tx) => {
    // The order's lock makes this and the owner's cancel exclude each other.
    const [order] = await tx.select().from(orders).where(eq(orders.id, job.orderId)).for('update');
    if (order?.state !== 'running') {
      // It ended before there was anything to send. (A crash just before this is the sweeper's.)
      await tx
        .update(falJobs)
        .set(neverSent)
        .where(unsentOfEnded(eq(falJobs.id, job.id)));
      return null;
    }
    const claimed = await tx
      .update(falJobs)
      .set({
        state: 'submitting',
        submittedAt: sql`now()`,
        nextCheckAt: sql`now() + interval '30 seconds'`,
      })
      .where(and(eq(falJobs.id, job.id), eq(falJobs.state, 'created')))
      .returning({ id: falJobs.id });
    return claimed.length > 0 ? order : null;
  });
  if (!mine) return;

  // Without the run's signal: an aborted submit would be an unclear one. It has a time-out of its own.
  const outcome = await parts.fal.submit(job.model, job.input, webhookUrl === null ? {} : { webhookUrl });
  run.log.info('submitted to FAL', {
    falJobId: job.id,
    orderId: job.orderId,
    model: job.model,
    outcome: outcome.kind,
  });
  switch (outcome.kind) {
    case 'accepted':
      await learnRequestId(parts, job.id, outcome.requestId);
      await closeBreaker(parts, workOf(job));
      return;
    case 'not-sent':
      if (await endUnsent(parts, job.id)) return;
      // Surely no job: back to the start, so that a later run sends it.
      await parts.db
        .update(falJobs)
        .set({ state: 'created', submittedAt: null, nextCheckAt: sql`now() + interval '20 seconds'` })
        .where(and(eq(falJobs.id, job.id), eq(falJobs.state, 'submitting')));
      if (run.lastAttempt) return failFalJob(parts, job, 'provider_down', outcome.why);
      await noteSilence(parts, mine, START_RETRIED_MINUTES);
      throw new TransientError(`FAL did not take the request: ${outcome.why}`, {
        retryAfterMs: outcome.retryAfterMs,
      });
    case 'refused': {
      const failure = await noteRefusal(parts, workOf(job), outcome.reason);
      if (await endUnsent(parts, job.id)) return;
      // Surely no job there: once the account is open, it is sent as it is.
      if (failure === 'provider_account' && (await putBack(parts, job))) return;
      await failFalJob(parts, job, failure, outcome.detail);
      return;
    }
    case 'unclear':
      run.log.warn('FAL did not say whether it took the request; waiting for its webhook', {
        falJobId: job.id,
        why: outcome.why,
      });
      return;
    default:
      outcome satisfies never;
  }
}

/** FAL refused our account: the request waits, with its order, or for another recogniser of its piece. False: no longer. */
function putBack(parts: WorkerParts, { id, orderId, ...job }: FalJob): Promise<boolean> {
  return transact(parts, async (unit) => {
    if (job.piece === null && !(await waitForProviderIn(unit, orderId))) return false;
    await unit.tx
      .update(falJobs)
      .set({ state: 'created', submittedAt: null })
      .where(and(eq(falJobs.id, id), eq(falJobs.state, 'submitting')));
    if (job.piece !== null) await wakePiece(unit, { orderId, piece: job.piece });
    return true;
  });
}

const neverSent = { state: 'cancelled', endedAt: sql`now()` } as const;

/** Requests that will never be sent: their order has ended. */
function unsentOfEnded(where: SQL | undefined): SQL | undefined {
  return and(
    where,
    eq(falJobs.state, 'created'),
    sql`exists (select 1 from ${orders} where ${orders.id} = ${falJobs.orderId} and ${orders.endedAt} is not null)`,
  );
}

/** Ends what a crash left unsent although its order has ended; how many it was. */
export async function dropUnsent(tx: Tx): Promise<number> {
  const dropped = await tx
    .update(falJobs)
    .set(neverSent)
    .where(unsentOfEnded(lt(falJobs.nextCheckAt, sql`now()`)))
    .returning({ id: falJobs.id });
  return dropped.length;
}

/** FAL surely has no job, and the order was given up meanwhile: nothing is left to cancel. */
async function endUnsent(parts: WorkerParts, falJobId: string): Promise<boolean> {
  const ended = await parts.db
    .update(falJobs)
    .set({ state: 'cancelled', endedAt: sql`now()` })
    .where(and(eq(falJobs.id, falJobId), eq(falJobs.state, 'cancelling')))
    .returning({ id: falJobs.id });
  return ended.length > 0;
}

/**
 * When a request is looked at first. A picture takes two or three seconds: a look at that moment meets its webhook, both
 * fetch and decode it, and whoever waits for it waits for both. Progress of a training is known by looking alone.
 */
const firstLookSeconds = ({ config }: WorkerParts): number => (config.fal.webhook === null ? 2 : 6);

/**
 * Keeps FAL's id, from the submit's answer or from a webhook that came before it. From now on the job is polled.
 * A job given up meanwhile keeps its state: the id is what its cancel needs.
 */
export async function learnRequestId(parts: WorkerParts, falJobId: string, requestId: string): Promise<void> {
  await transact(parts, async (unit) => {
    const [job] = await unit.tx
      .update(falJobs)
      .set({
        requestId,
        state: sql`case when ${falJobs.state} = 'submitting' then 'submitted' else ${falJobs.state} end`,
        nextCheckAt: sql`now() + make_interval(secs => case when ${falJobs.kind} = 'training' then 2 else ${firstLookSeconds(parts)} end)`,
      })
      .where(
        and(
          eq(falJobs.id, falJobId),
          sql`${falJobs.requestId} is null`,
          inArray(falJobs.state, ['submitting', 'submitted', 'cancelling']),
        ),
      )
      .returning({ state: falJobs.state });
    if (job?.state === 'cancelling') unit.enqueue('fal.settle', { falJobId, source: 'sweep' });
  });
}

/** FAL did its work, whatever became of the result here: that is billed. */
function noteBilled(parts: WorkerParts, unit: Unit, job: FalJob): void {
  if (job.test) return;
  const model = modelAt(job.model);
  const usd = model && costOf(model, job.input, parts.config.fal.prices, job.seconds);
  if (usd === null)
    parts.log.error('what FAL billed is not counted: its price is not known', {
      falJobId: job.id,
      model: job.model,
    });
  else unit.noteCost({ model: job.model, usd });
}

/** Ends the request and, with the last of them, its order; of a piece the request alone: another recogniser may hear it. */
export async function failFalJob(
  parts: WorkerParts,
  job: FalJob,
  reason: FailureReason,
  detail: string,
): Promise<void> {
  parts.log.warn('FAL job failed', {
    falJobId: job.id,
    orderId: job.orderId,
    reason,
    detail: shorten(detail, 500),
  });
  await transact(parts, async (unit) => {
    await lockOrder(unit.tx, job.orderId);
    const [failed] = await unit.tx
      .update(falJobs)
      .set({ state: 'failed', error: { reason, detail: shorten(detail, 2_000) }, endedAt: sql`now()` })
      .where(and(eq(falJobs.id, job.id), inArray(falJobs.state, ['created', 'submitting', 'submitted'])))
      .returning({ id: falJobs.id });
    if (failed && (reason === 'bad_result' || reason === 'flagged')) noteBilled(parts, unit, job);
    if (job.piece === null) await endWithLast(unit, job.orderId, reason);
    else await wakePiece(unit, job);
  });
}

/** Its order ended without a result: what was sent is cancelled at FAL. */
export async function giveUpFalJob(unit: Unit, orderId: string): Promise<void> {
  const given = await unit.tx
    .update(falJobs)
    .set({
      state: sql`case when ${falJobs.state} = 'created' then 'cancelled' else 'cancelling' end`,
      endedAt: sql`case when ${falJobs.state} = 'created' then now() end`,
      nextCheckAt: sql`now() + interval '5 seconds'`,
    })
    .where(and(eq(falJobs.orderId, orderId), inArray(falJobs.state, ['created', 'submitting', 'submitted'])))
    .returning({ id: falJobs.id, state: falJobs.state });
  for (const { id, state } of given)
    if (state === 'cancelling') unit.enqueue('fal.settle', { falJobId: id, source: 'sweep' });
}

/**
 * Marks the request done, if this run is the one that ends it; called inside the transaction that keeps its result.
 * `delivered` units of its order came by it.
 */
export async function completeFalJob(
  parts: WorkerParts,
  unit: Unit,
  job: FalJob,
  delivered: number | null = null,
): Promise<boolean> {
  // Before its request, everywhere: an end and the owner's cancel would otherwise wait for each other.
  await lockOrder(unit.tx, job.orderId);
  const [done] = await unit.tx
    .update(falJobs)
    .set({ state: 'completed', delivered, endedAt: sql`now()` })
    .where(
      and(
        eq(falJobs.id, job.id),
        eq(falJobs.state, 'submitted'),
        sql`exists (select 1 from ${orders} where ${orders.id} = ${falJobs.orderId} and ${inArray(orders.state, ['running'])})`,
      ),
    )
    .returning({ id: falJobs.id });
  if (done) noteBilled(parts, unit, job);
  return done !== undefined;
}
