import {
  findSubscription,
  type Invoice,
  offerPlan,
  salesClosed,
  subscriptionOf,
  wantSubscription,
} from '@aisha/core';
import { type Answers, button } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import type { Screen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../chat/voice.ts';
import { menuButton } from '../menu/screens.ts';

type Subscribed = NonNullable<Awaited<ReturnType<typeof findSubscription>>>;

export const subscriptionAnswers = {
  subscription: show,
  'plan.buy': async (turn, name) => {
    const outcome = await offerPlan(turn.unit, turn.user.id, name);
    // The link comes by itself: Telegram has to make it first.
    if (outcome.kind === 'refused') return turn.toast(`checkout.${outcome.reason}`);
  },
  'subscription.cancel': (turn) => want(turn, 'cancelled'),
  'subscription.resume': (turn) => want(turn, 'active'),
} satisfies Partial<Answers>;

async function want(turn: Turn, wanted: 'active' | 'cancelled'): Promise<void> {
  await wantSubscription(turn.unit, turn.user.id, wanted);
  await show(turn);
}

async function show(turn: Turn): Promise<void> {
  turn.state = IDLE;
  const { tx, sales } = turn.unit;
  const current = await subscriptionOf(tx, turn.user.id);
  const subscribed = current && (await findSubscription(tx, current.id));
  if (subscribed) return turn.show(subscribedScreen(turn, subscribed));
  const plans = (await salesClosed(turn.unit)) ? [] : sales.plans;
  turn.show(plansScreen(turn, plans));
}

/** What can be subscribed to. */
function plansScreen(voice: Voice, plans: Turn['unit']['sales']['plans']): Screen {
  const back = [button(voice.label('menu.balance'), 'balance'), menuButton(voice)];
  if (plans.length === 0) return { text: voice.t('topup.closed'), buttons: [back] };
  const minute = voice.settings.prices.transcriptionMinute;
  return {
    text: [
      voice.t('subscription.title'),
      ...plans.map(({ credits }) =>
        minute > 0
          ? voice.t('subscription.minutes', { count: credits, minutes: Math.floor(credits / minute) })
          : '',
      ),
    ]
      .filter(Boolean)
      .join('\n'),
    buttons: [
      ...plans.map(({ name, credits, stars }) => [
        button(
          voice.label('subscription.plan', {
            count: credits,
            price: voice.money({ currency: 'XTR', amount: stars }),
          }),
          'plan.buy',
          name,
        ),
      ]),
      back,
    ],
  };
}

/** The subscription that a person has, and how it is ended or kept. */
export function subscribedScreen(voice: Voice, subscribed: Subscribed, refused = false): Screen {
  const { wanted, state, credits } = subscribed;
  const until = voice.date(subscribed.until);
  const lines = [
    refused ? voice.t('subscription.refused') : '',
    voice.t(`subscription.${state}`, { count: credits, until }),
    wanted ? voice.t('subscription.telling') : '',
  ];
  const change =
    state === 'active'
      ? button(voice.label('subscription.cancel'), 'subscription.cancel')
      : button(voice.label('subscription.resume'), 'subscription.resume');
  return {
    text: lines.filter(Boolean).join('\n\n'),
    buttons: [wanted ? [] : [change], [button(voice.label('menu.balance'), 'balance'), menuButton(voice)]],
  };
}

/** What an invoice is called, and what it brings. */
export function invoiceWords(
  voice: Voice,
  invoice: Pick<Invoice, 'credits' | 'periodSeconds'>,
): { title: string; description: string } {
  const count = invoice.credits;
  return {
    title: voice.plain('invoice.title', { count }),
    description: voice.plain(invoice.periodSeconds === null ? 'invoice.description' : 'invoice.monthly', {
      count,
    }),
  };
}

/** Where a subscription is paid. */
export function offerScreen(voice: Voice, invoice: Invoice, url: string): Screen {
  const price = voice.money(invoice);
  return {
    text: voice.t('subscription.offer', { count: invoice.credits, price }),
    buttons: [[{ text: voice.label('subscription.pay', { price }), url }]],
  };
}
