import type { z } from 'zod';
import type { Limits } from '../limits.ts';

/** What a child needs to know of a parser. */
export interface AnyParser {
  readonly name: string;
  readonly limits: Limits;
  /** In the child, whose working directory is the scratch folder of the call. */
  run(raw: unknown): Promise<unknown>;
}

/** A parser of untrusted content. Files are named relative to the scratch folder. */
export interface Parser<Input, Output> extends AnyParser {
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
}

interface Definition<Input, Output> {
  readonly name: string;
  readonly input: z.ZodType<Input>;
  /**
   * What it answers, refusals of its own included: the parent checks it, for a child that a file took over may say
   * anything. A parser that throws has crashed over its file.
   */
  readonly output: z.ZodType<Output>;
  readonly limits: Limits;
  /** Imported in the child alone, so that no decoder is loaded where nothing is decoded. */
  load(): Promise<(input: Input) => Output | Promise<Output>>;
}

export function defineParser<Input, Output>(definition: Definition<Input, Output>): Parser<Input, Output> {
  const { name, limits, input, output } = definition;
  return {
    name,
    limits,
    input,
    output,
    async run(raw) {
      const parse = await definition.load();
      return parse(input.parse(raw));
    },
  };
}
