import { creditHolds, type Db, ledgerEntries, operatorActions, orders, payments, users } from '@aisha/db';
import { testDatabase } from '@aisha/db/testing';
import { classifyError } from '@aisha/service';
import { PgSelectBase } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { z } from 'zod';
import { accountOf, openAccount, settleHold } from './credits/holds.ts';
import { choosePayer } from './groups/rules.ts';
import { adjustCredits, refundOrder } from './operators/credits.ts';
import { retryOrder } from './operators/orders.ts';
import { orderKinds } from './order-kinds.ts';
import { auditBooks } from './orders/audit.ts';
import type { OrderDefinition } from './orders/definition.ts';
import {
  acceptOrder,
  cancelOrder,
  failOrderIn,
  findOrder,
  lockOrder,
  placeOrder,
  succeedOrder,
} from './orders/orders.ts';
import { invoicePack, payloadOf } from './payments/invoices.ts';
import { keepPayment, paymentOfCharge } from './payments/payments.ts';
import { openDebts, refundPayment } from './payments/refunds.ts';
import { FREE_OF_CHARGE, startTestParts, type TestParts } from './testing.ts';
import { transact, type Unit, type UnitParts } from './unit.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** How many ask for the last credits at once, and how many histories the model is played: LEDGER_TRIES, LEDGER_RUNS. */
    ledger: { readonly tries: number; readonly runs: number };
  }
}

const EACH = 7;
const WELCOME = 40;
const CONNECTIONS = 16;
/** As many histories are played in one database. */
const HISTORIES = 20;
/** So many histories are played beside each other: while one waits for its locks, another goes on. */
const AT_ONCE = 3;

/** So many verses, seven credits each. */
const song: OrderDefinition = {
  deadlineMinutes: 10,
  exclusive: false,
  price: (input) => ({ each: EACH, units: z.object({ verses: z.number() }).parse(input).verses }),
  input: z.object({ verses: z.number() }),
  progressUnit: 'none',
  forgets: 'nothing',
  first: () => undefined,
};

let bench: TestParts;
let parts: UnitParts;
beforeAll(async () => {
  bench = await startTestParts({ prices: { ...FREE_OF_CHARGE, charged: true, welcome: WELCOME } });
  // What is owed to be told and done is not looked at here.
  const producer: UnitParts['producer'] = {
    ...bench.parts.producer,
    enqueue: () => Promise.resolve('added'),
  };
  parts = { ...bench.parts, producer, orderKinds: { ...orderKinds, song } };
});
afterAll(() => bench.close());

const command = fc.record({
  act: fc.constantFrom(
    ...([
      'place',
      'place',
      'place',
      'quote',
      'accept',
      'succeed',
      'succeed',
      'fail',
      'cancel',
      'pay',
      'refund',
      'retry',
      'adjust',
      'give-back',
      'rule',
      'settle',
    ] as const),
  ),
  who: fc.nat(1),
  which: fc.nat(200),
  count: fc.integer({ min: 1, max: 4 }),
  /** `before` it is committed: all is undone; `after`: whoever asked does not know, and asks again. */
  crash: fc.constantFrom(...(['no', 'no', 'no', 'before', 'after'] as const)),
});
type Command = z.infer<ReturnType<typeof asSchema>>;
const asSchema = () =>
  z.object({
    act: z.enum([
      'place',
      'quote',
      'accept',
      'succeed',
      'fail',
      'cancel',
      'pay',
      'refund',
      'retry',
      'adjust',
      'give-back',
      'rule',
      'settle',
    ]),
    who: z.number(),
    which: z.number(),
    count: z.number(),
    crash: z.enum(['no', 'before', 'after']),
  });

let ids = 700_000_000;

/** Two people, the group that they are in, what they were offered to buy, and their orders so far. */
interface World {
  /** In every third command they order there; who pays for it changes. */
  readonly group: number;
  readonly people: readonly number[];
  readonly charges: readonly { chargeId: string; userId: number; payload: string }[];
  readonly placed: string[];
}

async function makeWorld(on: UnitParts): Promise<World> {
  const people = [(ids += 1), (ids += 1)];
  await on.db.insert(users).values(people.map((id) => ({ id })));
  const charges: World['charges'][number][] = [];
  for (const userId of people)
    for (let n = 0; n < 3; n += 1) {
      const offered = await transact(on, (unit) => invoicePack(unit, userId, 'small', 'stars'));
      if (offered.kind !== 'invoice') throw new Error(offered.reason);
      charges.push({ chargeId: `charge-${userId}-${n}`, userId, payload: payloadOf(offered.invoice) });
    }
  return { group: -(ids += 1), people, charges, placed: [] };
}

async function act(
  unit: Unit,
  world: World,
  { act: what, who, which, count }: Command,
): Promise<string | null> {
  const ownerId = world.people[who] ?? 0;
  const id = world.placed[which % Math.max(1, world.placed.length)] ?? '00000000-0000-4000-8000-000000000000';
  const charge = world.charges[which % world.charges.length];
  switch (what) {
    case 'place':
    case 'quote': {
      const chatId = which % 3 === 0 ? world.group : ownerId;
      const wanted = { ownerId, chatId, kind: 'song', subjectId: null, input: { verses: count } };
      const outcome = await placeOrder(unit, { ...wanted, shown: count * EACH, quote: what === 'quote' });
      return outcome.kind === 'placed' ? outcome.order.id : null;
    }
    case 'accept':
      await acceptOrder(unit, ownerId, id);
      return null;
    case 'succeed':
      await succeedOrder(unit, id, count);
      return null;
    case 'fail':
      await failOrderIn(unit, id, 'timeout');
      return null;
    case 'cancel':
      await cancelOrder(unit, ownerId, id);
      return null;
    case 'pay':
      if (charge)
        await keepPayment(unit, {
          ...charge,
          providerChargeId: null,
          currency: 'XTR',
          amount: 50,
          until: null,
          paidAt: new Date(),
          source: 'update',
        });
      return null;
    case 'refund':
      if (charge) await refundPayment(unit, charge.chargeId, { operator: 'model', reason: 'model' });
      return null;
    case 'retry': {
      const retried = await retryOrder(unit, 'cli', id);
      return retried.kind === 'placed' || retried.kind === 'quoted' ? retried.order.id : null;
    }
    case 'adjust': {
      const amount = count * (which % 2 === 0 ? 5 : -5);
      await adjustCredits(unit, 'cli', {
        userId: ownerId,
        amount,
        reason: 'model',
        key: `${ownerId}:${which}`,
      });
      return null;
    }
    case 'give-back':
      await refundOrder(unit, 'cli', id, 'model');
      return null;
    case 'rule':
      await choosePayer(
        unit,
        { chatId: world.group, title: '' },
        [ownerId, world.people[1 - who] ?? null, null][count % 3] ?? null,
      );
      return null;
    case 'settle': {
      // As the sweeper does with what an older release ended: it may come when somebody else was there before.
      await lockOrder(unit.tx, id);
      const order = await findOrder(unit.tx, id);
      if (order?.endedAt) await settleHold(unit, id, count * EACH);
      return null;
    }
    default:
      return what satisfies never;
  }
}

class Crash extends Error {}

/** A passing failure is tried again, as every decider and every job is. */
async function untilPassed<T>(work: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await work();
    } catch (error) {
      if (classifyError(error) !== 'transient') throw error;
    }
}

async function perform(on: UnitParts, world: World, one: Command): Promise<void> {
  const once = async () => {
    const id = await untilPassed(() => transact(on, (unit) => act(unit, world, one)));
    if (id) world.placed.push(id);
  };
  if (one.crash === 'before')
    await untilPassed(() =>
      transact(on, async (unit) => {
        await act(unit, world, one);
        throw new Crash();
      }),
    ).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
  else await once();
  if (one.crash === 'after') await once();
}

/** Plays a history, sixteen at a time. */
async function play(on: UnitParts, world: World, history: readonly Command[]): Promise<void> {
  const left = [...history];
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let one = left.shift(); one; one = left.shift()) await perform(on, world, one);
    }),
  );
}

/** What is not as it must be, counted from the tables alone. */
async function breaches(db: Db, { people }: World): Promise<string[]> {
  const found: string[] = [];
  await db
    .update(orders)
    .set({ endedAt: sql`ended_at - interval '1 hour'` })
    .where(and(inArray(orders.ownerId, [...people]), sql`ended_at is not null`));
  for (const { wrong } of await auditBooks(db)) found.push(wrong);
  for (const id of people) {
    const entries = await db
      .select()
      .from(ledgerEntries)
      .where(eq(ledgerEntries.userId, id))
      .orderBy(ledgerEntries.id);
    // What they pay for.
    const mine = await db
      .select()
      .from(orders)
      .where(sql`coalesce(${orders.payerId}, ${orders.ownerId}) = ${id}`);
    const actions = await db.select().from(operatorActions).where(eq(operatorActions.userId, id));
    const paid = await db.select().from(payments).where(eq(payments.userId, id));
    const { balance, held } = await accountOf(db, id);
    const sum = (amounts: readonly number[]) => amounts.reduce((all, amount) => all + amount, 0);
    const delivered = sum(mine.map((order) => (order.unitPrice ?? 0) * (order.delivered ?? 0)));
    const open = mine.filter(({ state }) => state === 'queued' || state === 'running');
    const welcomed = entries.some(({ reason }) => reason === 'welcome') ? WELCOME : 0;
    const byOperators = sum(
      actions.map(({ action, about }) =>
        action === 'order.refund'
          ? Number(about['credits'])
          : action === 'credits.grant' || action === 'credits.take'
            ? Number(about['amount'])
            : 0,
      ),
    );
    const due =
      welcomed +
      byOperators +
      sum(paid.map(({ credits, takenBack }) => credits - (takenBack ?? 0))) -
      delivered;
    if (sum(entries.map(({ amount }) => amount)) !== balance) found.push('entries do not add up');
    if (balance !== due) found.push(`there are ${balance} credits where ${due} are due`);
    if (held !== EACH * sum(open.map(({ units }) => units ?? 0)))
      found.push('holds are not those of open orders');
    if (held > balance) found.push('more is held than there is');
    if (entries.some(({ balanceAfter }) => balanceAfter < 0)) found.push('a balance was below nothing');
    if (mine.some((order) => order.state !== 'succeeded' && (order.delivered ?? 0) > 0))
      found.push('something was delivered of what did not succeed');
  }
  return found;
}

/** Any history, on this database. */
const model = (on: UnitParts) =>
  fc.asyncProperty(fc.array(command, { minLength: 40, maxLength: 80 }), async (history) => {
    const world = await makeWorld(on);
    await play(on, world, history);
    expect(await breaches(on.db, world)).toEqual([]);
    // At last nothing is under way, and nothing held.
    await play(
      on,
      world,
      world.placed.map((_, which) => ({ act: 'fail', who: 0, which, count: 1, crash: 'no' })),
    );
    expect(await breaches(on.db, world)).toEqual([]);
    const holds = await on.db
      .select()
      .from(creditHolds)
      .where(inArray(creditHolds.userId, [...world.people]));
    expect(holds.filter(({ settledAt }) => settledAt === null)).toEqual([]);
  });

describe('the ledger', () => {
  test('agrees with a model of it after any history, whatever crashes and comes twice', async () => {
    const { runs } = inject('ledger');
    let left = runs;
    let played = 0;
    const playSome = async () => {
      while (left > 0) {
        const numRuns = Math.min(left, HISTORIES);
        left -= numRuns;
        // The books are audited whole after each history: with databases of their own that takes no longer and longer.
        const scratch = await testDatabase();
        try {
          const property = model({ ...parts, db: scratch.db });
          const some = await fc.check(property, { numRuns, endOnFailure: true });
          if (some.failed) throw new Error(fc.defaultReportMessage(some), { cause: some.errorInstance });
          played += some.numRuns;
        } finally {
          await scratch.close();
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, playSome));
    expect(played).toBe(runs);
  }, 1_800_000);

  test('gives the last credits to one of everybody who asks at once', async () => {
    const { people } = await makeWorld(parts);
    const [me = 0] = people;
    const outcomes: string[] = [];
    const left = Array.from({ length: inject('ledger').tries }, () => ({ verses: 5 }));
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        for (let input = left.shift(); input; input = left.shift()) {
          const wanted = { ownerId: me, chatId: me, kind: 'song', subjectId: null, input, shown: 5 * EACH };
          const outcome = await transact(parts, (unit) => placeOrder(unit, wanted));
          outcomes.push(outcome.kind === 'refused' ? outcome.reason : outcome.kind);
        }
      }),
    );
    expect(outcomes.filter((outcome) => outcome === 'placed')).toHaveLength(1);
    expect(new Set(outcomes)).toEqual(new Set(['placed', 'credits']));
    expect(await accountOf(parts.db, me)).toEqual({ balance: WELCOME, held: 35, available: 5 });
  }, 600_000);
});

test('credits that an order held while they were given back are taken when it leaves them', async () => {
  const { people, charges } = await makeWorld(parts);
  const [me = 0] = people;
  const [charge] = charges;
  if (!charge) throw new Error('no charge');
  const inUnit = <T>(work: (unit: Unit) => Promise<T>) => transact(parts, work);
  const order = async (verses: number) => {
    const placed = await inUnit((unit) =>
      placeOrder(unit, {
        ownerId: me,
        chatId: me,
        kind: 'song',
        subjectId: null,
        input: { verses },
        shown: verses * EACH,
      }),
    );
    if (placed.kind !== 'placed') throw new Error(placed.kind);
    return placed.order.id;
  };
  const account = () => accountOf(parts.db, me);
  const before = await inUnit((unit) => openAccount(unit, me));
  const paid = await inUnit((unit) =>
    keepPayment(unit, {
      ...charge,
      providerChargeId: null,
      currency: 'XTR',
      amount: 50,
      until: null,
      paidAt: new Date(),
      source: 'update',
    }),
  );
  const bought = paid?.credits ?? 0;
  // One order is delivered, one holds the rest but what is less than a verse.
  const spent = await order(1);
  await inUnit((unit) => succeedOrder(unit, spent, 1));
  const rest = Math.floor((before.balance + bought - EACH) / EACH);
  const holding = await order(rest);
  await inUnit((unit) => refundPayment(unit, charge.chargeId, { operator: 'model', reason: 'model' }));
  const { available, held } = await account();
  expect({ available, held }).toEqual({ available: 0, held: rest * EACH });
  // The whole of it comes free: what was bought is gone, what was given as a welcome and not spent is left.
  await inUnit((unit) => failOrderIn(unit, holding, 'timeout'));
  expect(await account()).toEqual({
    balance: before.balance - EACH,
    held: 0,
    available: before.balance - EACH,
  });
  const payment = await paymentOfCharge(parts.db, charge.chargeId);
  expect(payment).toMatchObject({ takenBack: bought });
  expect((await openDebts(parts.db)).filter(({ userId }) => userId === me)).toEqual([]);
});

describe('what holds the ledger together is really needed: the model finds a breach', () => {
  const isFound = async (on: UnitParts) =>
    (await fc.check(model(on), { numRuns: 30, endOnFailure: true })).failed;

  test('without the locks', async () => {
    const locks = vi.spyOn(PgSelectBase.prototype, 'for').mockReturnThis();
    try {
      expect(await isFound(parts)).toBe(true);
    } finally {
      locks.mockRestore();
    }
  }, 60_000);

  test.each([
    ['the key of an entry', 'alter table ledger_entries drop constraint ledger_entries_key_unique'],
    ['the key of a payment', 'alter table payments drop constraint payments_charge_id_unique'],
  ])(
    'without %s',
    async (_what, mutation) => {
      const scratch = await testDatabase();
      try {
        await scratch.db.execute(mutation);
        expect(await isFound({ ...parts, db: scratch.db })).toBe(true);
      } finally {
        await scratch.close();
      }
    },
    60_000,
  );
});
