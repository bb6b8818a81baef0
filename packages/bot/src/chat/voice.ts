import { asOrderKind, type Order, type OrderKind } from '@aisha/core';
import type { AvatarKind, Db, Language, OwedCall } from '@aisha/db';
import type { TextKey, TextParams, Texts } from '../texts/index.ts';
import type { Button } from './button.ts';

/** What the conversation knows of this installation. */
export interface BotSettings {
  readonly testMode: boolean;
  readonly botUsername: string;
  /** The largest file that Telegram hands to us, in bytes. */
  readonly fileLimit: number;
  /** Minutes that a training of each preset is said to take. */
  readonly presets: Readonly<Record<AvatarKind, Readonly<Record<string, { minutes: number }>>>>;
}

/** What is shown of a kind of order, beside what all of them show. */
export interface ShownOrder {
  readonly title: TextKey;
  /** The messages that bring what a succeeded order has made. */
  result(db: Db, voice: Voice, order: Order): Promise<OwedCall[]>;
  /** Beside the way to the menu when it has failed. */
  afterFailure?(voice: Voice, order: Order): Button[][];
}

/** What a screen needs to speak to a person: it is drawn within a turn, and when a job tells something. */
export interface Voice {
  /** HTML; inserted values are escaped. */
  t(key: TextKey, params?: TextParams): string;
  /** For buttons, toasts and file names, which are no HTML. */
  label(key: TextKey, params?: TextParams): string;
  date(date: Date): string;
  duration(ms: number): string;
  shown(order: Pick<Order, 'kind'>): ShownOrder;
  readonly settings: BotSettings;
}

export interface VoiceParts {
  readonly texts: Texts;
  readonly settings: BotSettings;
  readonly shownOrders: Readonly<Record<OrderKind, ShownOrder>>;
}

export function speak({ texts, settings, shownOrders }: VoiceParts, language: Language): Voice {
  return {
    t: (key, params) => texts.html(language, key, params),
    label: (key, params) => texts.plain(language, key, params),
    date: (date) => texts.date(language, date),
    duration: (ms) => texts.duration(language, ms),
    shown: ({ kind }) => shownOrders[asOrderKind(kind)],
    settings,
  };
}
