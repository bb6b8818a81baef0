import { z } from 'zod';

/** A line of JSON on the child's standard input. */
export const request = z.object({ parser: z.string(), folder: z.string(), input: z.unknown() });
export type Request = z.infer<typeof request>;

/** What a call took of the child's own accounts. */
const spent = z.object({ cpuMs: z.number().nonnegative(), peakBytes: z.number().nonnegative() });

/** A line of JSON on the child's descriptor 3. */
export const answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ok'), value: z.unknown(), spent }),
  z.object({ kind: z.literal('failed'), message: z.string().max(2_000), code: z.string().max(64), spent }),
]);
export type Answer = z.infer<typeof answer>;

export const ANSWERS_FD = 3;
