import {
  agreeToCheckout,
  waitingOf,
  type Invoice,
  invoicePack,
  type Offer,
  offerOf,
  payloadOf,
  PROVIDER_NAMES,
  salesClosed,
} from '@aisha/core';
import type { OwedCall, Place } from '@aisha/db';
import type { Composer, Context } from 'telegraf';
import { type Answers, button } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { placed, type Screen } from '../chat/screen.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../chat/voice.ts';
import { invoiceWords } from './subscription.ts';

/** Checkouts are answered in a lane of their own: nothing that a person waits for is before them. */
export function answerCheckouts(composer: Composer<Context>): void {
  composer.on('pre_checkout_query', async (ctx) => {
    const turn = turnOf(ctx);
    const query = ctx.preCheckoutQuery;
    const refusal = await agreeToCheckout(turn.unit, turn.user, {
      payload: query.invoice_payload,
      currency: query.currency,
      amount: query.total_amount,
    });
    turn.owed.push({
      method: 'answerPreCheckoutQuery',
      payload: {
        pre_checkout_query_id: query.id,
        ok: refusal === null,
        ...(refusal === null ? {} : { error_message: turn.plain(`checkout.${refusal}`) }),
      },
    });
  });
}

export const topUpAnswers = {
  topup: async (turn) => {
    turn.state = IDLE;
    turn.show(topUpScreen(turn, await offers(turn)));
  },
  'pack.buy': async (turn, pack, provider) => {
    const outcome = await invoicePack(turn.unit, turn.user.id, pack, provider);
    if (outcome.kind === 'refused') return turn.toast(`checkout.${outcome.reason}`);
    turn.owed.push(sendInvoice(turn, turn.place, outcome.invoice));
  },
} satisfies Partial<Answers>;

/** What this person may buy, by provider and pack; null while nothing is sold. */
async function offers({ unit, user }: Turn): Promise<readonly Offer[] | null> {
  if (await salesClosed(unit)) return null;
  const waiting = await waitingOf(unit.tx, user.id);
  return unit.sales.packs.flatMap((pack) =>
    PROVIDER_NAMES.flatMap((provider) => offerOf(unit.sales, provider, pack, waiting) ?? []),
  );
}

function topUpScreen(voice: Voice, offered: readonly Offer[] | null): Screen {
  const back = [button(voice.label('menu.balance'), 'balance')];
  if (!offered || offered.length === 0) return { text: voice.t('topup.closed'), buttons: [back] };
  const reduced = offered.flatMap(({ pack, price, without }) =>
    without
      ? [
          voice.t('topup.reduced', {
            count: pack.credits,
            price: voice.money(price),
            before: voice.money(without),
          }),
        ]
      : [],
  );
  return {
    text: [voice.t('topup.title'), ...(reduced.length > 0 ? ['', ...reduced] : [])].join('\n'),
    buttons: [
      ...offered.map(({ pack, provider, price }) => [
        button(
          voice.label('topup.pack', { count: pack.credits, price: voice.money(price) }),
          'pack.buy',
          pack.name,
          provider,
        ),
      ]),
      back,
    ],
  };
}

/** The invoice that a person pays in the chat. Forwarded, it leads to the bot instead of being paid by somebody else. */
function sendInvoice(voice: Voice, place: Place, invoice: Invoice): OwedCall {
  const { title, description } = invoiceWords(voice, invoice);
  return {
    method: 'sendInvoice',
    payload: {
      ...placed(place),
      title,
      description,
      payload: payloadOf(invoice),
      currency: invoice.currency,
      prices: [{ label: title, amount: invoice.amount }],
      start_parameter: 'topup',
    },
  };
}
