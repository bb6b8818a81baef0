import type { Figures, PersonCard } from '@aisha/core';
import { button } from '../buttons.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';

const list = (parts: readonly string[]) => parts.join(', ') || '–';

/** How the service is at this moment. */
export function figuresScreen(voice: Voice, now: Figures): Screen {
  const waiting = ({ n, oldestSeconds }: Figures['queued']) =>
    n === 0 ? '0' : `${n} (${voice.duration(oldestSeconds * 1_000)})`;
  return {
    text: voice.t('admin.figures', {
      users: now.users.all,
      day: now.users.day,
      blocked: now.users.blocked,
      orders: list(now.orders.map(({ state, n }) => `${state} ${n}`)),
      failures: list(now.failures.map(({ failure, n }) => `${failure ?? 'internal'} ${n}`)),
      queued: waiting(now.queued),
      updates: waiting(now.updates),
      messages: waiting(now.messages),
      spent: now.spentUsd.toFixed(2),
      income: list(now.income.map((one) => voice.money(one))),
      refused: list(now.refused),
    }),
    buttons: [[button(voice.label('admin.refresh'), 'admin')]],
  };
}

/** Somebody's orders, credits and sizes; nothing that they wrote. */
export function cardScreen(
  voice: Voice,
  { user, account, orders, recordings, paid, ...card }: PersonCard,
): Screen {
  return {
    text: voice.t('admin.card', {
      name: user.username ? `@${user.username}` : user.firstName,
      user: user.id,
      state: voice.label(user.blockedAt ? 'admin.blocked' : 'admin.not_blocked'),
      since: voice.date(user.createdAt),
      seen: voice.date(user.seenAt),
      balance: account.balance,
      held: account.held,
      paid: list(paid.map((one) => voice.money(one))),
      orders: list(orders.map(({ state, n }) => `${state} ${n}`)),
      recordings: recordings.n,
      length: voice.duration(recordings.ms),
      avatars: card.avatars,
      images: card.images,
    }),
    buttons: [
      user.blockedAt
        ? [button(voice.label('admin.unblock'), 'admin.unblock', user.id)]
        : [button(voice.label('admin.block'), 'admin.block', user.id)],
    ],
  };
}
