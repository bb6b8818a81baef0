import { fillArray } from './lists.ts';
import { mergeDocuments } from './merge.ts';
import type { Material } from './material.ts';
import { ABSENT, DEEPEST, type Place } from './place.ts';
import { meansTrouble, roleOf } from './roles.ts';
import { branchesOf, propertiesOf, resolve, type Schema, typesOf } from './schema.ts';
import { fillString } from './strings.ts';

/** Data that satisfies the schema, taken from what the user sent. The same for the same request. */
export function fillSchema(root: Schema, material: Material): unknown {
  const merged = mergeDocuments(root, material.json);
  if (merged !== null) return merged;
  const place: Place = {
    root,
    material,
    name: '',
    description: '',
    role: 'prose',
    depth: 0,
    sentence: null,
    image: null,
    index: 0,
    alone: false,
    turn: 0,
  };
  return fillNode(root, place);
}

/** The value of a node; null stands for what is absent. */
export function fillNode(node: Schema, place: Place): unknown {
  const value = attempt(node, place);
  return value === ABSENT ? null : value;
}

function attempt(given: Schema, outer: Place): unknown {
  const node = resolve(outer.root, given);
  const described = [given['description'], node['description']].find((text) => typeof text === 'string');
  const description = typeof described === 'string' ? described : outer.description;
  const place = { ...outer, description, role: roleOf(outer.name, description) };
  if ('const' in node) return node['const'];
  if (Array.isArray(node['enum'])) return pickValue(node['enum'], place);
  const branches = branchesOf(node).map((branch) => resolve(place.root, branch));
  if (branches.length > 0) {
    const nullable = branches.some((branch) => typesOf(branch).includes('null'));
    const real = branches.filter((branch) => !typesOf(branch).every((type) => type === 'null'));
    if (nullable && place.depth > DEEPEST) return null;
    const chosen = real[0];
    if (!chosen) return null;
    return orNull(chosen, place, nullable);
  }
  const types = typesOf(node);
  const nullable = types.includes('null');
  return orNull(node, place, nullable);
}

function orNull(node: Schema, place: Place, nullable: boolean): unknown {
  const inner = resolve(place.root, node);
  if ('const' in inner || Array.isArray(inner['enum']) || branchesOf(inner).length > 0)
    return attempt(inner, place);
  const type =
    typesOf(inner).find((name) => name !== 'null') ?? (propertiesOf(inner).length > 0 ? 'object' : 'string');
  if (typesOf(inner).length > 0 && typesOf(inner).every((name) => name === 'null')) return null;
  if (nullable && place.depth > DEEPEST) return null;
  switch (type) {
    case 'object':
      return fillObject(inner, place);
    case 'array':
      return fillArray(inner, place, fillNode);
    case 'boolean':
      return fillBoolean(place, nullable);
    case 'number':
    case 'integer':
      return fillNumber(inner, place, type === 'integer', nullable);
    case 'string':
      return fillString(inner, place, nullable);
    default:
      return null;
  }
}

function fillObject(node: Schema, place: Place): object {
  const properties = propertiesOf(node);
  let turn = 0;
  const entries = properties.map(([name, inner]) => {
    const role = roleOf(name, '');
    const value = fillNode(inner, {
      ...place,
      name,
      description: '',
      role,
      depth: place.depth + 1,
      alone: place.depth === 0 && properties.length === 1,
      turn,
    });
    if (typeof value === 'string' && (role === 'prose' || role === 'task' || role === 'whole')) turn += 1;
    return [name, value];
  });
  return Object.fromEntries(entries);
}

const GOOD =
  /^(?:ok|okay|good|fine|accept(?:ed|able)?|pass(?:ed)?|clear|yes|none|valid|safe|да|нет проблем)$/iu;

function pickValue(values: readonly unknown[], place: Place): unknown {
  const { material } = place;
  const words = values.filter((value) => typeof value === 'string');
  const magic = place.image === null ? material.images[0]?.magic : material.images[place.image]?.magic;
  if (magic) {
    const flagged = words.find((value) => value.toLowerCase().includes(magic.split('-')[0] ?? magic));
    if (flagged !== undefined) return flagged;
  }
  if (place.role === 'language') {
    const code = words.find((value) => value.toLowerCase().startsWith(material.language));
    if (code !== undefined) return code;
  }
  if (material.images.length > 0) {
    const good = words.find((value) => GOOD.test(value));
    if (good !== undefined) return good;
  }
  const source = (place.sentence ?? material.text).toLowerCase();
  const said = words.find((value) => value.length > 3 && source.includes(value.toLowerCase()));
  if (said !== undefined) return said;
  return values.find((value) => value !== null) ?? null;
}

function fillBoolean(place: Place, nullable: boolean): boolean | typeof ABSENT {
  const { material } = place;
  if (material.images.length > 0) {
    const seen = place.image === null ? material.images : material.images.slice(place.image, place.image + 1);
    const magic = seen.flatMap((image) => (image.magic === null ? [] : [image.magic]));
    if (meansTrouble(place.name)) {
      return magic.some((trouble) => troubleWords[trouble].test(place.name));
    }
    return magic.length === 0;
  }
  if (meansTrouble(place.name)) return false;
  return nullable ? ABSENT : true;
}

/** Which names of booleans a magic picture makes true. */
const troubleWords = {
  sexual: /sexual|nsfw|nud|unsafe|flag|reject/iu,
  violence: /violen|unsafe|flag|reject|harm/iu,
  'self-harm': /harm|unsafe|flag|reject/iu,
  minor: /minor|child|underage|flag|reject/iu,
  'no-face': /hidden|cover|obscur|reject|empty/iu,
} as const;

function fillNumber(node: Schema, place: Place, whole: boolean, nullable: boolean): number | typeof ABSENT {
  const bound = (name: string): number | null => (typeof node[name] === 'number' ? node[name] : null);
  const step = bound('multipleOf') ?? (whole ? 1 : 0.01);
  const least = bound('minimum') ?? raised(bound('exclusiveMinimum'), step);
  const most = bound('maximum') ?? raised(bound('exclusiveMaximum'), -step);
  const fit = (value: number): number => {
    const low = least === null ? value : Math.max(value, Math.ceil(least / step) * step);
    const capped = most === null ? low : Math.min(low, Math.floor(most / step) * step);
    return Number((Math.round(capped / step) * step).toFixed(6));
  };
  const { material, name } = place;
  if (/index|photo|image|picture|position|^id$|^no$|number/iu.test(name) && place.image !== null) {
    return fit(
      place.image + ((least ?? 0) >= 1 || /from 1|1-based|starting at 1/iu.test(place.description) ? 1 : 0),
    );
  }
  if (/moment|^line|segment|cue/iu.test(name)) {
    const line = place.sentence === null ? undefined : material.lines.get(place.sentence);
    return line === undefined ? (nullable ? ABSENT : fit(0)) : fit(line);
  }
  if (/faces|people|persons|count/iu.test(name) && material.images.length > 0) {
    return fit(material.images[place.image ?? 0]?.magic === 'no-face' ? 0 : 1);
  }
  if (/confidence|score|probab|quality|rating|similar/iu.test(name)) return fit(most ?? 1);
  if (/index|order|position/iu.test(name)) return fit(place.index);
  const said = /(?<![\p{L}\p{N}])\d+(?:[.,]\d+)?(?![\p{L}\p{N}:/-])/u.exec(
    place.sentence ?? material.text,
  )?.[0];
  if (said !== undefined) {
    const value = Number(said.replace(',', '.'));
    if (fit(value) === value) return value;
  }
  return nullable ? ABSENT : fit(0);
}

const raised = (value: number | null, by: number): number | null => (value === null ? null : value + by);
