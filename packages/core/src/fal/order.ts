import type { FailureReason } from '@aisha/db';
import type { OrderDefinition } from '../orders/definition.ts';
import type { Run, WorkerParts } from '../parts.ts';
import type { Order } from '../unit.ts';
import { deliveredSoFar, type FalJob, giveUpFalJob } from './jobs.ts';
import type { FalModel } from './models/index.ts';
import { waitsAs } from '../users/turns.ts';

/** What FAL is asked: which model, and for what. */
export interface FalRequest {
  readonly model: FalModel;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What FAL is asked, or why it is not. */
export type Prepared =
  | { readonly kind: 'request'; readonly request: FalRequest }
  /** Several, each settled by itself: the order ends with the last of them, with what they brought together. */
  | { readonly kind: 'requests'; readonly requests: readonly FalRequest[] }
  | { readonly kind: 'refused'; readonly reason: FailureReason };

interface FalWork {
  /** Makes ready what FAL needs. Repeated when it fails in passing; never once there is a request. */
  prepare(parts: WorkerParts, order: Order, run: Run): Promise<Prepared>;
  /** FAL did its work: fetches, checks and keeps the result, and ends the request and the order together. */
  collect(parts: WorkerParts, job: FalJob, order: Order, output: unknown, run: Run): Promise<void>;
}

export interface FalOrder extends OrderDefinition, FalWork {}
export type FalOrders = Readonly<Record<string, FalOrder>>;

/** What the FAL machine needs: it knows no kind by itself. */
export interface FalParts extends WorkerParts {
  readonly falOrders: FalOrders;
}

/** An order whose work is FAL's: begins with `order.start`, and gives up FAL's requests when it ends without them. */
export function falOrder(own: Omit<OrderDefinition, 'first'> & FalWork): FalOrder {
  return {
    ...own,
    first: (unit, { id, ownerId, turn }) =>
      unit.enqueue('order.start', { orderId: id }, { turn, by: waitsAs(ownerId) }),
    cutShort: async (unit, order) => {
      const delivered = await deliveredSoFar(unit.tx, order.id);
      if (delivered > 0) await giveUpFalJob(unit, order.id);
      return delivered;
    },
    ended: async (unit, order) => {
      await own.ended?.(unit, order);
      await giveUpFalJob(unit, order.id);
    },
  };
}

export function falOrderOf({ falOrders }: FalParts, { kind }: Order): FalOrder {
  const found = falOrders[kind];
  if (!found) throw new Error(`this process knows no order of kind ${kind} that is FAL's`);
  return found;
}
