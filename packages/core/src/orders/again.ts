import { type FailureReason, orders } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { groupPayer, lockPeople } from '../groups/rules.ts';
import type { Order, Unit } from '../unit.ts';
import {
  acceptOrder,
  creditsFor,
  findOrder,
  lockOrder,
  type OrderRefusal,
  placeOrder,
  type Placed,
} from './orders.ts';

export type Again =
  | { readonly kind: 'placed'; readonly order: Order }
  /** Its owner has to agree to another price, or to top up (`refused` says how much). */
  | { readonly kind: 'quoted'; readonly order: Order; readonly refused: Refused | null }
  | { readonly kind: 'under-way'; readonly order: Order }
  | { readonly kind: 'refused'; readonly reason: 'unknown' | 'not_failed' | 'again' | 'gone' }
  | Refused;

type Refused = Extract<Placed, { kind: 'refused' }>;

const WORTH_IT: ReadonlySet<FailureReason> = new Set<FailureReason>([
  'provider_account',
  'provider_model',
  'provider_down',
  'provider_unconfirmed',
  'timeout',
  'result_gone',
  'bad_result',
  'link_gone',
  'file_unreachable',
  'too_much_today',
  'internal',
]);

/** Whether the same order may end otherwise another time; otherwise something of it has to be changed first. */
export const isWorthAnotherTry = ({ state, failure }: Pick<Order, 'state' | 'failure'>): boolean =>
  state === 'failed' && failure !== null && WORTH_IT.has(failure);

const priceOf = ({ unitPrice, units }: Order) => creditsFor({ each: unitPrice ?? 0, units: units ?? 0 });

/**
 * Orders once more what failed: the same kind, subject and input, for the same person and place. A failed order was not
 * charged; the new one is, if it delivers. It begins if it costs no more than `agreed` (credits; what the failed one was to
 * cost unless it is said), else it is quoted. Each failed order is ordered again once; `by`: its owner, null for operators.
 */
export async function orderAgain(
  unit: Unit,
  orderId: string,
  { by, agreed }: { readonly by: number | null; readonly agreed?: number },
): Promise<Again> {
  const { tx } = unit;
  const known = await findOrder(tx, orderId);
  if (!known || (by !== null && known.ownerId !== by)) return { kind: 'refused', reason: 'unknown' };
  await lockPeople(tx, [known.ownerId, known.payerId, await groupPayer(unit, known)]);
  await lockOrder(tx, orderId);
  const failed = await findOrder(tx, orderId);
  if (!failed) return { kind: 'refused', reason: 'unknown' };
  if (failed.state !== 'failed') return { kind: 'refused', reason: 'not_failed' };
  if (failed.retriedBy) return { kind: 'refused', reason: 'again' };
  const { ownerId, chatId, threadId, kind, subjectId, input } = failed;
  const placed = await placeOrder(unit, {
    ownerId,
    chatId,
    threadId,
    kind,
    subjectId,
    input,
    quote: true,
    inMaintenance: by === null,
    ...(by === null && { statusMessageId: failed.statusMessageId ?? undefined }),
  });
  if (placed.kind !== 'placed') return placed;
  const { order } = placed;
  const accepted: Placed<OrderRefusal | 'gone'> | null =
    priceOf(order) <= (agreed ?? priceOf(failed)) ? await acceptOrder(unit, ownerId, order.id) : null;
  const refused = accepted?.kind === 'refused' ? accepted : null;
  if (refused?.reason === 'gone') return { kind: 'refused', reason: 'gone' };
  await tx.update(orders).set({ retriedBy: order.id }).where(eq(orders.id, orderId));
  unit.enqueue('order.progress', { orderId: order.id });
  return accepted?.kind === 'placed'
    ? { kind: 'placed', order: accepted.order }
    : { kind: 'quoted', order, refused: refused && { ...refused, reason: refused.reason } };
}
