import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { SMALL } from './tables.ts';

const MIGRATIONS = fileURLToPath(new URL('../../../db/migrations', import.meta.url));

/** Where a statement takes a hundred rows at once, a table has to be larger for an index to be worth it. */
const TIMES: Readonly<Record<string, number>> = { telegram_updates: 5 };

/** What a column holds where its type does not say it, in SQL over `n` (1, 2, 3 …): nearly everything is over and done. */
const VALUES: Readonly<Record<string, string>> = {
  'avatar_photos.state': mostly('ready', 'received'),
  'avatars.state': mostly('ready', 'training'),
  'avatars.tidied_at': 'now()',
  'broadcast_recipients.broadcast_id': idOf('n / 5000'),
  'broadcast_recipients.state': mostly('sent', 'waiting'),
  'credit_debts.settled_at': 'now()',
  'credit_holds.settled_at': 'now()',
  'credit_holds.captured': '1',
  'data_exports.state': mostly('sent', 'making'),
  'erasures.state': mostly('done', 'waiting'),
  'fal_jobs.kind': "'generation'",
  'fal_jobs.state': mostly('completed', 'submitted'),
  'group_digests.next_at': "now() + interval '1 hour'",
  'images.index': '0',
  'maintenance_told.maintenance_id': idOf('n / 5000'),
  'notifications.state': mostly('sent', 'pending'),
  'orders.kind': "(array['image', 'transcription', 'document', 'training'])[1 + n % 4]",
  'orders.state': mostly('succeeded', 'running'),
  'orders.deadline_at': "now() + interval '1 hour'",
  'payments.state': "'paid'",
  'payments.stated_at': 'now()',
  // Not older than they are kept.
  'questions.created_at': "now() - n * interval '8 seconds'",
  'recordings.index_due_at': 'null',
  'documents.index_due_at': 'null',
  'referrals.state': mostly('rewarded', 'waiting'),
  'subscriptions.state': "'active'",
  'support_messages.answered': 'true',
  'telegram_updates.lane': "'chat:' || n / 10",
  'telegram_updates.received_at': "now() - n * interval '5 seconds'",
  'telegram_updates.state': mostly('done', 'pending'),
};
/** Nullable columns that are set in nearly every row. */
const SET =
  /^(ended|done|sent|written|transcribed|trained|answered|made|started|settled|decided|kept|submitted|webhook|agreed)_at$|_key$|^(text|content|result|request_id|subject_id|message_id|avatar_id|recording_id|invoice_id|subscription_id|file_id)$/;
/** Somebody's: ten rows a person. */
const SOMEBODYS = /^(owner|user|chat|inviter|payer|group)_id$/;

function mostly(nearlyAll: string, aFew: string): string {
  return `case when n % 1000 = 0 then '${aFew}' else '${nearlyAll}' end`;
}
function idOf(n: string): string {
  return `('00000000-0000-4000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
}

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: boolean;
  /** The last of those that tell rows apart: no two have the same value. */
  readonly unique: boolean;
}

const COLUMNS = `
  select c.table_name as table, c.column_name as column, c.udt_name as type, c.is_nullable = 'YES' as nullable,
    exists (
      select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[i.indnkeyatts - 1]
      where i.indrelid = t.oid and i.indisunique and a.attname = c.column_name
    ) as unique
  from information_schema.columns c join pg_class t on t.oid = format('public.%I', c.table_name)::regclass
  where c.table_schema = 'public' and t.relkind = 'r'
  order by c.table_name, c.ordinal_position`;

function valueOf({ table, column, type, nullable, unique }: Column, botId: number): string {
  const said = VALUES[`${table}.${column}`];
  if (said !== undefined) return said;
  if (column === 'bot_id') return String(botId);
  if (nullable && !unique && !SET.test(column)) return 'null';
  // Chats of groups have negative numbers.
  if (column === 'chat_id' && !unique) return 'case when n % 10 = 0 then -(n / 10) else n / 10 end';
  switch (type) {
    case 'int8':
    case 'int4':
      return SOMEBODYS.test(column) && !unique ? 'n / 10' : 'n';
    case 'int2':
    case 'float4':
      return '0';
    case 'uuid':
      return idOf('n');
    case 'timestamptz':
      return "now() - n * interval '10 minutes'";
    case 'bool':
      return 'false';
    case 'jsonb':
      return "'{}'";
    case 'tsvector':
      return "('w' || n || ':1')::tsvector";
    case 'text':
      return "'t' || n";
    default:
      return "'{}'";
  }
}

/**
 * Makes a database of ours in which every table that grows has `rows` rows, of which one in a thousand is unfinished and
 * each person has ten, and lets PostgreSQL look at them. Returns its address and the tables that were filled.
 */
export async function growDatabase(
  adminUrl: string,
  { rows, botId }: { readonly rows: number; readonly botId: number },
): Promise<{ url: string; large: ReadonlySet<string> }> {
  const name = 'grown';
  const admin = new pg.Client(adminUrl);
  await admin.connect();
  try {
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.query(`create database ${name}`);
  } finally {
    await admin.end();
  }
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const client = new pg.Client(url.href);
  await client.connect();
  try {
    for (const file of readdirSync(MIGRATIONS)
      .filter((one) => one.endsWith('.sql'))
      .toSorted())
      for (const statement of readFileSync(`${MIGRATIONS}/${file}`, 'utf8').split('--> statement-breakpoint'))
        await client.query(statement);
    // What belongs to what is given by the numbers themselves.
    await client.query("set session_replication_role = 'replica'");
    const tables = new Map<string, Column[]>();
    for (const column of (await client.query<Column>(COLUMNS)).rows)
      tables.set(column.table, [...(tables.get(column.table) ?? []), column]);
    for (const [table, columns] of tables) {
      if (SMALL[table] !== undefined) continue;
      const names = columns.map(({ column }) => `"${column}"`).join(', ');
      const values = columns.map((column) => valueOf(column, botId)).join(', ');
      await client.query(
        `insert into "${table}" (${names}) overriding system value select ${values} from generate_series(1, ${rows * (TIMES[table] ?? 1)}) n`,
      );
    }
    await client.query('vacuum analyze');
    return {
      url: url.href,
      large: new Set([...tables.keys()].filter((table) => SMALL[table] === undefined)),
    };
  } finally {
    await client.end();
  }
}
