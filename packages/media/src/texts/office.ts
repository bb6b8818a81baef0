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
  readonly entry: string;
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
    entry: 'word/document.xml',
    text: new Set(['w:t']),
    ends: map({ 'w:p': '\n' }),
    signs: map({ 'w:tab': '\t', 'w:br': '\n', 'w:cr': '\n', 'w:noBreakHyphen': '-' }),
    skipped: new Set(['mc:Fallback', 'w:pPr', 'w:moveFrom', 'w:del']),
  },
  {
    entry: 'content.xml',
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
  const format = FORMATS.find(({ entry }) => entry === found?.name);
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
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => {
    if (++depth > MOST_DEPTH) throw new Error('nested too deep');
    if (format.skipped.has(name)) skipping += 1;
    if (skipping > 0) return;
    if (format.text.has(name)) inText += 1;
    const sign = format.signs.get(name);
    if (sign !== undefined) add(sign);
  });
  parser.on('text', (text) => {
    if (inText > 0 && skipping === 0) add(text.replaceAll('\n', ' '));
  });
  parser.on('closetag', ({ name }) => {
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
