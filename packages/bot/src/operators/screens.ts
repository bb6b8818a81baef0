import type { Figures, PersonCard } from '@aisha/core';
import { button } from '../buttons.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { causeWord, list, outageWord, stateWord } from './words.ts';

/** The way back to the board. */
export const boardButton = (voice: Voice) => button(voice.label('admin.back'), 'admin');
/** The way back to somebody's card. */
export const personButton = (voice: Voice, userId: number) => button(`👤 ${userId}`, 'admin.user', userId);

/** How the service is at this moment, and the ways to everything that operators do. */
export function figuresScreen(voice: Voice, now: Figures): Screen {
  const waiting = ({ n, oldestSeconds }: Figures['queued']) =>
    n === 0 ? '0' : `${n} (${voice.duration(oldestSeconds * 1_000)})`;
  return {
    text: voice.t('admin.figures', {
      users: now.users.all,
      day: now.users.day,
      blocked: now.users.blocked,
      orders: list(now.orders.map(({ state, n }) => `${stateWord(voice, state)} ${n}`)),
      failures: list(now.failures.map(({ failure, n }) => `${causeWord(voice, failure)} ${n}`)),
      queued: waiting(now.queued),
      updates: waiting(now.updates),
      messages: waiting(now.messages),
      spent: now.spentUsd.toFixed(2),
      income: list(now.income.map((one) => voice.money(one))),
      refused: list(now.refused.map((name) => outageWord(voice, name))),
    }),
    buttons: [
      [button(voice.label('admin.find'), 'admin.find'), button(voice.label('admin.failed'), 'admin.failed')],
      [
        button(voice.label('admin.promo'), 'admin.promo'),
        button(voice.label('admin.journal'), 'admin.journal'),
      ],
      [
        button(voice.label('admin.cast'), 'cast'),
        button(voice.label('admin.maintenance'), 'admin.maintenance'),
      ],
      [button(voice.label('admin.refresh'), 'admin')],
    ],
  };
}

/** Somebody's orders, credits and sizes; nothing that they wrote. */
export function cardScreen(
  voice: Voice,
  { user, account, orders, recordings, paid, ...card }: PersonCard,
): Screen {
  const { id } = user;
  const states = [
    voice.label(user.blockedAt ? 'admin.blocked' : 'admin.not_blocked'),
    ...(card.unreachableSince
      ? [voice.label('admin.unreachable', { since: voice.date(card.unreachableSince) })]
      : []),
  ];
  return {
    text: voice.t('admin.card', {
      name: user.username ? `@${user.username}` : user.firstName,
      user: id,
      state: states.join(', '),
      since: voice.date(user.createdAt),
      seen: voice.date(user.seenAt),
      balance: account.balance,
      held: account.held,
      paid: list(paid.map((one) => voice.money(one))),
      orders: list(orders.map(({ state, n }) => `${stateWord(voice, state)} ${n}`)),
      recordings: recordings.n,
      length: voice.duration(recordings.ms),
      size: voice.size(recordings.bytes),
      avatars: card.avatars,
      images: card.images,
    }),
    buttons: [
      [
        button(voice.label('admin.grant'), 'admin.grant', id),
        button(voice.label('admin.take'), 'admin.take', id),
      ],
      [
        button(voice.label('admin.orders'), 'admin.orders', id),
        button(voice.label('admin.ledger'), 'admin.ledger', id),
      ],
      [
        button(voice.label('admin.payments'), 'admin.payments', id),
        button(voice.label('admin.journal'), 'admin.journal', id),
      ],
      [
        user.blockedAt
          ? button(voice.label('admin.unblock'), 'admin.unblock', id)
          : button(voice.label('admin.block'), 'admin.block', id),
        boardButton(voice),
      ],
    ],
  };
}
