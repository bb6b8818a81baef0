import type { FairShares, PaymentsConfig, Prices } from '@aisha/config';
import type { Db, FailureReason, orders, OrderState, Tx } from '@aisha/db';
import type { EnqueueOptions, JobName, JobPayload, JobProducer } from '@aisha/queue';
import type { LogFields, Logger, Metrics } from '@aisha/service';
import type { z } from 'zod';

/** One transaction, and what is done once it is committed. */
export interface Unit {
  readonly tx: Tx;
  readonly orderKinds: OrderKinds;
  readonly limits: FairShares;
  readonly prices: Prices;
  readonly sales: PaymentsConfig;
  /** Who is alarmed, and who answers. */
  readonly operators: readonly number[];
  /** By what somebody is known who left and comes back (`erased_people`). */
  erasedAs(userId: number): string;
  enqueue<N extends JobName>(name: N, payload: JobPayload<N>, options?: EnqueueOptions): void;
  /** An order entered a state: counted and logged, only if it really happened. */
  noteOrder(order: NotedOrder): void;
  /** FAL billed something: counted, only if it is really kept. */
  noteCost(cost: { readonly model: string; readonly usd: number }): void;
  /** Money that does not add up: counted and logged, only if it is really kept. */
  noteAlarm(what: string, fields: LogFields): void;
}

interface NotedOrder {
  readonly id: string;
  readonly ownerId: number;
  readonly kind: string;
  readonly state: OrderState;
  readonly failure: FailureReason | null;
}

export type Order = typeof orders.$inferSelect;

/** Whole credits for each unit (a picture, a minute), and how many of them. */
export interface Price {
  readonly each: number;
  readonly units: number;
}

/** `images`: all that it drew. `nothing`: what it made is kept until somebody deletes it. Others: its subject. */
export type Forgets = 'recording' | 'images' | 'document' | 'question' | 'export' | 'nothing';

/** What the order machine needs of a kind. The hooks run in the transaction that they are told of. */
export interface OrderRules {
  /** When an order that nothing ends is given up and told, counted from when it may run. */
  readonly deadlineMinutes: number;
  /** A subject has at most one of this kind waiting or under way: pressing the button twice orders once. */
  readonly exclusive: boolean;
  /** The share of a person that it counts for, beside that of all orders. */
  readonly share?: 'fal';
  /** What it costs whoever orders this input, by the list; asked through `priceOf` alone. */
  price(input: Readonly<Record<string, unknown>>, prices: Prices): Price;
  /** What the person asked for; it is kept as this leaves it. */
  readonly input: z.ZodType<Readonly<Record<string, unknown>>>;
  /** It may run from now on: takes hold of its subject. Once for an order. False: the subject of its quote is gone. */
  begun?(unit: Unit, order: Order): Promise<unknown>;
  /** What an incognito order leaves behind, which goes once it is delivered. */
  readonly forgets: Forgets;
  /** Enqueues its first job; the sweeper comes again, so it is harmless when the order is under way already. */
  first(unit: Unit, order: Order): void;
  /** Its owner wants no more of it: true when what is done so far becomes the result, false when nothing is. */
  stopped?(unit: Unit, order: Order): Promise<boolean>;
  /**
   * It ends now, because its owner or its time wants so: how many of its units are delivered already, which are its result
   * then; the rest is given up. None: it is cancelled, or fails.
   */
  cutShort?(unit: Unit, order: Order): Promise<number>;
  /** It failed or was cancelled (its state says which): takes its subject back to where it can be tried again. */
  ended?(unit: Unit, order: Order): Promise<void>;
}

/** Kind → its rules; bound in `order-kinds.ts`. */
export type OrderKinds = Readonly<Record<string, OrderRules>>;

export interface UnitParts {
  readonly db: Db;
  readonly producer: JobProducer;
  readonly log: Logger;
  readonly orderKinds: OrderKinds;
  readonly limits: FairShares;
  readonly prices: Prices;
  readonly sales: PaymentsConfig;
  readonly operators: readonly number[];
  readonly erasedAs: (userId: number) => string;
  readonly metrics?: Pick<Metrics, 'orders' | 'providerCostUsd' | 'ledgerAlarms'>;
}

/**
 * Runs `work` in a transaction and then enqueues its jobs. Between PostgreSQL and Redis there is no transaction:
 * if enqueuing fails, the rows' next-check times make the sweeper do it.
 */
export async function transact<T>(parts: UnitParts, work: (unit: Unit) => Promise<T>): Promise<T> {
  const jobs: (() => Promise<unknown>)[] = [];
  const noted: NotedOrder[] = [];
  const costs: { model: string; usd: number }[] = [];
  const alarms: { what: string; fields: LogFields }[] = [];
  const result = await parts.db.transaction((tx) =>
    work({
      tx,
      orderKinds: parts.orderKinds,
      limits: parts.limits,
      prices: parts.prices,
      sales: parts.sales,
      operators: parts.operators,
      erasedAs: parts.erasedAs,
      enqueue: (name, payload, options) => {
        jobs.push(() => parts.producer.enqueue(name, payload, options));
      },
      noteOrder: (order) => noted.push(order),
      noteCost: (cost) => costs.push(cost),
      noteAlarm: (what, fields) => alarms.push({ what, fields }),
    }),
  );
  for (const { model, usd } of costs) parts.metrics?.providerCostUsd.inc({ provider: 'fal', model }, usd);
  for (const { what, fields } of alarms) {
    parts.metrics?.ledgerAlarms.inc();
    parts.log.error(what, fields);
  }
  for (const { id: orderId, ownerId, kind, state, failure } of noted) {
    parts.metrics?.orders.inc({ kind, state });
    // The first and the last line of what one user ordered, whatever processes worked on it between.
    parts.log.info(`order ${state}`, { orderId, kind, userId: ownerId, ...(failure && { failure }) });
  }
  const outcomes = await Promise.allSettled(jobs.map((enqueue) => enqueue()));
  for (const outcome of outcomes)
    if (outcome.status === 'rejected')
      parts.log.warn('a job was not enqueued; the sweeper will', { error: outcome.reason });
  return result;
}
