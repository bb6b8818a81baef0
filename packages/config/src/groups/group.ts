import type { Issue, Values, Variables } from '../variables.ts';

export type AppName = 'bot-polling' | 'worker' | 'webhook-api';

/** A few variables that belong together, and the plain value that the rest of the program sees. */
export interface Group<V extends Variables, T> {
  readonly title: string;
  readonly variables: V;
  /** Combines the values; reports rules over several variables. Its result is used only without issues. */
  build(values: Values<V>, report: (issue: Issue) => void, app: AppName): T;
}

export const group = <V extends Variables, T>(definition: Group<V, T>): Group<V, T> => definition;
