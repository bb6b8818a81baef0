import { badRequest } from './errors.ts';
import type { ModelRow } from './models.ts';

export type Body = Readonly<Record<string, unknown>>;

export const isBody = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const typeName = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal';
  return `a ${typeof value}`;
};

export const wrongType = (param: string, expected: string, value: unknown) =>
  badRequest(
    `Invalid type for '${param}': expected ${expected}, but got ${typeName(value)} instead.`,
    param,
    'invalid_type',
  );

export const missing = (param: string) =>
  badRequest(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter');

export const invalidValue = (param: string, value: unknown, supported: readonly string[]) =>
  badRequest(
    `Invalid value: '${String(value)}'. Supported values are: ${supported.map((name) => `'${name}'`).join(', ')}.`,
    param,
    'invalid_value',
  );

/** Refuses what the API does not know. */
export function refuseUnknown(body: Body, known: ReadonlySet<string>): void {
  const unknown = Object.keys(body).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw badRequest(`Unknown parameter: '${unknown}'.`, unknown, 'unknown_parameter');
}

/** A whole number in a range, or null when it is not given. */
export function wholeNumber(body: Body, name: string, least: number): number | null {
  const value = body[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(name, 'an integer', value);
  if (value < least) {
    throw badRequest(
      `Invalid '${name}': integer below minimum value. Expected a value >= ${least}, but got ${value} instead.`,
      name,
      'integer_below_min_value',
    );
  }
  return value;
}

const SAMPLING = ['temperature', 'top_p', 'presence_penalty', 'frequency_penalty'] as const;
const DEFAULTS: Record<(typeof SAMPLING)[number], number> = {
  temperature: 1,
  top_p: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
};

/** Sampling parameters: reasoning models take their defaults only, the others a range. */
export function checkSampling(body: Body, model: ModelRow): void {
  for (const name of SAMPLING) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'number') throw wrongType(name, 'a decimal', value);
    if (model.reasoning && value !== DEFAULTS[name]) {
      throw badRequest(
        `Unsupported value: '${name}' does not support ${value} with this model. Only the default (${DEFAULTS[name]}) value is supported.`,
        name,
        'unsupported_value',
      );
    }
    const [least, most] = name === 'temperature' ? [0, 2] : name === 'top_p' ? [0, 1] : [-2, 2];
    if (value < least || value > most) {
      throw badRequest(
        `Invalid '${name}': decimal ${value < least ? 'below minimum' : 'above maximum'} value. Expected a value between ${least} and ${most}, but got ${value} instead.`,
        name,
        value < least ? 'decimal_below_min_value' : 'decimal_above_max_value',
      );
    }
  }
}

/** Name of a JSON schema: up to 64 letters, digits, dashes and underscores. */
export function schemaNameOf(value: unknown, param: string): string {
  if (value === undefined) throw missing(param);
  if (typeof value !== 'string') throw wrongType(param, 'a string', value);
  if (!/^[\w-]{1,64}$/u.test(value)) {
    throw badRequest(
      `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$' of at most 64 characters.`,
      param,
      'invalid_value',
    );
  }
  return value;
}
