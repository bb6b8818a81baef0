import pg from 'pg';
import { z } from 'zod';
import type { Statement } from './statements.ts';

const node = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  'Index Cond': z.string().optional(),
  get Plans() {
    return z.array(node).optional();
  },
});
type Node = z.output<typeof node>;
const explained = z.array(z.object({ 'QUERY PLAN': z.array(z.object({ Plan: node })) }));

/** What may be explained; the rest is about transactions and sessions. */
const READS = /^\s*(?:select|insert|update|delete|with|declare)\b(?!.*\bdrizzle\.)/is;

/** What reads the whole of a large table because that is what it is for. */
const WHOLE: readonly { readonly what: RegExp; readonly why: string }[] = [
  { what: /^with entries as \(/, why: 'the books held against each other: every entry, hourly' },
];

/** References whose table has no index that begins with them: whoever deletes what they refer to reads all of it. */
const UNLED = `
  select conrelid::regclass::text as table, conname as name from pg_constraint c
  where contype = 'f' and not exists (
    select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]
      and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$'))`;

export interface Looked {
  /** Statements whose plans were read. */
  readonly looked: number;
  /** Of those that read the whole of a large table: what, and the statement. */
  readonly findings: readonly { readonly what: string; readonly text: string }[];
}

/** Reads the plan of each statement in a database that has grown; nothing is executed. */
export async function readPlans(
  { url, large }: { readonly url: string; readonly large: ReadonlySet<string> },
  statements: readonly Statement[],
): Promise<Looked> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const partial = await client.query<{ name: string }>(
      'select indexrelid::regclass::text as name from pg_index where indpred is not null',
    );
    const partials = new Set(partial.rows.map(({ name }) => name));
    const unled = await client.query<{ table: string; name: string }>(UNLED);
    const findings = unled.rows
      .filter(({ table }) => large.has(table))
      .map(({ table, name }) => ({ what: `no index for a reference of ${table}`, text: name }));
    let looked = 0;
    for (const { text, values } of statements) {
      if (!READS.test(text) || WHOLE.some(({ what }) => what.test(text.trimStart()))) continue;
      const { rows } = await client.query(`explain (format json) ${text}`, [...values]);
      looked += 1;
      for (const { 'QUERY PLAN': plans } of explained.parse(rows))
        for (const { Plan: plan } of plans)
          for (const what of wholes(plan, large, partials, false)) findings.push({ what, text });
    }
    return { looked, findings };
  } finally {
    await client.end();
  }
}

/** Large tables that a plan reads from end to end: itself, or by an index of all its rows with nothing that ends the walk. */
function wholes(
  plan: Node,
  large: ReadonlySet<string>,
  partials: ReadonlySet<string>,
  ends: boolean,
): string[] {
  const {
    'Node Type': type,
    'Relation Name': table = '',
    'Index Name': index = '',
    'Index Cond': condition,
  } = plan;
  const found: string[] = [];
  if (type === 'Seq Scan' && large.has(table)) found.push(`sequential scan of ${table}`);
  if (
    /^Index (Only )?Scan$/.test(type) &&
    condition === undefined &&
    !ends &&
    large.has(table) &&
    !partials.has(index)
  )
    found.push(`whole of the index ${index}`);
  const below = ends || type === 'Limit';
  return [...found, ...(plan.Plans ?? []).flatMap((one) => wholes(one, large, partials, below))];
}
