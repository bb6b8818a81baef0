import type { ru } from './all.ts';
import type { PlainKey, PluralKey } from './translation.ts';

/** What a text is asked by: plural forms share one key, and `count` chooses among them. */
export type TextKey = PlainKey<keyof typeof ru> | PluralKey<keyof typeof ru>;

export type TextParams = Readonly<Record<string, string | number>>;
