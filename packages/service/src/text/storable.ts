const REFUSED = /\0|[\ud800-\udfff]/;

/**
 * What somebody said (a person, a model, a server, a file's name), as PostgreSQL keeps it in text and jsonb and Telegram
 * takes it: without NUL, and with U+FFFD for half a surrogate pair. In lists and plain objects every text and key;
 * anything else is left as it is.
 */
export function storable<T>(said: T): T;
export function storable(said: unknown): unknown {
  if (typeof said === 'string') return REFUSED.test(said) ? said.replaceAll('\0', '').toWellFormed() : said;
  if (Array.isArray(said)) return said.map((one: unknown) => storable(one));
  if (typeof said !== 'object' || said === null || !isPlain(said)) return said;
  return Object.fromEntries(Object.entries(said).map(([key, value]) => [storable(key), storable(value)]));
}

/** The same as JSON. */
export function storableJson(said: unknown): string {
  const json = JSON.stringify(said) ?? 'null';
  // Whole pairs are written as they are, so an escape is half a pair, or a text that speaks of one.
  return /\\u(?:0000|d[89a-f])/i.test(json) ? JSON.stringify(storable(JSON.parse(json))) : json;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
