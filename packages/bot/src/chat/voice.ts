import {
  asOrderKind,
  creditsFor,
  HOME_ZONE,
  type Order,
  type OrderKind,
  orderKinds,
  priceOf,
} from '@aisha/core';
import type { Db, Language, OwedCall } from '@aisha/db';
import type { TextKey, TextParams, Texts } from '../texts/index.ts';
import type { Button } from './button.ts';
import type { BotSettings } from './settings.ts';

/** What is shown of a kind of order, beside what all of them show. */
export interface ShownOrder {
  readonly title: TextKey;
  /** Its status message becomes the first message of the result: nothing is left behind that says it was done. */
  readonly becomesResult?: true;
  /** The messages that bring what a succeeded order has made. */
  result(db: Db, voice: Voice, order: Order): Promise<OwedCall[]>;
  /** Of what it makes, as far as it is, while it runs; plain text. */
  live?(db: Db, order: Pick<Order, 'subjectId'>): Promise<string | null>;
  /** What is said of it beside the price, while it waits for its owner's consent. */
  quote?(voice: Voice, order: Pick<Order, 'input'>): string[];
  /** The house ordered it: nothing is said of its failure. */
  readonly isQuiet?: boolean;
  /** What can be chosen of it meanwhile. */
  quoteButtons?(voice: Voice, order: Pick<Order, 'id' | 'input'>): Button[][];
  /** Beside the way to the menu when it has failed, in the place of a button that orders the same once more. */
  afterFailure?(voice: Voice, order: Order): Button[][];
}

export interface VoiceParts {
  readonly texts: Texts;
  readonly settings: BotSettings;
  readonly shownOrders: Readonly<Record<OrderKind, ShownOrder>>;
}

/** What a screen needs to speak to a person: it is drawn within a turn, and when a job tells something. */
export class Voice {
  language: Language;
  readonly #timeZone: string | null;
  readonly #parts: VoiceParts;

  /** `timeZone`: in which times are shown; null: nobody knows theirs. */
  constructor(parts: VoiceParts, { language, timeZone }: { language: Language; timeZone: string | null }) {
    this.#parts = parts;
    this.language = language;
    this.#timeZone = timeZone;
  }

  get settings(): BotSettings {
    return this.#parts.settings;
  }

  /** HTML; inserted values are escaped. */
  t(key: TextKey, params?: TextParams): string {
    return this.#parts.texts.html(this.language, key, params);
  }

  /** For buttons, toasts and file names, which are no HTML. */
  label(key: TextKey, params?: TextParams): string {
    return this.#parts.texts.plain(this.language, key, params);
  }

  /** What ordering this costs now, in whole credits; nothing while all is free. */
  price(kind: OrderKind, input: Readonly<Record<string, unknown>> = {}): number {
    return creditsFor(priceOf({ orderKinds, prices: this.settings.prices }, kind, input));
  }

  /** A button's label with what it costs, if it does. */
  priced(label: string, price: number): string {
    return price > 0 ? `${label} · ${this.label('price.short', { price })}` : label;
  }

  /** An amount with its word: `5 credits`. */
  credits(count: number): string {
    return this.label('credits', { count });
  }

  /** What of every recording costs nothing, as people say it: the first minute, or so many minutes or seconds. */
  freeTime(): string {
    const { freeSeconds } = this.settings.prices;
    if (freeSeconds === 60) return this.label('free.minute');
    return freeSeconds % 60 === 0
      ? this.label('free.minutes', { count: freeSeconds / 60 })
      : this.label('free.seconds', { count: freeSeconds });
  }

  /** For what is longer than a button and no HTML either: an invoice's words. */
  plain(key: TextKey, params?: TextParams): string {
    return this.#parts.texts.plain(this.language, key, params);
  }

  date(date: Date): string {
    return this.#parts.texts.date(this.language, date, this.#timeZone);
  }

  /** In which times are shown. */
  get timeZone(): string {
    return this.#timeZone ?? HOME_ZONE;
  }

  /** A day of the calendar, YYYY-MM-DD, wherever one is. */
  day(day: string): string {
    return this.#parts.texts.day(this.language, day);
  }

  month(date: Date): string {
    return this.#parts.texts.month(this.language, date);
  }

  /** From the currency's smallest units. */
  money(price: { readonly currency: string; readonly amount: number }): string {
    return this.#parts.texts.money(this.language, price);
  }

  /** From bytes. */
  size(bytes: number): string {
    return this.#parts.texts.size(this.language, bytes);
  }

  duration(ms: number): string {
    return this.#parts.texts.duration(this.language, ms);
  }

  shown({ kind }: Pick<Order, 'kind'>): ShownOrder {
    return this.#parts.shownOrders[asOrderKind(kind)];
  }
}
