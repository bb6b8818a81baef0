import { shorten } from '../text/shorten.ts';
import { describeError, WITHHELD } from '../errors/describe.ts';
import { isPersonalField, isSecretField, type Redactor } from './redact.ts';

// Lines are for people and for search: whole payloads do not belong there.
const LONGEST_STRING = 4_000;
const LONGEST_LIST = 50;
// A chain of causes may be six deep inside a field.
const DEEPEST = 9;

export type Serialized =
  | string
  | number
  | boolean
  | null
  | readonly Serialized[]
  | { readonly [name: string]: Serialized };

/** Any value as plain JSON without secrets and without what is somebody's own; errors as `describeError` says. */
export function serialize(value: unknown, redact: Redactor): Serialized {
  return toJson(value, { redact, ancestors: [] });
}

interface Walk {
  readonly redact: Redactor;
  readonly ancestors: readonly object[];
}

function toJson(value: unknown, walk: Walk): Serialized {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return cut(walk.redact(value));
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'object') return objectToJson(value, walk);
  return `[${typeof value}]`;
}

function objectToJson(value: object, walk: Walk): Serialized {
  if (walk.ancestors.includes(value)) return '[circular]';
  if (walk.ancestors.length >= DEEPEST) return '[deeper]';
  const inside = { ...walk, ancestors: [...walk.ancestors, value] };
  if (value instanceof Error) return objectToJson(describeError(value), inside);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof URL) return walk.redact(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return objectToJson(Object.fromEntries(value), walk);
  if (value instanceof Set) return objectToJson([...value], walk);
  if (Array.isArray(value)) {
    const items = value.slice(0, LONGEST_LIST).map((item) => toJson(item, inside));
    return value.length > LONGEST_LIST ? [...items, `[${value.length - LONGEST_LIST} more]`] : items;
  }
  const fields: [string, Serialized][] = [];
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined) continue;
    fields.push([name, hidden(name, field) ?? toJson(field, inside)]);
  }
  return Object.fromEntries(fields);
}

function hidden(name: string, field: unknown): string | null {
  if (field === null) return null;
  if (isSecretField(name)) return '[redacted]';
  return isPersonalField(name) && typeof field !== 'number' ? WITHHELD : null;
}

function cut(text: string): string {
  return text.length > LONGEST_STRING ? `${shorten(text, LONGEST_STRING)} [${text.length} characters]` : text;
}
