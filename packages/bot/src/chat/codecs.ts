import { z } from 'zod';
import type { Codec, OptionalCodec, Reading } from './catalogue.ts';

const UUID_BYTES = 36;
const isUuid = (text: string | undefined): text is string => z.uuid().safeParse(text).success;

export const uuid: Codec<string, string> = {
  write: (id) => id,
  read: (text) => (isUuid(text) ? text : undefined),
  longest: UUID_BYTES,
};

/** An id that becomes the presser's own row; somebody else's is as if it were not there. */
export const own = <Found>(
  find: (tx: Reading, ownerId: number, id: string) => Promise<Found | null>,
): Codec<string, Found> => ({
  write: (id) => id,
  read: async (text, { unit, user }) =>
    isUuid(text) ? ((await find(unit.tx, user.id, text)) ?? undefined) : undefined,
  longest: UUID_BYTES,
});

/** The same of what the presser may read: of their own, or in a group of what was recorded there. */
export const readable = <Found>(
  find: (
    tx: Reading,
    by: { readonly userId: number; readonly chatId: number },
    id: string,
  ) => Promise<Found | null>,
): Codec<string, Found> => ({
  write: (id) => id,
  read: async (text, { unit, user, chatId }) =>
    isUuid(text) ? ((await find(unit.tx, { userId: user.id, chatId }, text)) ?? undefined) : undefined,
  longest: UUID_BYTES,
});

export const oneOf = <const Value extends string>(
  values: readonly Value[],
  write: (value: Value) => string = (value) => value,
): Codec<Value, Value> => ({
  write,
  read: (text) => values.find((value) => write(value) === text),
  longest: Math.max(...values.map((value) => Buffer.byteLength(write(value)))),
});

/** A name that an operator chose, in small letters: whether there is such a thing, its answer sees. */
export const word: Codec<string, string> = {
  write: (text) => text,
  read: (text) => (text !== undefined && /^[a-z0-9_]{1,20}$/.test(text) ? text : undefined),
  longest: 20,
};

export const int = (min: number, max: number): Codec<number, number> => ({
  write: String,
  read: (text) => z.coerce.number().int().min(min).max(max).safeParse(text).data,
  longest: Math.max(String(min).length, String(max).length),
});

/** Whatever number it is: lists show the nearest page that they have. The first where it is left out. */
export const page: OptionalCodec<number, number> = {
  optional: true,
  write: String,
  read: (text) => Number(text) || 0,
  longest: 7,
};

/** Of the greatest price of one thing. */
const PRICE_BYTES = 3;

/** The credits that stand on a button: in base 36, so that they fit beside an id and a word. Nothing where it is free. */
export const price: OptionalCodec<number, number> = {
  optional: true,
  write: (credits) => (credits > 0 ? credits.toString(36) : ''),
  read: (text) => (text !== undefined && /^[0-9a-z]{1,9}$/.test(text) ? Number.parseInt(text, 36) : 0),
  longest: PRICE_BYTES,
};

/** May be left out at the end, and is `otherwise` then. */
export const optional = <Given, Got, const Else extends string>(
  codec: Codec<Given, Got>,
  otherwise: Else,
): OptionalCodec<Given, Got | Else> => ({
  ...codec,
  optional: true,
  read: (text, presser) => (text === undefined ? otherwise : codec.read(text, presser)),
});

const SHORT_BYTES = 22;
/** An id in 22 letters, and back. */
export const shortId = (id: string): string =>
  Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
export function longId(text: string): string | undefined {
  if (!/^[\w-]{22}$/.test(text)) return undefined;
  const hex = Buffer.from(text, 'base64url').toString('hex');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return isUuid(id) ? id : undefined;
}

/** The same as `own` in fewer letters, for buttons with two ids. */
export const ownShort = <Found>(
  find: (tx: Reading, ownerId: number, id: string) => Promise<Found | null>,
): Codec<string, Found> => {
  const long = own(find);
  return {
    write: shortId,
    read: (text, presser) => long.read(text === undefined ? undefined : longId(text), presser),
    longest: SHORT_BYTES,
  };
};
