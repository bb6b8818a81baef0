import { BIND_TARGETS, BUCKETS, type OwedCall } from '@aisha/db';
import type { LogFields, Logger } from '@aisha/service';
import { z } from 'zod';

/** A field of a call that is not named here does not compile: it would be lost in a restart. */
const fields = {
  method: z.string().min(1),
  payload: z.record(z.string(), z.unknown()),
  files: z
    .record(z.string(), z.object({ bucket: z.enum(BUCKETS), key: z.string(), filename: z.string() }))
    .optional(),
  link: z
    .object({
      bucket: z.enum(BUCKETS),
      key: z.string(),
      filename: z.string(),
      label: z.string(),
      seconds: z.number(),
    })
    .optional(),
  // Better sent and never edited than not sent.
  bind: z
    .object({ to: z.enum(BIND_TARGETS), id: z.string() })
    .optional()
    .catch(undefined),
  answers: z.number().optional(),
  instead: z.array(z.lazy(() => call)).optional(),
} satisfies Record<keyof OwedCall, z.ZodType>;
const call: z.ZodType<OwedCall> = z.lazy(() => z.object(fields));

/** The calls that a row owes; every shape that a release ever kept is parsed for ever (`owed-calls.json`). */
export const owedCalls: z.ZodType<readonly OwedCall[]> = z.array(call);

/** What some release kept as JSON; null, and logged without its content, when it cannot be read. */
export function readStored<T>(
  schema: z.ZodType<T>,
  stored: unknown,
  log: Logger,
  about: LogFields,
): T | null {
  const parsed = schema.safeParse(stored);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`);
  log.error('what is stored cannot be read; it is set aside', { ...about, problems });
  return null;
}
