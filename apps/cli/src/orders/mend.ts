import { failedOrders, refundOrder, retryOrder } from '@aisha/core';
import { FAILURES } from '@aisha/db';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { say, withTill } from '../money/unit.ts';
import { age, table } from '../table.ts';

export interface MendOptions {
  readonly json?: boolean | undefined;
  readonly reason?: string | undefined;
  readonly failure?: string | undefined;
}

const WRONG = {
  unknown: 'there is no such order',
  not_failed: 'this order has not failed',
  again: 'this order was tried again before',
  gone: 'what it was made from is not there any more',
  limit: 'its owner has too much under way',
  not_ended: 'this order is under way',
  free: 'this order cost nothing',
  refunded: 'what this order cost was given back before',
} as const;

const refusal = (reason: keyof typeof WRONG) =>
  new Trouble(WRONG[reason], 'see `aisha orders failed` and `aisha user card`');

/** `aisha orders failed`: those of the last day that nobody tried again. */
export function failed(io: Io, { json, failure }: MendOptions): Promise<ExitStatus> {
  const wanted = FAILURES.find((one) => one === failure);
  if (failure !== undefined && !wanted) throw new UsageError(`--failure is one of ${FAILURES.join(', ')}`);
  return withTill('orders', io, async ({ db }): Promise<ExitStatus> => {
    // What people asked for stays in the row.
    const rows = (await failedOrders(db, { failure: wanted, limit: 500 })).map((one) => ({
      id: one.id,
      ownerId: one.ownerId,
      kind: one.kind,
      failure: one.failure,
      endedAt: one.endedAt,
    }));
    const lines = rows.map((one) => [
      one.id,
      one.kind,
      one.failure ?? '',
      String(one.ownerId),
      one.endedAt ? age(one.endedAt) : '',
    ]);
    const text =
      rows.length === 0 ? 'No order failed.\n' : table(['ORDER', 'KIND', 'FAILURE', 'OWNER', 'AGO'], lines);
    say(io, json, rows, text);
    return 0;
  });
}

/** `aisha orders retry <id>`: the same once more, for the same person. */
export function retry(io: Io, orderId: string, { json, reason }: MendOptions): Promise<ExitStatus> {
  return withTill('orders', io, async ({ transact }): Promise<ExitStatus> => {
    const outcome = await transact((unit) => retryOrder(unit, 'cli', orderId, reason));
    if (outcome.kind === 'refused') throw refusal(outcome.reason);
    const { id, state } = outcome.order;
    const said = {
      placed: 'It runs again',
      quoted: 'Its owner is asked: the price is another one by now, or they have not enough',
      'under-way': 'The same is under way already',
    }[outcome.kind];
    say(io, json, { id, state, outcome: outcome.kind }, `${said}: order ${id}.\n`);
    return 0;
  });
}

/** `aisha orders refund <id> --reason …`: what it cost is given back, once. */
export function refund(io: Io, orderId: string, { json, reason }: MendOptions): Promise<ExitStatus> {
  const why = reason?.trim();
  if (!why) throw new UsageError('refund needs a --reason, which is kept');
  return withTill('orders', io, async ({ transact }): Promise<ExitStatus> => {
    const outcome = await transact((unit) => refundOrder(unit, 'cli', orderId, why));
    if (outcome.kind === 'refused') throw refusal(outcome.reason);
    const { userId, credits } = outcome;
    say(io, json, { orderId, userId, credits }, `${credits} credits were given back to ${userId}.\n`);
    return 0;
  });
}
