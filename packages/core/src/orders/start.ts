import { findFalJobOfOrder } from '../fal/jobs.ts';
import { startImages } from '../images/start.ts';
import { startTraining } from '../avatars/training.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { transact } from '../unit.ts';
import { breakerOpen } from './breaker.ts';
import { failOrder, startOrder } from './orders.ts';

/** Job: begins an order whose work is done at FAL. Harmless to repeat. */
export async function startFalOrder(parts: WorkerParts, orderId: string, run: Run): Promise<void> {
  const order = await startOrder(parts, orderId);
  if (!order) return;
  // What FAL has already is its webhook's, the polls' and the deadline's business.
  const request = await findFalJobOfOrder(parts, orderId);
  if (request && request.state !== 'created') return;
  if (await breakerOpen(parts, 'fal'))
    return transact(parts, async (unit) => void (await failOrder(unit, orderId, 'provider_account')));
  switch (order.kind) {
    case 'training':
      return startTraining(parts, order, run);
    case 'image':
      return startImages(parts, order, run);
    case 'transcription':
    case 'document':
      throw new Error(`an order of kind ${order.kind} is not FAL's`);
    default:
      order.kind satisfies never;
  }
}
