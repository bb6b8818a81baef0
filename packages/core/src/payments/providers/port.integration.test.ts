import { eventually, startTestParts, TEST_SALES, type TestParts } from '../../testing.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { paymentProviders, PROVIDER_NAMES, providerTaking } from './index.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
  me = await bench.person();
  await bench.telegram.control.sendText({ userId: me, text: '/start' });
});
afterAll(() => bench.close());

const signal = () => AbortSignal.timeout(10_000);
const query = z.looseObject({ pre_checkout_query: z.looseObject({ id: z.string() }) });

/** Buys something at the stand-in by an invoice with this price; the charge's id. */
async function paid(price: { currency: string; amount: number }): Promise<string> {
  const { telegram } = bench.parts;
  const { control } = bench.telegram;
  const invoice = await telegram.call(
    'sendInvoice',
    {
      chat_id: me,
      title: 'Pack',
      description: 'Credits',
      payload: 'invoice:x',
      currency: price.currency,
      prices: [{ label: 'Pack', amount: price.amount }],
    },
    { priority: 'reply' },
  );
  if (invoice.kind !== 'ok') throw new Error(invoice.kind);
  const before = (await control.pendingUpdates({})).length;
  const paying = control.pay({ userId: me, messageId: invoice.result.message_id });
  const asked = await eventually(async () => {
    const updates = (await control.pendingUpdates({})).slice(before);
    return query.parse(updates.findLast((update) => query.safeParse(update).success));
  });
  await telegram.call(
    'answerPreCheckoutQuery',
    { pre_checkout_query_id: asked.pre_checkout_query.id, ok: true },
    { priority: 'reply' },
  );
  const outcome = await paying;
  if (outcome.outcome !== 'paid') throw new Error(JSON.stringify(outcome));
  return outcome.chargeId;
}

describe.each(PROVIDER_NAMES)('%s', (name) => {
  const provider = paymentProviders[name];
  const prices = TEST_SALES.packs.flatMap((pack) => provider.price(TEST_SALES, pack) ?? []);

  test('has prices in whole units of a currency that it alone takes', () => {
    expect(prices.length).toBeGreaterThan(0);
    for (const { currency, amount } of prices) {
      expect(amount).toSatisfy((one: number) => Number.isSafeInteger(one) && one > 0);
      expect(PROVIDER_NAMES.filter((one) => paymentProviders[one].takes(currency))).toEqual([name]);
      expect(providerTaking(currency)).toBe(name);
    }
  });

  test('sells by an invoice that Telegram takes, states it, and gives it back once or leaves that to hands', async () => {
    const [price] = prices;
    if (!price) throw new Error('no price');
    const chargeId = await paid(price);
    const stated = async () => {
      const page = await provider.statement?.(bench.parts.telegram, 0, signal());
      if (page?.kind === 'retry') throw new Error(page.why);
      return page?.lines.filter((line) => line.chargeId === chargeId).map(({ kind }) => kind) ?? null;
    };
    expect(await stated()).toEqual(provider.statement ? ['payment'] : null);
    const refund = () => provider.refund(bench.parts.telegram, { userId: me, chargeId }, signal());
    const first = await refund();
    expect(['refunded', 'by-hand']).toContain(first.kind);
    // Asked again, as after a crash: the same.
    expect(await refund()).toEqual(first);
    const isStated = provider.statement !== null && first.kind === 'refunded';
    expect(await stated()).toEqual(isStated ? ['payment', 'refund'] : provider.statement && ['payment']);
  });

  test('does not say that it gave back what was never paid', async () => {
    const refund = await provider.refund(
      bench.parts.telegram,
      { userId: me, chargeId: 'stx-none' },
      signal(),
    );
    expect(refund.kind).not.toBe('refunded');
    await bench.telegram.control.addFault({ method: 'refundStarPayment', action: { kind: 'server_error' } });
    const away = await provider.refund(bench.parts.telegram, { userId: me, chargeId: 'stx-none' }, signal());
    await bench.telegram.control.clearFaults({});
    expect(['retry', 'by-hand']).toContain(away.kind);
  });
});
