import { indexRecording, searchHistory } from '@aisha/core';
import { connectDatabase } from '@aisha/db';
import pg from 'pg';
import { type Chapter, figure, median, percentile, round } from './figures.ts';
import type { Ground } from './ground.ts';

const OF_ONE = 100;
/** One person of the many has a twentieth of everything. */
const OF_THE_BUSIEST = 0.05;
const BUSIEST = 1;
const WORDS = 60_000;
const LENGTH = 40;
const SHARD = 50_000;
const SEARCHES = 400;
const INSERTS = 3_000;

/** Search over a great many transcripts of many people, and what it costs whoever inserts one. */
export async function benchSearch(ground: Ground, transcripts: number): Promise<Chapter> {
  const url = await ground.database('search');
  const client = new pg.Client(url);
  await client.connect();
  const words = await fill(client, transcripts);
  const plain = await insertRate(client, 'without');
  const withSearch = await insertRate(client, 'with');
  const database = connectDatabase({ url, poolSize: 4 }, { name: 'bench', onError: () => undefined });
  const indexing = await timesOf(200, async (n) => {
    const { rows } = await client.query<{ id: string }>(
      `select id from recordings where owner_id = 2 and title = 'with' offset $1 limit 1`,
      [n],
    );
    const from = performance.now();
    await indexRecording(
      { db: database.db, storage: { get: () => Promise.resolve(null) } },
      { recordingId: rows[0]?.id ?? '' },
    );
    return performance.now() - from;
  });
  const before = await sequentialScans(client);
  const kinds = queries(words);
  const times = new Map<string, number[]>();
  let found = 0;
  for (let n = 0; n < SEARCHES; n += 1) {
    const [kind, query] = kinds[n % kinds.length] ?? ['', () => ''];
    const ownerId = n % 5 === 0 ? BUSIEST : 2 + ((n * 7_919) % (transcripts / OF_ONE - 2));
    const from = performance.now();
    const { count } = await searchHistory(database.db, { ownerId }, query(n), { limit: 5 });
    if (n >= kinds.length * 2) times.set(kind, [...(times.get(kind) ?? []), performance.now() - from]);
    if (count > 0) found += 1;
  }
  const after = await sequentialScans(client);
  await database.close();
  await client.end();
  const all = [...times.values()].flat();
  const slowest = percentile(all, 95);
  const ratio = withSearch / plain;
  return {
    title: 'Search',
    method: `${round(transcripts)} transcripts of ${LENGTH} words out of ${round(WORDS)} (few are common, most are rare), of ${round(transcripts / OF_ONE)} people, a twentieth of them one person's; ${SEARCHES} searches one after the other, a fifth of them that person's: rare and common words, two words, misspelt ones, beginnings. Inserts: what keeps a transcript, with the columns and indexes of search and without, in the same database; taking it in is a job of its own.`,
    figures: [
      figure('search, p50', `${round(median(all), 1)} ms`),
      figure('search, p95', `${round(slowest, 1)} ms`, '< 100 ms', slowest < 100),
      ...[...times].map(([kind, of]) => figure(`… ${kind}, p95`, `${round(percentile(of, 95), 1)} ms`)),
      figure('searches that found something', `${found} of ${SEARCHES}`),
      figure('sequential scans of large tables', String(after - before), '0', after === before),
      figure('inserts, with search ÷ without', round(ratio, 2), '≥ 0.8', ratio >= 0.8),
      figure('taking a transcript in, p50', `${round(median(indexing), 1)} ms`),
    ],
  };
}

const SYLLABLES = 'ба во га ду зе ки ла мо ну по ра со ту фи ха ле ни ре те вы ди го ма са'.split(' ');

/** Words that no two of them are alike by chance alone. */
const wordNumber = (n: number): string => {
  let rest = n * 7 + 5_000;
  let word = '';
  for (; rest > 0; rest = Math.floor(rest / SYLLABLES.length))
    word += SYLLABLES[rest % SYLLABLES.length] ?? '';
  return `${word}к`;
};

async function fill(client: pg.Client, transcripts: number): Promise<readonly string[]> {
  const words = Array.from({ length: WORDS }, (_one, n) => wordNumber(n));
  await client.query('create table bench_words (n int primary key, word text not null)');
  await client.query(
    'insert into bench_words select n - 1, word from unnest($1::text[]) with ordinality as all_words (word, n)',
    [words],
  );
  await client.query('insert into users (id) select n from generate_series(1, $1::int) n', [
    transcripts / OF_ONE,
  ]);
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes where indexname in ('passages_words', 'passages_recording', 'history_words_alike')`,
  );
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  for (let from = 0; from < transcripts; from += SHARD) {
    await client.query(
      `with said as (
         select id, string_agg(word, ' ') as text
         from (select id, floor($3 * power(random(), 4))::int as n from generate_series($1::int, $2::int) id, generate_series(1, $4::int)) t
           join bench_words using (n) group by id
       ), kept as (
         insert into recordings (owner_id, chat_id, message_id, source, file_id, title, text, transcribed_at, index_due_at)
         select owner, owner, id, 'voice', '', '', text, now(), null
         from (select id, text, case when random() < $5 then $6 else 1 + id % $7 end as owner from said) s
         returning id, owner_id, text
       )
       insert into passages (owner_id, chat_id, recording_id, lines, words)
       select owner_id, owner_id, id, jsonb_build_array(jsonb_build_object('line', 1, 'startMs', 0, 'text', text)), to_tsvector('russian', text)
       from kept`,
      [
        from,
        Math.min(from + SHARD, transcripts) - 1,
        WORDS,
        LENGTH,
        OF_THE_BUSIEST,
        BUSIEST,
        transcripts / OF_ONE,
      ],
    );
    process.stderr.write(`${from + SHARD} transcripts\n`);
  }
  await client.query(
    `insert into history_words (owner_id, chat_id, sound, word)
     select distinct owner_id, chat_id, translate(word, 'абвгдезиклмнопрстуфхы', 'abvgdeziklmnoprstufhi'), word
     from passages, unnest(tsvector_to_array(words)) word`,
  );
  for (const { definition } of indexes) await client.query(definition);
  await client.query('vacuum analyze');
  return words;
}

/** How many transcripts a second are kept, each in a transaction of its own. */
async function insertRate(client: pg.Client, kind: 'with' | 'without'): Promise<number> {
  if (kind === 'without') await client.query('alter index recordings_unindexed rename to kept_aside');
  const { rows } = await client.query<{ definition: string }>(
    `select indexdef as definition from pg_indexes where indexname in ('kept_aside', 'recordings_unindexed')`,
  );
  if (kind === 'without') await client.query('drop index kept_aside');
  const text = Array.from({ length: 300 }, (_one, n) => wordNumber((n * 31) % WORDS)).join(' ');
  const segments = JSON.stringify(
    Array.from({ length: 30 }, (_one, n) => ({
      startMs: n * 4_000,
      endMs: n * 4_000 + 4_000,
      text: text.slice(0, 90),
    })),
  );
  const rates: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    const from = performance.now();
    for (let n = 0; n < INSERTS / 5; n += 1) {
      const inserted = await client.query<{ id: string }>(
        `insert into recordings (owner_id, chat_id, message_id, source, file_id, title, index_due_at)
         values (2, 2, 1, 'voice', '', $1, $2) returning id`,
        [kind, kind === 'with' ? new Date() : null],
      );
      await client.query(
        `update recordings set text = $2, segments = $3, transcribed_at = now(), index_due_at = $4 where id = $1`,
        [inserted.rows[0]?.id, text, segments, kind === 'with' ? new Date() : null],
      );
    }
    rates.push((INSERTS / 5 / (performance.now() - from)) * 1_000);
  }
  if (kind === 'without')
    await client.query((rows[0]?.definition ?? '').replace('kept_aside', 'recordings_unindexed'));
  return median(rates);
}

const timesOf = async (count: number, time: (n: number) => Promise<number>): Promise<number[]> => {
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) times.push(await time(n));
  return times;
};

const sequentialScans = async (client: pg.Client): Promise<number> => {
  await client.query('select pg_stat_clear_snapshot()');
  const { rows } = await client.query<{ scans: string }>(
    `select sum(seq_scan) as scans from pg_stat_user_tables where relname in ('passages', 'history_words', 'recordings')`,
  );
  return Number(rows[0]?.scans ?? 0);
};

/** What people look for, by kind. */
function queries(words: readonly string[]): [kind: string, query: (n: number) => string][] {
  const word = (n: number) => words[n % WORDS] ?? '';
  const common = (n: number) => word(n % 20);
  const rare = (n: number) => word(2_000 + ((n * 104_729) % 50_000));
  return [
    ['a common word', common],
    ['a rarer word', (n) => word(200 + ((n * 13) % 800))],
    ['two common words', (n) => `${common(n)} ${common(n + 7)}`],
    ['a common and a rare word', (n) => `${common(n)} ${rare(n)}`],
    ['a misspelt word', (n) => `${word(30 + (n % 100)).slice(0, 3)}ш${word(30 + (n % 100)).slice(4)}`],
    ['the beginning of a word', (n) => word(50 + (n % 500)).slice(0, 4)],
    ['a word nobody said', rare],
  ];
}
