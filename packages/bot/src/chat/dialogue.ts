import { z } from 'zod';

/**
 * Where a person stands: kept in the `conversations` row, so that a restart, another process or a deploy goes on where
 * they were. What it carries is known to the dialogue of that name.
 */
export interface State {
  readonly name: string;
  readonly [field: string]: unknown;
}

export interface Dialogue<Fields, Known extends State> {
  readonly at: (fields: Fields) => Known;
  /** What the state carries, if it is one of this dialogue. */
  readonly of: (state: unknown) => Known | null;
}

/** A place in a dialogue; its subject owns it. Only add optional fields: what cannot be parsed any more is idle. */
export function dialogue<const Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) {
  const known = z.object({ ...shape, name: z.literal(name) });
  const fields = z.object(shape);
  return {
    at: (given: z.input<typeof fields>): z.output<typeof known> => known.parse({ ...given, name }),
    of: (state: unknown): z.output<typeof known> | null => known.safeParse(state).data ?? null,
  };
}

export const idle = dialogue('idle', {});

export const IDLE: State = idle.at({});

/** What was kept, if one of the dialogues knows it still. */
export function readState(dialogues: readonly Pick<Dialogue<never, State>, 'of'>[], kept: unknown): State {
  for (const one of [idle, ...dialogues]) {
    const state = one.of(kept);
    if (state) return state;
  }
  return IDLE;
}
