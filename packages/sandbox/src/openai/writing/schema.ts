import { badRequest, type ApiError } from '../errors.ts';

/** A node of a JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The types that a node allows: none when it says nothing. */
export function typesOf(schema: Schema): string[] {
  const type = schema['type'];
  if (typeof type === 'string') return [type];
  return Array.isArray(type) ? type.filter((name) => typeof name === 'string') : [];
}

export const propertiesOf = (schema: Schema): [string, Schema][] =>
  isSchema(schema['properties'])
    ? Object.entries(schema['properties']).flatMap(([name, node]) => (isSchema(node) ? [[name, node]] : []))
    : [];

export const branchesOf = (schema: Schema): Schema[] => {
  const branches = schema['anyOf'] ?? schema['oneOf'];
  return Array.isArray(branches) ? branches.filter(isSchema) : [];
};

/** Follows `#/$defs/…` (or `#`) from the root. */
export function resolve(root: Schema, node: Schema): Schema {
  let current = node;
  for (let hops = 0; typeof current['$ref'] === 'string' && hops < 20; hops += 1) {
    const target = follow(root, current['$ref']);
    if (!target) return current;
    current = target;
  }
  return current;
}

function follow(root: Schema, reference: string): Schema | null {
  if (!reference.startsWith('#')) return null;
  let target: unknown = root;
  for (const part of reference.split('/').slice(1)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    target = isSchema(target) ? target[key] : undefined;
  }
  return isSchema(target) ? target : null;
}

const TYPES = new Set(['string', 'number', 'boolean', 'integer', 'object', 'array', 'null']);
const FORMATS = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
]);
/** Outside the subset of strict mode, whatever the type. */
const REFUSED = (
  'allOf oneOf not if then else dependentRequired dependentSchemas default minLength maxLength patternProperties ' +
  'propertyNames minProperties maxProperties unevaluatedProperties unevaluatedItems contains minContains ' +
  'maxContains uniqueItems prefixItems'
).split(' ');
const MAX_PROPERTIES = 5000;
const MAX_DEPTH = 10;
const MAX_ENUM_VALUES = 1000;
const MAX_STRING_CHARACTERS = 120_000;

/** Where the schema came: the two APIs complain differently. */
export interface SchemaPlace {
  /** `response_format` or `text.format.schema`. */
  param: string;
  code: string | null;
  name: string;
}

/** Holds a schema to the strict subset; throws the 400 that the API answers. */
export function checkStrictSchema(schema: unknown, place: SchemaPlace): Schema {
  const refuse = (path: readonly string[], complaint: string): ApiError => {
    const context = path.map((part) => `'${part}'`).join(', ');
    return badRequest(
      `Invalid schema for response_format '${place.name}': In context=(${context}), ${complaint}`,
      place.param,
      place.code,
    );
  };
  if (!isSchema(schema))
    throw refuse([], 'schema must be a JSON Schema of \'type: "object"\', got \'type: "None"\'.');
  const root = schema;
  if (branchesOf(root).length > 0) throw refuse([], "'anyOf' is not permitted at the root.");
  const rootType = typesOf(resolve(root, root));
  if (rootType.length !== 1 || rootType[0] !== 'object') {
    throw refuse(
      [],
      `schema must be a JSON Schema of 'type: "object"', got 'type: "${rootType[0] ?? 'None'}"'.`,
    );
  }
  const totals = { properties: 0, enums: 0, characters: 0 };

  const checkObject = (node: Schema, path: readonly string[], depth: number): void => {
    if (node['additionalProperties'] !== false) {
      throw refuse(path, "'additionalProperties' is required to be supplied and to be false.");
    }
    const properties = propertiesOf(node);
    const required = node['required'];
    const missing = properties.find(([name]) => !Array.isArray(required) || !required.includes(name));
    if (!Array.isArray(required) || missing) {
      const which = missing ? ` Missing '${missing[0]}'.` : '';
      throw refuse(
        path,
        `'required' is required to be supplied and to be an array including every key in properties.${which}`,
      );
    }
    const extra = required.find((name) => !properties.some(([known]) => known === name));
    if (extra !== undefined)
      throw refuse(path, `'required' has '${String(extra)}', which is not in properties.`);
    if (depth > MAX_DEPTH) throw refuse(path, `schema is nested deeper than ${MAX_DEPTH} levels.`);
    for (const [name, inner] of properties) {
      totals.properties += 1;
      totals.characters += name.length;
      check(inner, [...path, 'properties', name], depth + 1);
    }
  };

  const check = (node: Schema, path: readonly string[], depth: number): void => {
    const refused = REFUSED.find((keyword) => keyword in node);
    if (refused !== undefined) throw refuse(path, `'${refused}' is not permitted.`);
    if (typeof node['$ref'] === 'string') {
      if (!follow(root, node['$ref']))
        throw refuse(
          path,
          `reference can only point to definitions inside the schema, got '${node['$ref']}'.`,
        );
      return;
    }
    const branches = branchesOf(node);
    for (const [n, branch] of branches.entries()) check(branch, [...path, 'anyOf', String(n)], depth);
    const values = Array.isArray(node['enum']) ? node['enum'] : 'const' in node ? [node['const']] : [];
    totals.enums += values.length;
    for (const value of values) totals.characters += String(value).length;
    const types = typesOf(node);
    const unknown = types.find((type) => !TYPES.has(type));
    if (unknown !== undefined) throw refuse(path, `'${unknown}' is not a valid type.`);
    if (types.length === 0 && branches.length === 0 && values.length === 0) {
      throw refuse(path, "schema must have a 'type' key.");
    }
    const format = node['format'];
    if (types.includes('string') && typeof format === 'string' && !FORMATS.has(format)) {
      throw refuse(path, `'format' '${format}' is not a valid format.`);
    }
    if (types.includes('object')) checkObject(node, path, depth);
    if (types.includes('array')) {
      if (!isSchema(node['items'])) throw refuse(path, 'array schema missing items.');
      check(node['items'], [...path, 'items'], depth);
    }
  };

  check(root, [], 1);
  for (const key of ['$defs', 'definitions']) {
    const definitions = root[key];
    if (!isSchema(definitions)) continue;
    for (const [name, node] of Object.entries(definitions)) {
      totals.characters += name.length;
      if (isSchema(node)) check(node, [key, name], 1);
    }
  }
  if (totals.properties > MAX_PROPERTIES)
    throw refuse([], `schema has more than ${MAX_PROPERTIES} properties.`);
  if (totals.enums > MAX_ENUM_VALUES)
    throw refuse([], `schema has more than ${MAX_ENUM_VALUES} enum values.`);
  if (totals.characters > MAX_STRING_CHARACTERS) {
    throw refuse([], `names and enum values have more than ${MAX_STRING_CHARACTERS} characters.`);
  }
  return root;
}
