import { isSecretField, type Redactor } from './redact.ts';

// Lines are for people and for search: whole payloads do not belong there.
const longestString = 4_000;
const longestList = 50;
const deepest = 6;
const longestCauseChain = 6;

export type Serialized =
  | string
  | number
  | boolean
  | null
  | readonly Serialized[]
  | { readonly [name: string]: Serialized };

/** Any value as plain JSON without secrets; errors with class, message, code, stack and cause chain. */
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
  if (walk.ancestors.length >= deepest) return '[deeper]';
  const inside = { ...walk, ancestors: [...walk.ancestors, value] };
  if (value instanceof Error) return errorToJson(value, walk.redact, 0);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof URL) return walk.redact(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return objectToJson(Object.fromEntries(value), walk);
  if (value instanceof Set) return objectToJson([...value], walk);
  if (Array.isArray(value)) {
    const items = value.slice(0, longestList).map((item) => toJson(item, inside));
    return value.length > longestList ? [...items, `[${value.length - longestList} more]`] : items;
  }
  const fields: [string, Serialized][] = [];
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined) continue;
    fields.push([name, isSecretField(name) && field !== null ? '[redacted]' : toJson(field, inside)]);
  }
  return Object.fromEntries(fields);
}

function errorToJson(error: Error, redact: Redactor, depth: number): Serialized {
  const json: Record<string, Serialized> = {
    name: error.name,
    message: cut(redact(error.message)),
  };
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' || typeof code === 'number') json['code'] = code;
  if (error.stack !== undefined) json['stack'] = cut(redact(error.stack));
  if (depth >= longestCauseChain) return json;
  if (error instanceof AggregateError) {
    json['errors'] = error.errors.slice(0, longestList).map((one) => causeToJson(one, redact, depth + 1));
  }
  if (error.cause !== undefined) json['cause'] = causeToJson(error.cause, redact, depth + 1);
  return json;
}

function causeToJson(cause: unknown, redact: Redactor, depth: number): Serialized {
  return cause instanceof Error ? errorToJson(cause, redact, depth) : serialize(cause, redact);
}

function cut(text: string): string {
  return text.length > longestString ? `${text.slice(0, longestString)}… [${text.length} characters]` : text;
}
