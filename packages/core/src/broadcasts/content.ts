import type { BroadcastContent } from '@aisha/db';

/** One below the other: more is no message any more. */
const MOST_BUTTONS = 8;

/** `Text | https://…` a line; null when a line is none, or there are too many. */
export function readButtons(lines: string): NonNullable<BroadcastContent['buttons']> | null {
  const read = lines
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const [, text, url] = /^(.{1,64}?)\s*[|—–-]\s*(\S+)$/u.exec(line) ?? [];
      return text && url && /^(https?|tg):\/\/\S+$/i.test(url) && URL.canParse(url) ? { text, url } : null;
    });
  const buttons = read.filter((one) => one !== null);
  return buttons.length === read.length && buttons.length > 0 && buttons.length <= MOST_BUTTONS
    ? buttons
    : null;
}
