import type { ru } from './ru.ts';

type SourceKey = keyof typeof ru;
/** A group of plural forms is told by its `_other`: `photo.too_many` has none and is an ordinary key. */
type PluralKey<Key = SourceKey> = Key extends `${infer Group}_other` ? Group : never;
type PlainKey = Exclude<SourceKey, `${PluralKey}_${Intl.LDMLPluralRule}`>;

/** What a text is asked by: plural forms share one key, and `count` chooses among them. */
export type TextKey = PlainKey | PluralKey;

export type TextParams = Readonly<Record<string, string | number>>;

/** Every text in a language with these plural forms: a key that is missing, or is not in Russian, fails to compile. */
export type Translation<Forms extends Intl.LDMLPluralRule> = {
  readonly [Key in PlainKey | `${PluralKey}_${Forms}`]: string;
};
