import { branchesOf, isSchema, propertiesOf, resolve, type Schema, typesOf } from './schema.ts';

/**
 * Documents over parts of a text (objects with the same properties as the schema, as JSON) joined into one: lists
 * are put together, texts too, single facts are the first that is known. Null when the text is no such JSON.
 */
export function mergeDocuments(root: Schema, json: unknown): unknown {
  const documents = documentsIn(
    json,
    propertiesOf(root).map(([name]) => name),
  );
  return documents.length === 0 ? null : mergeObject(root, root, documents);
}

function documentsIn(json: unknown, names: readonly string[]): Schema[] {
  if (Array.isArray(json)) return json.flatMap((inner) => documentsIn(inner, names));
  if (!isSchema(json)) return [];
  if (names.length > 0 && names.every((name) => name in json)) return [json];
  return Object.values(json).flatMap((inner) => documentsIn(inner, names));
}

function mergeObject(root: Schema, node: Schema, parts: readonly Schema[]): object {
  return Object.fromEntries(
    propertiesOf(node).map(([name, inner]) => [
      name,
      mergeValues(
        root,
        inner,
        parts.map((part) => part[name]),
        name,
      ),
    ]),
  );
}

function mergeValues(root: Schema, given: Schema, values: readonly unknown[], name: string): unknown {
  const node = resolve(root, given);
  const known = values.filter((value) => value !== null && value !== undefined && value !== '');
  const real = [node, ...branchesOf(node).map((branch) => resolve(root, branch))];
  const list = real.find((branch) => typesOf(branch).includes('array'));
  if (list && known.some(Array.isArray)) {
    const all = known.flatMap((value): unknown[] => (Array.isArray(value) ? value : []));
    const distinct = [...new Map(all.map((item) => [JSON.stringify(item), item])).values()];
    return distinct.slice(0, typeof list['maxItems'] === 'number' ? list['maxItems'] : distinct.length);
  }
  const object = real.find((branch) => propertiesOf(branch).length > 0);
  if (object && known.some(isSchema)) return mergeObject(root, object, known.filter(isSchema));
  const plain = real.every(
    (branch) => !('enum' in branch || 'const' in branch || 'format' in branch || 'pattern' in branch),
  );
  const texts = known.filter((value) => typeof value === 'string');
  const longProse =
    plain && texts.length > 1 && !/title|name|date|owner|due|heading|subject|place|number/iu.test(name);
  if (longProse && real.some((branch) => typesOf(branch).includes('string')) && !isNullable(real)) {
    return [...new Set(texts)].join(' ');
  }
  return known[0] ?? values[0] ?? null;
}

const isNullable = (branches: readonly Schema[]): boolean =>
  branches.some((branch) => typesOf(branch).includes('null'));
