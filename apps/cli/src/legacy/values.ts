import { createHash } from 'node:crypto';
import { languageOf } from '@aisha/core';
import type { Language } from '@aisha/db';

/** The same row of the older system always gets the same id here, so importing again changes nothing. */
export function idOf(entity: string, oldId: string): string {
  const hex = createHash('sha256').update(`aisha-legacy:${entity}:${oldId}`).digest('hex');
  // The form of a UUID that was made by a rule of one's own (version 8).
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** Text of a cell; numbers and UUIDs too. Empty and null are null. */
export function text(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value.trim();
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return null;
}

export function number(value: unknown): number | null {
  const said = text(value);
  const parsed = said === null ? Number.NaN : Number(said.replace(',', '.'));
  return Number.isFinite(parsed) ? parsed : null;
}

export function date(value: unknown): Date | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value;
  const said = text(value);
  if (said === null) return null;
  const parsed = new Date(said);
  return Number.isNaN(parsed.getTime()) ? null : parsed;
}

export const flag = (value: unknown): boolean =>
  value === true || ['true', 't', '1', 'yes'].includes(text(value)?.toLowerCase() ?? '');

/** A user of Telegram; null when it is none. */
export function telegramId(value: unknown): number | null {
  const id = number(value);
  return id !== null && Number.isSafeInteger(id) && id > 0 ? id : null;
}

/** ru-RU, KZ, english … Nothing said: most users write Russian. */
export function language(value: unknown): Language {
  const said = text(value)?.toLowerCase() ?? 'ru';
  if (/^(kk|kz|kaz)/.test(said)) return 'kk';
  return languageOf(said.startsWith('rus') ? 'ru' : said);
}

/** More than anybody bought: such a number is a mistake, not a balance. */
export const MOST_CREDITS = 100_000_000;

/** Whole credits, in the user's favour; what a float adds by itself is not a credit. */
export function wholeCredits(balance: number): number {
  return Math.max(0, Math.ceil(balance - 1e-6));
}

export function subject(value: unknown): 'man' | 'woman' | 'neutral' {
  const said = text(value)?.toLowerCase() ?? '';
  if (/^(f|w|ж|дев)/.test(said)) return 'woman';
  return /^(m|м|муж)/.test(said) ? 'man' : 'neutral';
}
