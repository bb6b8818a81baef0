import { HOME_ZONE } from '@aisha/core';
import type { Language } from '@aisha/db';
import { escapeHtml } from '@aisha/providers';
import { isolated } from '@aisha/service';
import { createInstance } from 'i18next';

import { en, kk, ru } from './all.ts';
import type { TextKey, TextParams } from './keys.ts';

export type { TextKey, TextParams } from './keys.ts';

export interface Texts {
  /** For messages and captions: Telegram HTML, parameters escaped. */
  html(language: Language, key: TextKey, params?: TextParams): string;
  /** For what Telegram shows as it is: button labels, toasts, command descriptions, file names. */
  plain(language: Language, key: TextKey, params?: TextParams): string;
  /** Day and minute, e.g. `21.11.2026, 09:10`, in the reader's time zone where it is known. */
  date(language: Language, date: Date, timeZone?: string | null): string;
  /** `27 November`, of YYYY-MM-DD. */
  day(language: Language, day: string): string;
  /** A month of UTC: `ноя. 2026 г.` */
  month(language: Language, date: Date): string;
  /** `1:05`, from an hour on `1:02:33`. */
  duration(language: Language, ms: number): string;
  /** A price as people write it, from the currency's smallest units: `⭐ 250`, `1 990 ₸`. */
  money(language: Language, price: { readonly currency: string; readonly amount: number }): string;
  /** `5,2 МБ`, in units of 1024 like Telegram's own limits. */
  size(language: Language, bytes: number): string;
}

/**
 * Telegram does not tell a user's time zone; who chose one in the settings is shown theirs. Most users live in Kazakhstan, which has had a single one, UTC+5,
 * since March 2024; whoever lives elsewhere at least reads the same times everywhere in the bot.
 */
const TIME_ZONE = HOME_ZONE;

/** Plain `en` is American: month first and 12 hours, which most users would misread. */
const locales = { ru: 'ru', kk: 'kk', en: 'en-GB' } satisfies Record<Language, string>;

const units = {
  ru: ['Б', 'КБ', 'МБ', 'ГБ'],
  kk: ['Б', 'КБ', 'МБ', 'ГБ'],
  en: ['B', 'KB', 'MB', 'GB'],
} satisfies Record<Language, readonly string[]>;

export function createTexts(): Texts {
  const i18n = createInstance({
    resources: { ru: { translation: ru }, kk: { translation: kk }, en: { translation: en } },
    fallbackLng: 'ru',
    keySeparator: false,
    nsSeparator: false,
    initAsync: false,
    interpolation: { escapeValue: true, escape: escapeHtml },
  });
  void i18n.init();

  /** Parameters travel in `replace`, so that none of them is taken for an option of i18next. */
  function translate(language: Language, key: TextKey, params: TextParams, escapeValue: boolean): string {
    const count = params['count'];
    // A name that is written from right to left must not turn the words around it.
    const replace = Object.fromEntries(
      Object.entries(params).map(([name, value]) => [
        name,
        typeof value === 'string' ? isolated(value) : value,
      ]),
    );
    return i18n.t(key, {
      lng: language,
      replace,
      nest: false,
      interpolation: { escapeValue },
      ...(count === undefined ? {} : { count: Number(count) }),
    });
  }

  /** Making one takes a thousand times as long as using it, and there are some hundred of both together. */
  const formats = new Map<string, Intl.DateTimeFormat>();
  const dates = (language: Language, timeZone: string) => {
    const known = formats.get(`${language} ${timeZone}`);
    if (known) return known;
    const locale = locales[language];
    const made = new Intl.DateTimeFormat(locale, {
      timeZone,
      day: '2-digit',
      month: locale === 'en-GB' ? 'short' : '2-digit',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
    });
    formats.set(`${language} ${timeZone}`, made);
    return made;
  };
  const numbers = perLanguage((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }));

  return {
    html: (language, key, params = {}) => translate(language, key, params, true),
    plain: (language, key, params = {}) => translate(language, key, params, false),
    date: (language, date, timeZone) => dates(language, timeZone ?? TIME_ZONE).format(date),
    day: (language, day) =>
      new Intl.DateTimeFormat(locales[language], { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(
        new Date(`${day}T00:00:00Z`),
      ),
    month: (language, date) =>
      new Intl.DateTimeFormat(locales[language], { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
        date,
      ),
    duration: (_language, ms) => clock(ms),
    money(language, { currency, amount }) {
      if (currency === 'XTR') return `⭐\u00a0${amount}`;
      const style = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const;
      const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', style).resolvedOptions();
      const value = amount / 10 ** maximumFractionDigits;
      const minimumFractionDigits = Number.isInteger(value) ? 0 : maximumFractionDigits;
      return new Intl.NumberFormat(locales[language], { ...style, minimumFractionDigits }).format(value);
    },
    size(language, bytes) {
      const names = units[language];
      const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), names.length - 1);
      return `${numbers[language].format(bytes / 1024 ** power)}\u00a0${names[power]}`;
    },
  };
}

function perLanguage<Value>(make: (locale: string) => Value): Record<Language, Value> {
  return { ru: make(locales.ru), kk: make(locales.kk), en: make(locales.en) };
}

function clock(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}
