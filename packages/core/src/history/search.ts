import { historyWords, passages, recordings, type PassageLine, type Tx } from '@aisha/db';
import { type SQL, sql } from 'drizzle-orm';
import { isKazakh } from './kazakh.ts';
import { kazakhStemOf, soundOf, wordsIn } from './words.ts';

/**
 * Whose recordings are searched: a person's own with the documents over them, or what was said in those of the group in
 * which they ask. Documents are their orderer's alone.
 */
export type Scope = { readonly ownerId: number } | { readonly groupId: number };

export interface Hit {
  readonly recordingId: string;
  /** Null: in what was said, or in the recording's name. */
  readonly documentId: string | null;
  /** Of the document; null where none. */
  readonly documentKind: string | null;
  readonly title: string;
  readonly createdAt: Date;
  /** The line that says it best; of a document, the line of the recording that it speaks of. */
  readonly line: number | null;
  readonly startMs: number | null;
  /** The line's text in stretches; `found` are the words that were looked for. */
  readonly text: readonly { readonly text: string; readonly found: boolean }[];
  /** All lines of the passage. */
  readonly lines: readonly PassageLine[];
}

export interface Found {
  readonly hits: readonly Hit[];
  /** How many passages there are; `MOST_RANKED` means "so many or more". */
  readonly count: number;
  /** Not all of the words are in one place, or something like them is: said, so that nobody wonders. */
  readonly loosely: boolean;
}

/** More words than that are no question to a search. */
const MOST_WORDS = 12;
/** Of more passages than that nobody turns the pages; which of them are ranked then is chance. */
export const MOST_RANKED = 500;

interface Wanted {
  /** One of the alternatives has to be there. */
  readonly stems: readonly string[];
  /** Not what was asked for, but like it. */
  readonly guessed: boolean;
}

type Reading = Pick<Tx, 'execute'>;

/**
 * Searches all that was said, written and named, best first: passages with all words, or if there are none, with some of
 * them. A word that is nowhere stands for those that begin with it, or sound like it.
 */
export async function searchHistory(
  tx: Reading,
  scope: Scope,
  query: string,
  page: {
    readonly limit: number;
    readonly offset?: number;
    readonly recordingId?: string | null;
    readonly anyWord?: boolean;
  },
): Promise<Found> {
  const wanted = await understand(tx, scope, [...new Set(wordsIn(query))].slice(0, MOST_WORDS));
  const there = wanted.filter(({ stems }) => stems.length > 0);
  if (there.length === 0) return { hits: [], count: 0, loosely: false };
  const complete = there.length === wanted.length;
  const all = complete && page.anyWord !== true ? await ranked(tx, scope, there, '&', page) : null;
  const rows = all !== null && all.length > 0 ? all : await ranked(tx, scope, there, '|', page);
  const stems = new Set(there.flatMap((one) => one.stems));
  const lines = await bestLines(tx, rows, stems);
  return {
    hits: rows.map((row, n) => hitOf(row, lines[n])),
    count: Number(rows[0]?.count ?? 0),
    loosely: rows.length > 0 && (!complete || rows !== all || there.some(({ guessed }) => guessed)),
  };
}

/** Each word that says something, as the stems by which it is found. */
async function understand(tx: Reading, scope: Scope, words: readonly string[]): Promise<Wanted[]> {
  if (words.length === 0) return [];
  const { rows } = await tx.execute<{ stems: string[] }>(sql`
    select tsvector_to_array(to_tsvector('russian', word)) as stems
    from unnest(${sql.param(words)}::text[]) with ordinality as asked (word, n) order by n`);
  const asked = words.flatMap((word, n) => {
    const known = rows[n]?.stems ?? [];
    // What the dictionaries leave out (`и`, `the`) everybody says everywhere.
    if (known.length === 0) return [];
    const kazakh = kazakhStemOf(word);
    const stems = [...new Set([...known, ...(kazakh === null ? [] : [kazakh])])];
    return [{ word, stems, near: isKazakh(word) && kazakh !== null ? kazakh : (known[0] ?? word) }];
  });
  const every = [...new Set(asked.flatMap(({ stems }) => stems))];
  if (every.length === 0) return [];
  const { rows: said } = await tx.execute<{ word: string }>(sql`
    select distinct word from ${historyWords}
    where ${within(historyWords, scope)} and sound = any(${sql.param(every.map(soundOf))}::text[]) and word = any(${sql.param(every)}::text[])`);
  const known = new Set(said.map(({ word }) => word));
  const wanted: Wanted[] = [];
  let guesses = 0;
  for (const { stems, near } of asked) {
    const exact = stems.filter((stem) => known.has(stem));
    if (exact.length > 0) {
      wanted.push({ stems: exact, guessed: false });
      continue;
    }
    const alike = (guesses += 1) <= MOST_GUESSED ? await like(tx, scope, near) : [];
    // Of a very long text not every word was learned.
    wanted.push({ stems: [...alike, ...stems], guessed: true });
  }
  return wanted;
}

/** Words that are nowhere; each guess is a look at some of all words, and everybody waits for it who writes at that moment. */
const MOST_GUESSED = 3;
/** So many that sound somewhat alike are looked at. */
const MOST_LOOKED_AT = 100_000;
/** … and of those that begin alike. */
const MOST_BEGUN = 1_000;

/** Below that two words only look alike. Above what `%` and its index leave out (0.3). */
const LEAST_ALIKE = 0.4;
const MOST_ALIKE = 6;
const MOST_BEGINNING = 30;

/** Words that somebody said that begin with this one, else those that sound like it. */
async function like(tx: Reading, scope: Scope, word: string): Promise<string[]> {
  const sound = soundOf(word);
  if (sound.length < 3) return [];
  const mine = within(historyWords, scope);
  const { rows: begun } = await tx.execute<{ word: string }>(sql`
    select distinct word from (
      select word from ${historyWords}
      where ${mine} and sound >= ${sound} and sound < ${`${sound}\u{10ffff}`} limit ${MOST_BEGUN}) begun
    limit ${MOST_BEGINNING}`);
  if (begun.length > 0) return begun.map((one) => one.word);
  const { rows: alike } = await tx.execute<{ word: string; near: number }>(sql`
    select word, max(near) as near from (
      select word, similarity(sound, ${sound}) as near
      from (select word, sound from ${historyWords} where ${mine} and sound % ${sound} limit ${MOST_LOOKED_AT}) some_words
      where length(sound) between ${sound.length - 2} and ${sound.length + 2} offset 0) all_words
    where near >= ${LEAST_ALIKE} group by word order by near desc limit ${MOST_ALIKE}`);
  const best = alike[0]?.near ?? 0;
  return alike.filter(({ near }) => near >= best * 0.8).map((one) => one.word);
}

const within = (table: typeof historyWords | typeof passages, scope: Scope): SQL =>
  'ownerId' in scope ? sql`${table.ownerId} = ${scope.ownerId}` : sql`${table.chatId} = ${scope.groupId}`;

interface Row extends Record<string, unknown> {
  readonly recordingId: string;
  readonly documentId: string | null;
  readonly documentKind: string | null;
  readonly title: string;
  readonly createdAt: string;
  readonly lines: readonly PassageLine[];
  readonly count: string;
}

/** A page of the passages that hold all (`&`) or some (`|`) of what is wanted. */
async function ranked(
  tx: Reading,
  scope: Scope,
  wanted: readonly Wanted[],
  joined: '&' | '|',
  { limit, offset = 0, recordingId = null }: { limit: number; offset?: number; recordingId?: string | null },
): Promise<Row[]> {
  const query = wanted.map(({ stems }) => `(${stems.map(quoted).join('|')})`).join(joined);
  const { rows } = await tx.execute<Row>(sql`
    with found as materialized (
      select id, words from ${passages}
      where ${within(passages, scope)} and words @@ ${query}::tsquery
        ${'groupId' in scope ? sql`and document_id is null` : sql``}
        ${recordingId === null ? sql`` : sql`and recording_id = ${recordingId}`}
      limit ${MOST_RANKED}
    ), best as (
      select id, ts_rank(words, ${query}::tsquery, 1) as rank, count(*) over () as count from found
      order by rank desc, id desc limit ${limit} offset ${offset}
    )
    select p.recording_id as "recordingId", p.document_id as "documentId", d.kind as "documentKind", r.title,
      r.created_at as "createdAt", p.lines, best.count
    from best join ${passages} p on p.id = best.id join ${recordings} r on r.id = p.recording_id
      left join documents d on d.id = p.document_id
    where r.deleted_at is null
    order by best.rank desc, best.id desc`);
  return rows;
}

/** Stems are letters and digits; quoted, they can be nothing else. */
const quoted = (stem: string): string => `'${stem.replace(/['\\]/gu, '')}'`;

interface BestLine {
  readonly line: PassageLine;
  readonly text: Hit['text'];
}

/** Of each passage the line in which most of the stems are, with its words marked. */
async function bestLines(
  tx: Reading,
  rows: readonly Row[],
  stems: ReadonlySet<string>,
): Promise<(BestLine | undefined)[]> {
  const words = [...new Set(rows.flatMap(({ lines }) => lines.flatMap(({ text }) => wordsIn(text))))];
  if (words.length === 0) return [];
  const { rows: known } = await tx.execute<{ word: string; stems: string[] }>(sql`
    select word, tsvector_to_array(to_tsvector('russian', word)) as stems from unnest(${sql.param(words)}::text[]) as word`);
  const stemsOf = new Map(known.map((one) => [one.word, one.stems]));
  const isFound = (word: string): boolean =>
    wordsIn(word).some((plain) => {
      const kazakh = kazakhStemOf(plain);
      return (
        (stemsOf.get(plain) ?? []).some((stem) => stems.has(stem)) || (kazakh !== null && stems.has(kazakh))
      );
    });
  return rows.map(({ lines }) => {
    const marked = lines.map((line) => ({ line, text: marks(line.text, isFound) }));
    const score = ({ text }: BestLine) =>
      new Set(text.flatMap((one) => (one.found ? [one.text.toLowerCase()] : []))).size;
    return marked.reduce<BestLine | undefined>(
      (best, one) => (best === undefined || score(one) > score(best) ? one : best),
      undefined,
    );
  });
}

function marks(text: string, isFound: (word: string) => boolean): { text: string; found: boolean }[] {
  return text
    .split(/([\p{L}\p{M}\p{N}]+)/u)
    .filter((part) => part !== '')
    .map((part) => ({ text: part, found: isFound(part) }));
}

const hitOf = (row: Row, best: BestLine | undefined): Hit => ({
  recordingId: row.recordingId,
  documentId: row.documentId,
  documentKind: row.documentKind,
  title: row.title,
  lines: row.lines,
  createdAt: new Date(row.createdAt),
  line: best?.line.line ?? null,
  startMs: best?.line.startMs ?? null,
  text: best?.text ?? [],
});
