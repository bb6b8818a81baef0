/** A group of plural forms is told by its `_other`: `photo.too_many` has none and is an ordinary key. */
export type PluralKey<Key> = Key extends `${infer Group}_other` ? Group : never;
export type PlainKey<Key> = Exclude<Key, `${PluralKey<Key>}_${Intl.LDMLPluralRule}`>;

/** The same texts with two plural forms: a key that is missing, or is not in Russian, fails to compile. */
export type Translation<Russian> = {
  readonly [Key in PlainKey<keyof Russian> | `${PluralKey<keyof Russian>}_${'one' | 'other'}`]: string;
};
