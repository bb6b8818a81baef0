import type { PassageLine } from '@aisha/db';

/**
 * So many characters of lines one after the other are found together: words that belong together are seldom further apart,
 * and a row for every line would be ten times as many.
 */
const LONGEST = 700;

/** Lines in their order, gathered into passages; none is in two. */
export function passagesOf(lines: readonly PassageLine[]): PassageLine[][] {
  const passages: PassageLine[][] = [];
  let room = 0;
  for (const line of lines) {
    const last = passages.at(-1);
    room -= line.text.length;
    if (last && room >= 0) last.push(line);
    else {
      passages.push([line]);
      room = LONGEST - line.text.length;
    }
  }
  return passages;
}

/**
 * What a document says, as lines: the texts of each of its parts together, with the moment that the part names. Of
 * whatever kind it is, also of one that this release does not know.
 */
export function documentLines(
  content: Readonly<Record<string, unknown>>,
  moments: Readonly<Record<string, number | null>>,
): PassageLine[] {
  const lines: PassageLine[] = [];
  const add = (texts: readonly string[], line: number | null) => {
    const text = texts.join(' — ').replace(/\s+/gu, ' ').trim();
    if (text !== '') lines.push({ line, startMs: line === null ? null : (moments[line] ?? null), text });
  };
  const read = (value: unknown, above: number | null): void => {
    if (typeof value === 'string') return add([value], above);
    if (Array.isArray(value)) return value.forEach((one) => read(one, above));
    if (typeof value !== 'object' || value === null) return;
    const fields = Object.entries(value);
    const told: unknown = fields.find(([name]) => name === 'moment')?.[1];
    const line = typeof told === 'number' ? told : above;
    add(
      fields.flatMap(([, inner]: [string, unknown]) => (typeof inner === 'string' ? [inner] : [])),
      line,
    );
    for (const [, inner] of fields) if (typeof inner === 'object') read(inner, line);
  };
  read(content, null);
  return lines;
}
