import { SaxesParser } from 'saxes';
import { openEntry } from './zip-entry.ts';

/**
 * Of XML that is read, in bytes: a book of 3,000,000 characters in DOCX is 40 MB of it. What is larger is cut here,
 * so an archive that unpacks into gigabytes costs no more.
 */
const MOST_XML = 96 * 1024 * 1024;

/** Word nests some thirty; a file of nothing but beginnings must not grow a stack of millions. */
const MOST_DEPTH = 1_000;

interface Markup {
  /** Where the text of the document lies in its archive. */
  readonly entry: RegExp;
  /** Elements whose characters are text. */
  readonly text: ReadonlySet<string>;
  readonly ends: ReadonlyMap<string, string>;
  /** Elements that stand for something. */
  readonly signs: ReadonlyMap<string, string>;
  /** Not said: what was deleted, remarks, a second rendering of the same. */
  readonly skipped: ReadonlySet<string>;
}

const map = (entries: Record<string, string>) => new Map(Object.entries(entries));

const FORMATS: readonly Markup[] = [
  {
    // Office 365 numbers it at times.
    entry: /^word\/document\d{0,3}\.xml$/,
    text: new Set(['w:t']),
    ends: map({ 'w:p': '\n' }),
    signs: map({ 'w:tab': '\t', 'w:br': '\n', 'w:cr': '\n', 'w:noBreakHyphen': '-' }),
    skipped: new Set(['mc:Fallback', 'w:pPr', 'w:moveFrom', 'w:del']),
  },
  {
    entry: /^content\.xml$/,
    text: new Set(['text:p', 'text:h']),
    ends: map({ 'text:p': '\n', 'text:h': '\n' }),
    signs: map({ 'text:s': ' ', 'text:tab': '\t', 'text:line-break': '\n' }),
    skipped: new Set(['text:tracked-changes', 'office:annotation', 'text:note-citation', 'office:forms']),
  },
];

/** The text of a DOCX or ODT document; null when the archive is neither or damaged. Reads as it unpacks. */
export async function officeText(bytes: Buffer, mostCharacters: number): Promise<string | null> {
  const found = await openEntry(
    bytes,
    FORMATS.map(({ entry }) => entry),
  );
  const format = FORMATS.find(({ entry }) => found && entry.test(found.name));
  if (!found || !format) return null;
  const reader = readMarkup(format);
  let read = 0;
  const decoder = new TextDecoder('utf-8');
  try {
    for await (const chunk of found.content) {
      const part: unknown = chunk;
      if (!Buffer.isBuffer(part)) continue;
      reader.write(decoder.decode(part, { stream: true }));
      read += part.length;
      if (reader.length() > mostCharacters || read > MOST_XML) break;
    }
  } catch {
    // What was read until here is kept: the end of the archive is missing.
  }
  const text = reader.text();
  return text === '' && read === 0 ? null : text;
}

function readMarkup(format: Markup) {
  const parser = new SaxesParser();
  const said: string[] = [];
  let length = 0;
  /** How deep in text, and in what is skipped. */
  let inText = 0;
  let depth = 0;
  let skipping = 0;
  const add = (text: string) => {
    said.push(text);
    length += text.length;
  };
  /** Prefixes are whoever's choice who writes; these stand for their names here. */
  const prefixes = new Map<string, string>();
  const known = (name: string) => {
    const at = name.indexOf(':');
    const prefix = prefixes.get(at < 0 ? '' : name.slice(0, at));
    return prefix === undefined ? name : `${prefix}:${name.slice(at + 1)}`;
  };
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name: written, attributes }) => {
    if (++depth > MOST_DEPTH) throw new Error('nested too deep');
    // The root declares them; nobody else's are looked at.
    if (depth === 1) for (const [prefix, ours] of declared(attributes)) prefixes.set(prefix, ours);
    const name = known(written);
    if (format.skipped.has(name)) skipping += 1;
    if (skipping > 0) return;
    if (format.text.has(name)) inText += 1;
    const sign = format.signs.get(name);
    if (sign !== undefined) add(sign);
  });
  const say = (text: string) => {
    if (inText > 0 && skipping === 0) add(text.replaceAll('\n', ' '));
  };
  parser.on('text', say);
  parser.on('cdata', say);
  parser.on('closetag', ({ name: written }) => {
    const name = known(written);
    depth -= 1;
    if (format.skipped.has(name)) skipping -= 1;
    if (skipping > 0) return;
    if (format.text.has(name)) inText -= 1;
    const end = format.ends.get(name);
    if (end !== undefined) add(end);
  });
  return {
    write: (xml: string) => void parser.write(xml),
    length: () => length,
    text: () => said.join(''),
  };
}

/** Of Word in both of its forms, and of OpenDocument: how the namespaces are called in FORMATS. */
const NAMESPACES: readonly (readonly [RegExp, string])[] = [
  [/\/wordprocessingml(\/2006)?\/main$/, 'w'],
  [/\/markup-compatibility\/2006$/, 'mc'],
  [/:xmlns:text:1\.\d$/, 'text'],
  [/:xmlns:office:1\.\d$/, 'office'],
];

/** Prefixes that an element declares, each with what it is called here. */
function* declared(attributes: Readonly<Record<string, string>>): Generator<readonly [string, string]> {
  for (const [name, uri] of Object.entries(attributes)) {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
    const ours = NAMESPACES.find(([form]) => form.test(uri))?.[1];
    if (ours !== undefined) yield [name.slice('xmlns:'.length), ours];
  }
}
