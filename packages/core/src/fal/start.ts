import { closedFor } from '../breaker/breaker.ts';
import { failOrder, noteProgress, startOrder } from '../orders/orders.ts';
import type { Run } from '../parts.ts';
import { createFalJob, findFalJobOfOrder, submitFalJob, workOf } from './jobs.ts';
import { type FalParts, falOrderOf } from './order.ts';

/** Job: makes ready what FAL needs and asks it, once. Harmless to repeat. */
export async function startFalOrder(parts: FalParts, orderId: string, run: Run): Promise<void> {
  const order = await startOrder(parts, orderId);
  if (!order) return;
  const existing = await findFalJobOfOrder(parts, orderId);
  // What FAL has already is its webhook's, the polls' and the deadline's business.
  if (existing && existing.state !== 'created') return;
  // Until it is prepared nobody knows which model it needs.
  const closed = await closedFor(parts, existing ? workOf(existing) : { provider: 'fal' });
  if (closed) return failOrder(parts, orderId, closed);
  if (existing) return submitFalJob(parts, existing, run);

  const prepared = await falOrderOf(parts, order).prepare(parts, order, run);
  if (prepared.kind === 'refused') return failOrder(parts, orderId, prepared.reason);
  const modelClosed = await closedFor(parts, workOf({ model: prepared.request.model.endpoint }));
  if (modelClosed) return failOrder(parts, orderId, modelClosed);
  const job = await createFalJob(parts, {
    orderId,
    ownerId: order.ownerId,
    chatId: order.chatId,
    ...prepared.request,
  });
  if (typeof job === 'string') return failOrder(parts, orderId, job);
  await noteProgress(parts, orderId, { stage: 'submitting' });
  await submitFalJob(parts, job, run);
}
