import { z } from 'zod';

/**
 * The field types of section 3 and appendix A. Like FAL's pydantic models they take numbers and booleans written as
 * text, take null for an optional field, and ignore fields that they do not know.
 */
const numeric = (value: unknown): unknown =>
  typeof value === 'string' && /^\s*[-+]?[\d.]+(?:e[-+]?\d+)?\s*$/iu.test(value) ? Number(value) : value;

const flag = (value: unknown): unknown =>
  typeof value === 'string' ? ({ true: true, false: false }[value.toLowerCase()] ?? value) : value;

export const text = z.string();

/** `string | Blob | File` in the client, an address (or data URI) on the wire. */
export const url = z.string();

export const number = (min?: number, max?: number) => {
  let schema = z.number();
  if (min !== undefined) schema = schema.min(min);
  if (max !== undefined) schema = schema.max(max);
  return z.preprocess(numeric, schema);
};

export const integer = (min?: number, max?: number) => {
  let schema = z.int();
  if (min !== undefined) schema = schema.min(min);
  if (max !== undefined) schema = schema.max(max);
  return z.preprocess(numeric, schema);
};

export const boolean = z.preprocess(flag, z.boolean());

export const choice = <const T extends readonly [string, ...string[]]>(...values: T) => z.enum(values);

export const optional = <S extends z.ZodType>(schema: S) => schema.nullish();

export const or = <S extends z.ZodType>(schema: S, fallback: z.output<S>) =>
  schema.nullish().transform((value) => value ?? fallback);

export const seed = optional(integer());

/** The client's SIZE names. */
export const SIZES = {
  square_hd: { width: 1024, height: 1024 },
  square: { width: 512, height: 512 },
  portrait_4_3: { width: 768, height: 1024 },
  portrait_16_9: { width: 576, height: 1024 },
  landscape_4_3: { width: 1024, height: 768 },
  landscape_16_9: { width: 1024, height: 576 },
} as const;

export interface Size {
  width: number;
  height: number;
}

const NAMES = [
  'square_hd',
  'square',
  'portrait_4_3',
  'portrait_16_9',
  'landscape_4_3',
  'landscape_16_9',
] as const;
/** FAL's own bound on a side, and ours on the area, because the pixels are really drawn. */
const LONGEST_SIDE = 14_142;
const LARGEST_AREA = 20_000_000;

const side = z.preprocess(numeric, z.int().gt(0).max(LONGEST_SIDE));

const sizeObject = z
  .object({ width: or(side, 512), height: or(side, 512) })
  .refine(({ width, height }) => width * height <= LARGEST_AREA, 'The picture would be too large');

const named = z.enum(NAMES).transform((name): Size => SIZES[name]);

/** A size name or `{width, height}`, read as pixels. */
export const imageSize = z.union([named, sizeObject]);

/** The same where the model may choose by itself. */
export const imageSizeOrAuto = z.union([
  z.enum([...NAMES, 'auto']).transform((name) => (name === 'auto' ? null : SIZES[name])),
  sizeObject,
]);

export const loras = (longest?: number) => {
  const list = z.array(z.object({ path: text, scale: or(number(0, 4), 1) }));
  return or(longest === undefined ? list : list.max(longest), []);
};

/** Pixels of about `area` in the given proportions, sides in steps of 32. */
export function sizeOfRatio(ratio: string, area: number): Size {
  const [across = 1, down = 1] = ratio.split(':').map(Number);
  return { width: step(Math.sqrt((area * across) / down)), height: step(Math.sqrt((area * down) / across)) };
}

function step(value: number): number {
  return Math.max(32, Math.round(value / 32) * 32);
}
