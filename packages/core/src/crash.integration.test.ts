import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountOf } from './credits/holds.ts';
import { createPromoCode, redeemPromoCode } from './credits/promo-codes.ts';
import { adjustCredits, refundOrder } from './operators/credits.ts';
import { orderAgain } from './orders/again.ts';
import { auditBooks } from './orders/audit.ts';
import { acceptOrder, failOrderIn, type NewOrder, placeOrder, succeedOrder } from './orders/orders.ts';
import { invoicePack, payloadOf } from './payments/invoices.ts';
import { keepPayment, paymentOfCharge } from './payments/payments.ts';
import { refundPayment, settleRefund } from './payments/refunds.ts';
import { FREE_OF_CHARGE, startTestParts, survives, type TestParts } from './testing.ts';
import { transact, type Unit } from './unit.ts';

const WELCOME = 100;
const PICTURE = 5;
let bench: TestParts;
beforeAll(async () => {
  const prices = { ...FREE_OF_CHARGE, charged: true, welcome: WELCOME, image: PICTURE };
  bench = await startTestParts({ prices });
});
afterAll(() => bench.close());

const inUnit = <T>(work: (unit: Unit) => Promise<T>) => transact(bench.parts, work);

const drawing = (me: number): NewOrder => ({
  ownerId: me,
  chatId: me,
  kind: 'image',
  subjectId: null,
  input: { prompt: 'a lighthouse', aspect: '1:1', count: 4, seed: 1 },
  shown: 4 * PICTURE,
});
const placed = async (me: number, more: Partial<NewOrder> = {}): Promise<string> => {
  const outcome = await inUnit((unit) => placeOrder(unit, { ...drawing(me), ...more }));
  if (outcome.kind !== 'placed') throw new Error(outcome.kind);
  return outcome.order.id;
};
const charge = async (me: number, provider: 'stars' | 'card') => {
  const offered = await inUnit((unit) => invoicePack(unit, me, 'small', provider));
  if (offered.kind !== 'invoice') throw new Error(offered.reason);
  const { currency, amount } = offered.invoice;
  return {
    chargeId: `charge-${me}`,
    providerChargeId: null,
    userId: me,
    payload: payloadOf(offered.invoice),
    currency,
    amount,
    until: null,
    paidAt: new Date(),
    source: 'update',
  } as const;
};
const paid = async (me: number, provider: 'stars' | 'card'): Promise<string> => {
  const told = await charge(me, provider);
  await inUnit((unit) => keepPayment(unit, told));
  return told.chargeId;
};
const asked = { operator: '1', reason: 'asked' };
const refunding = async (me: number, provider: 'stars' | 'card'): Promise<() => Promise<void>> => {
  const chargeId = await paid(me, provider);
  await inUnit((unit) => refundPayment(unit, chargeId, asked));
  const payment = await paymentOfCharge(bench.parts.db, chargeId);
  if (!payment) throw new Error('no payment');
  return () => settleRefund(bench.parts, payment.id, bench.run());
};

/** What has been done before, what is done, and what the account is then: balance and held. */
type Step = readonly [
  name: string,
  prepare: (me: number) => Promise<() => Promise<unknown>>,
  before: readonly [balance: number, held: number],
  after: readonly [balance: number, held: number],
];

const STEPS: readonly Step[] = [
  // A second order is an order of its own: what is repeated here is the press of a quote.
  [
    'a hold',
    async (me) => {
      const id = await placed(me, { quote: true });
      return () => inUnit((unit) => acceptOrder(unit, me, id));
    },
    [0, 0],
    [WELCOME, 20],
  ],
  [
    'a capture of what was delivered',
    async (me) => {
      const id = await placed(me);
      return () => inUnit((unit) => succeedOrder(unit, id, 3));
    },
    [WELCOME, 20],
    [WELCOME - 15, 0],
  ],
  [
    'a release',
    async (me) => {
      const id = await placed(me);
      return () => inUnit((unit) => failOrderIn(unit, id, 'timeout'));
    },
    [WELCOME, 20],
    [WELCOME, 0],
  ],
  [
    'another try of what failed',
    async (me) => {
      const id = await placed(me);
      await inUnit((unit) => failOrderIn(unit, id, 'timeout'));
      return () => inUnit((unit) => orderAgain(unit, id, { by: me }));
    },
    [WELCOME, 0],
    [WELCOME, 20],
  ],
  [
    'a payment',
    async (me) => {
      const told = await charge(me, 'stars');
      return () => inUnit((unit) => keepPayment(unit, told));
    },
    [0, 0],
    [100, 0],
  ],
  [
    'a payment with a bonus',
    async (me) => {
      const code = `BONUS${me}`;
      const limits = { maxUses: null, maxUsesPerUser: 1, startsAt: null, endsAt: null, pack: null };
      await createPromoCode(bench.parts.db, { code, kind: 'bonus', value: 20, ...limits });
      await inUnit((unit) => redeemPromoCode(unit, me, code));
      const told = await charge(me, 'stars');
      return () => inUnit((unit) => keepPayment(unit, told));
    },
    [0, 0],
    [120, 0],
  ],
  [
    'a refund that is asked for',
    async (me) => {
      const chargeId = await paid(me, 'stars');
      return () => inUnit((unit) => refundPayment(unit, chargeId, asked));
    },
    [100, 0],
    [0, 0],
  ],
  ['a refund that is completed', (me) => refunding(me, 'card'), [0, 0], [0, 0]],
  // Telegram knows no such charge.
  ['a refund that is refused', (me) => refunding(me, 'stars'), [0, 0], [100, 0]],
  [
    'what an operator gives',
    async (me) => () =>
      inUnit((unit) => adjustCredits(unit, 'cli', { userId: me, amount: 7, reason: 'x', key: `gift:${me}` })),
    [0, 0],
    [7, 0],
  ],
  [
    'what an operator gives back',
    async (me) => {
      const id = await placed(me);
      await inUnit((unit) => succeedOrder(unit, id, 4));
      return () => inUnit((unit) => refundOrder(unit, 'cli', id, 'x'));
    },
    [WELCOME - 20, 0],
    [WELCOME, 0],
  ],
];

test.each(STEPS)(
  'a death at any statement of %s loses nothing and doubles nothing',
  async (_name, prepare, before, after) => {
    const states: string[] = [];
    const look = async (me: number) => {
      const { balance, held } = await accountOf(bench.parts.db, me);
      return JSON.stringify([balance, held]);
    };
    let lived = false;
    for (let n = 1; !lived; n += 1) {
      const me = await bench.person();
      const act = await prepare(me);
      expect(await look(me)).toBe(JSON.stringify(before));
      lived = await survives(n, act);
      states.push(await look(me));
      // Done by whoever comes after the dead, and once more by somebody who does not know of them.
      await act();
      await act();
      expect(await look(me)).toBe(JSON.stringify(after));
    }
    // Until the commit was sent nothing was so; several statements were tried.
    expect(states.length).toBeGreaterThan(3);
    expect(new Set(states.slice(0, -1))).toEqual(new Set([JSON.stringify(before)]));
    expect(states.at(-1)).toBe(JSON.stringify(after));
    expect(await auditBooks(bench.parts.db)).toEqual([]);
  },
  60_000,
);
