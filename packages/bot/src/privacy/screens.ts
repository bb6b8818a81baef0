import type { Receipt } from '@aisha/core';
import { button } from '../buttons.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { menuButton } from '../menu/screens.ts';

/** What goes with somebody who leaves, and what cannot. */
export interface AtStake {
  /** Credits that were not spent. */
  readonly credits: number;
  readonly isSubscribed: boolean;
}

export function leaveScreen(voice: Voice, { credits, isSubscribed }: AtStake): Screen {
  return {
    text: [
      voice.t('leave.title'),
      ...(credits > 0 ? [voice.t('leave.credits', { credits: voice.credits(credits) })] : []),
      ...(isSubscribed ? [voice.t('leave.subscription')] : []),
    ].join('\n\n'),
    buttons: [
      [button(voice.label('leave.go'), 'leave')],
      [button(voice.label('leave.export'), 'leave', 'export')],
      [button(voice.label('leave.no'), 'menu')],
    ],
  };
}

/** The second question. */
export function leaveSureScreen(voice: Voice, how: 'plain' | 'export'): Screen {
  const given = how === 'export' ? (['export'] as const) : ([] as const);
  return {
    text: voice.t(how === 'export' ? 'leave.sure.export' : 'leave.sure'),
    buttons: [
      [button(voice.label('leave.day'), 'leave.sure', 'day', ...given)],
      [button(voice.label('leave.now'), 'leave.sure', 'now', ...given)],
      [button(voice.label('leave.no'), 'menu')],
    ],
  };
}

export const leavingNowScreen = (voice: Voice): Screen => ({ text: voice.t('leave.begun') });

/** What was deleted, what was kept, and where the rest lives until when. */
export function receiptText(voice: Pick<Voice, 't'>, receipt: Receipt, backupDays: number): string {
  const rows = receipt.rows ?? {};
  const count = (...tables: string[]) => tables.reduce((sum, table) => sum + (rows[table] ?? 0), 0);
  const objects = Object.values(receipt.objects ?? {}).reduce((sum, n) => sum + n, 0);
  const deleted = voice.t('leave.receipt.deleted', {
    avatars: count('avatars'),
    photos: count('avatar_photos'),
    images: count('images'),
    recordings: count('recordings'),
    documents: count('documents'),
    files: objects,
  });
  const kept = [
    ...(count('kept:payments') > 0
      ? [voice.t('leave.receipt.payments', { count: count('kept:payments') })]
      : []),
    ...(count('kept:ledger_entries', 'kept:orders') > 0 ? [voice.t('leave.receipt.books')] : []),
    ...((receipt.providers?.['kept'] ?? 0) > 0 ? [voice.t('leave.receipt.fal')] : []),
    voice.t('leave.receipt.openai'),
    voice.t('leave.receipt.backups', { count: backupDays }),
    voice.t('leave.receipt.telegram'),
  ];
  return [
    voice.t('leave.receipt.title'),
    deleted,
    [voice.t('leave.receipt.kept'), ...kept.map((line) => `• ${line}`)].join('\n'),
    voice.t('leave.receipt.bye'),
  ].join('\n\n');
}

export function privacyScreen(voice: Voice, text: string): Screen {
  return {
    text,
    buttons: [
      [button(voice.label('settings.button'), 'settings'), button(voice.label('export.all'), 'export')],
      [button(voice.label('leave.button'), 'leave.ask')],
      [menuButton(voice)],
    ],
  };
}
