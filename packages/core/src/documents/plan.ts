import { documentSections, orders } from '@aisha/db';
import { and, asc, eq, inArray, lt, notExists, sql } from 'drizzle-orm';
import type { WorkerParts } from '../parts.ts';
import type { Unit } from '../unit.ts';
import { type DocumentDefinition, SECTION_CHARACTERS } from './kinds/kind.ts';
import { sectionsOf } from './sections.ts';

export type Section = typeof documentSections.$inferSelect;
type Result = NonNullable<Section['result']>;
type Covered = Pick<Section, 'level' | 'from' | 'to' | 'result'>;

/** What is to be done next for a document: ask for what has no result, merge what has, or keep what is one. */
export type Step<Row extends Covered = Section> =
  | { readonly kind: 'ask'; readonly open: readonly Row[] }
  | { readonly kind: 'merge'; readonly rows: readonly Covered[] }
  | { readonly kind: 'written'; readonly content: Result };

/** `rows` are all sections of the document, by level and place; at least one. */
export function nextStep<Row extends Covered>(
  rows: readonly Row[],
  merge: DocumentDefinition['merge'],
): Step<Row> {
  const level = rows.at(-1)?.level ?? 0;
  const highest = rows.filter((row) => row.level === level);
  const results = resultsOf(highest);
  const [first] = results;
  if (!first || results.length < highest.length)
    return { kind: 'ask', open: highest.filter((row) => row.result === null) };
  if (results.length === 1) return { kind: 'written', content: first };
  if (merge !== 'by-model') return { kind: 'written', content: { ...merge(results) } };
  return { kind: 'merge', rows: grouped(highest).map((group) => mergeOf(level + 1, group)) };
}

const resultsOf = (rows: readonly Covered[]): Result[] =>
  rows.flatMap(({ result }) => (result === null ? [] : [result]));

/** As many as fit into one section, but always at least two, so that every level is shorter than the one below. */
function grouped<Row extends Covered>(rows: readonly Row[]): Row[][] {
  const groups: Row[][] = [];
  let size = 0;
  for (const row of rows) {
    const length = JSON.stringify(row.result).length;
    const last = groups.at(-1);
    if (last && (last.length < 2 || size + length <= SECTION_CHARACTERS)) {
      last.push(row);
      size += length;
    } else {
      groups.push([row]);
      size = length;
    }
  }
  return groups;
}

/** One row of a level over those of the level below; a single one needs no asking. */
export function mergeOf(level: number, below: readonly Covered[]): Covered {
  const [first] = below;
  return {
    level,
    from: first?.from ?? 0,
    to: below.at(-1)?.to ?? 0,
    result: below.length === 1 ? (first?.result ?? null) : null,
  };
}

export function sectionsIn(tx: Pick<Unit['tx'], 'select'>, documentId: string): Promise<Section[]> {
  return tx
    .select()
    .from(documentSections)
    .where(eq(documentSections.documentId, documentId))
    .orderBy(asc(documentSections.level), asc(documentSections.from));
}

/** Adds rows; those that another run has added meanwhile stay as they are. */
export async function addSections(
  { tx }: Pick<Unit, 'tx'>,
  documentId: string,
  rows: readonly Covered[],
): Promise<void> {
  await tx
    .insert(documentSections)
    .values(rows.map((row) => ({ ...row, documentId })))
    .onConflictDoNothing();
}

/** Whether rows are of this text: it may have been corrected, or numbered otherwise by a release before. */
export const isCovered = (rows: readonly Covered[], text: string): boolean =>
  rows.filter(({ level }) => level === 0).at(-1)?.to === text.length;

/** Forgets what was written over a text that is another one by now. */
export async function dropSections({ tx }: Pick<Unit, 'tx'>, documentId: string): Promise<void> {
  await tx.delete(documentSections).where(eq(documentSections.documentId, documentId));
}

/** The text as the sections of the lowest level. */
export function coverText(text: string, limit: number): Covered[] {
  let from = 0;
  return sectionsOf(text, limit).map((section) => {
    const start = from;
    from += section.length;
    return { level: 0, from: start, to: from, result: null };
  });
}

/** Whoever orders again what failed pays only for the rest, if it is soon. */
const SECTIONS_KEPT = sql`now() - interval '1 hour'`;

/** Retention: what was written over the sections of a document that is not being written any more. */
export async function forgetSections(parts: Pick<WorkerParts, 'db'>): Promise<void> {
  const underWay = parts.db
    .select({ one: sql`1` })
    .from(orders)
    .where(
      and(
        eq(orders.subjectId, documentSections.documentId),
        eq(orders.kind, 'document'),
        inArray(orders.state, ['queued', 'running']),
      ),
    );
  await parts.db
    .delete(documentSections)
    .where(and(lt(documentSections.createdAt, SECTIONS_KEPT), notExists(underWay)));
}
