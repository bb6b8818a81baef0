import type { AnyParser } from './child/parser.ts';

/** Every parser that a child can run. */
export const parsers: readonly AnyParser[] = [];
