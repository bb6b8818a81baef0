import { z } from 'zod';

const side = z.number().int().positive();
const format = z.enum(['jpeg', 'png', 'webp', 'gif', 'heic', 'avif', 'tiff', 'bmp', 'jxl']);
const unreadable = z.object({ kind: z.literal('unreadable'), why: z.string() });

export const measureInput = z.object({ file: z.string() });

export const measured = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('measured'),
    format,
    width: side,
    height: side,
    /** As EXIF counts them, 1 to 8. */
    orientation: z.number().int().min(1).max(8),
    /** What decoding will hold. */
    memoryBytes: z.number().int().positive(),
  }),
  z.object({ kind: z.literal('too_many_pixels'), format, width: side, height: side }),
  /** By its name, as `sniff` says it. */
  z.object({ kind: z.literal('unsupported'), name: z.string().max(32) }),
  unreadable,
]);
export type Measured = z.infer<typeof measured>;

export const convertInput = z.object({
  file: z.string(),
  to: z.string(),
  format,
  width: side,
  height: side,
  orientation: z.number().int().min(1).max(8),
});
export type ConvertInput = z.infer<typeof convertInput>;

export const converted = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('converted'),
    width: side,
    height: side,
    /** Hex of 8 × 8 RGB pixels. */
    miniature: z.string().length(8 * 8 * 3 * 2),
  }),
  unreadable,
]);
export type Converted = z.infer<typeof converted>;

export const reduceInput = z.object({ file: z.string(), to: z.string(), side });
export type ReduceInput = z.infer<typeof reduceInput>;
export const reduced = z.object({ kind: z.literal('reduced') });
export type Reduced = z.infer<typeof reduced>;
