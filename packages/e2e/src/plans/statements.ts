import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** Something that a process of the product asked PostgreSQL, with what it filled in the first time. */
export interface Statement {
  readonly text: string;
  readonly values: readonly (string | null)[];
}

const ASKED = /^(?:execute [^:]+|statement): (.+)$/s;
const FILLED_IN = /\$(\d+) = (?:NULL|'((?:[^']|'')*)')/gs;

/** What PostgreSQL's log (`log_destination = jsonlog`) says that `user` asked, each statement once. */
export async function readStatements(file: string, user: string): Promise<Statement[]> {
  const found = new Map<string, Statement>();
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null) continue;
    const said = (name: string): string => {
      const value: unknown = Reflect.get(entry, name);
      return typeof value === 'string' ? value : '';
    };
    const text = said('user') === user ? ASKED.exec(said('message'))?.[1] : undefined;
    if (text === undefined || found.has(text)) continue;
    const values: (string | null)[] = [];
    for (const [, place, value] of said('detail').matchAll(FILLED_IN))
      values[Number(place) - 1] = value?.replaceAll("''", "'") ?? null;
    found.set(text, { text, values });
  }
  return [...found.values()];
}
