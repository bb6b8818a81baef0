import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { HEADERS, METHODS, NASTY, PATHS, QUERIES, UPDATE_FIELDS } from './nasty.ts';
import { type Draft, FRAMINGS, type Framing } from './raw.ts';

/** One change to a genuine request; plain data, so that a failing one can be read. */
export type Mutation =
  | { readonly kind: 'method'; readonly value: string }
  | { readonly kind: 'path'; readonly value: string }
  | { readonly kind: 'query'; readonly value: string }
  | { readonly kind: 'query-more'; readonly value: string }
  | { readonly kind: 'version'; readonly value: string }
  | { readonly kind: 'header-drop'; readonly name: string }
  | { readonly kind: 'header-set'; readonly name: string; readonly value: string }
  | { readonly kind: 'header-add'; readonly name: string; readonly value: string }
  | { readonly kind: 'header-flood'; readonly count: number }
  | { readonly kind: 'body'; readonly value: string }
  | { readonly kind: 'body-flip'; readonly at: number; readonly by: number }
  | { readonly kind: 'body-cut'; readonly share: number }
  | { readonly kind: 'body-grow'; readonly bytes: number }
  | { readonly kind: 'body-gzip' }
  | { readonly kind: 'body-field'; readonly path: readonly string[]; readonly value: unknown }
  | { readonly kind: 'framing'; readonly value: Framing };

const text = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
);
/** Without line ends: those would only start another header, which the list of headers does anyway. */
const headerValue = text.map((value) => value.replaceAll(/[\r\n]/g, ' '));
const jsonField = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  fc.constantFrom<unknown>(
    '\0',
    '\ud800',
    'x'.repeat(100_000),
    -1,
    2 ** 53,
    1e308,
    0.5,
    '',
    [],
    {},
    null,
    true,
  ),
);

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('method'), value: fc.constantFrom(...METHODS) }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('path'),
      value: fc.oneof(fc.constantFrom(...PATHS), fc.webPath()),
    }),
  },
  fc.record({
    kind: fc.constant('query'),
    value: fc.oneof(fc.constantFrom(...QUERIES), fc.webQueryParameters({ size: 'small' })),
  }),
  fc.record({
    kind: fc.constant('query-more'),
    value: fc.oneof(fc.constantFrom(...QUERIES), fc.webQueryParameters({ size: 'small' })),
  }),
  fc.record({
    kind: fc.constant('version'),
    value: fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'HTTP/1.1 ', 'HTTQ/1.1', ''),
  }),
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('header-drop'), name: fc.constantFrom(...HEADERS) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('header-set'),
      name: fc.constantFrom(...HEADERS),
      value: headerValue,
    }),
  },
  fc.record({
    kind: fc.constant('header-add'),
    name: fc.constantFrom(...HEADERS, 'X:Y', 'Sp ace', '', '\u00e9'),
    value: headerValue,
  }),
  fc.record({ kind: fc.constant('header-flood'), count: fc.constantFrom(50, 120, 2_000) }),
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('body'), value: fc.oneof(text, fc.json({ maxDepth: 3 })) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('body-flip'),
      at: fc.nat(2_000),
      by: fc.integer({ min: 1, max: 255 }),
    }),
  },
  fc.record({ kind: fc.constant('body-cut'), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ kind: fc.constant('body-grow'), bytes: fc.constantFrom(1, 1_000, 70_000, 1_100_000) }),
  fc.record({ kind: fc.constant('body-gzip') }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('body-field'),
      path: fc.constantFrom(...UPDATE_FIELDS),
      value: jsonField,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('framing'), value: fc.constantFrom(...FRAMINGS) }) },
);

export function mutate(draft: Draft, change: Mutation): Draft {
  const { headers, body } = draft;
  const is = (name: string) => (header: readonly [string, string]) =>
    header[0].toLowerCase() === name.toLowerCase();
  switch (change.kind) {
    case 'method':
    case 'path':
    case 'query':
    case 'version':
      return { ...draft, [change.kind]: change.value };
    case 'framing':
      return { ...draft, framing: change.value };
    case 'query-more':
      return { ...draft, query: [draft.query, change.value].filter(Boolean).join('&') };
    case 'header-drop':
      return { ...draft, headers: headers.filter((header) => !is(change.name)(header)) };
    case 'header-set':
      return {
        ...draft,
        headers: [...headers.filter((header) => !is(change.name)(header)), [change.name, change.value]],
      };
    case 'header-add':
      return { ...draft, headers: [...headers, [change.name, change.value]] };
    case 'header-flood':
      return {
        ...draft,
        headers: [
          ...headers,
          ...Array.from({ length: change.count }, (_, n) => [`X-Flood-${n}`, 'x'] as const),
        ],
      };
    case 'body':
      return { ...draft, body: Buffer.from(change.value) };
    case 'body-flip': {
      const copy = Buffer.from(body);
      if (copy.length > 0) copy[change.at % copy.length] = (copy[change.at % copy.length] ?? 0) ^ change.by;
      return { ...draft, body: copy };
    }
    case 'body-cut':
      return { ...draft, body: body.subarray(0, Math.floor(body.length * change.share)) };
    case 'body-grow':
      return { ...draft, body: Buffer.concat([body, Buffer.alloc(change.bytes, ' ')]) };
    case 'body-gzip':
      return { ...draft, body: gzipSync(body), headers: [...headers, ['Content-Encoding', 'gzip']] };
    case 'body-field':
      return { ...draft, body: setField(body, change.path, change.value) };
    default:
      return change satisfies never;
  }
}

/** Puts a value deep into a JSON body; a body that is no object stays as it is. */
function setField(body: Buffer, path: readonly string[], value: unknown): Buffer {
  const put = (target: unknown, [name, ...rest]: readonly string[]): unknown => {
    if (name === undefined) return value;
    const object = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
    const inner: unknown = Object.entries(object).find(([key]) => key === name)?.[1];
    return { ...object, [name]: put(inner, rest) };
  };
  try {
    return Buffer.from(JSON.stringify(put(JSON.parse(body.toString('utf8')), path)));
  } catch {
    return body;
  }
}
