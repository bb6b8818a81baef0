import { closedFor } from '../breaker/breaker.ts';
import { type failOrder, noteProgress, startOrder } from '../orders/orders.ts';
import { failOrWait, waitForProviderIn } from '../orders/waiting.ts';
import type { Run } from '../parts.ts';
import { type Order, transact } from '../unit.ts';
import { createFalJobs, failFalJob, type FalJob, findFalJobsOfOrder, submitFalJob, workOf } from './jobs.ts';
import { type FalParts, falOrderOf } from './order.ts';

/** Job: makes ready what FAL needs and asks it, once. Harmless to repeat. */
export async function startFalOrder(parts: FalParts, orderId: string, run: Run): Promise<void> {
  const order = await startOrder(parts, orderId);
  if (!order) return;
  const existing = await findFalJobsOfOrder(parts, orderId);
  const jobs = existing.length > 0 ? existing : await prepared(parts, order, run);
  if (jobs === null) return;
  // What FAL has already is its webhook's, the polls' and the deadline's business.
  const unsent = jobs.filter(({ state }) => state === 'created');
  for (const job of unsent) {
    const closed = existing.length > 0 ? await closedFor(parts, workOf(job)) : null;
    // A request that was not sent waits with its order; the others of the order are FAL's business already.
    const waits =
      closed === 'provider_account' && (await transact(parts, (unit) => waitForProviderIn(unit, orderId)));
    if (waits) return;
    if (closed) await failFalJob(parts, job, closed, 'the provider is not asked now');
    else await submitFalJob(parts, job, run);
  }
}

/** The rows of its requests; null: it has failed. */
async function prepared(parts: FalParts, order: Order, run: Run): Promise<readonly FalJob[] | null> {
  const fail = async (reason: Parameters<typeof failOrder>[2]) => {
    await failOrWait(parts, order.id, reason);
    return null;
  };
  // Until it is prepared nobody knows which model it needs.
  const closed = await closedFor(parts, { provider: 'fal' });
  if (closed) return fail(closed);
  const ready = await falOrderOf(parts, order).prepare(parts, order, run);
  if (ready.kind === 'refused') return fail(ready.reason);
  const requests = ready.kind === 'request' ? [ready.request] : ready.requests;
  for (const { model } of requests) {
    const modelClosed = await closedFor(parts, workOf({ model: model.endpoint }));
    if (modelClosed) return fail(modelClosed);
  }
  const jobs = await createFalJobs(parts, order, requests);
  if (typeof jobs === 'string') return fail(jobs);
  await noteProgress(parts, order.id, { stage: 'submitting' });
  return jobs;
}
