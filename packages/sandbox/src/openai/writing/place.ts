import type { Material } from './material.ts';
import type { Role } from './roles.ts';
import type { Schema } from './schema.ts';

/** Where in the schema something is written, and what is known there. */
export interface Place {
  root: Schema;
  material: Material;
  name: string;
  description: string;
  role: Role;
  depth: number;
  /** The sentence that an item of a list is about. */
  sentence: string | null;
  /** Which picture an item is about. */
  image: number | null;
  /** Number of the item in its list. */
  index: number;
  /** Whether this is the only property of the root: then an empty list would be no answer. */
  alone: boolean;
  /** How many properties on from the first prose of the same object this one is. */
  turn: number;
}

/** The text has nothing for this place: null where that is allowed. */
export const ABSENT = Symbol('absent');

/** Below this a recursive schema is ended: null where it may be, no items where none are needed. */
export const DEEPEST = 8;
