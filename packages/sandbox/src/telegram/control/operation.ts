import type { z } from 'zod';

/** Control calls by name, for callers whose input is not checked yet. */
export type Operations = Map<string, (input: unknown) => Promise<unknown>>;

export type Define = <Schema extends z.ZodType, Result>(
  name: string,
  schema: Schema,
  run: (input: z.output<Schema>) => Result | Promise<Result>,
) => (input: z.input<Schema>) => Promise<Result>;

/** Makes control calls that check their input and can be found by name. */
export function definer(operations: Operations): Define {
  return (name, schema, run) => {
    operations.set(name, async (input) => run(schema.parse(input)));
    return async (input) => run(schema.parse(input));
  };
}
