import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { type Environment, loadEachPart, loadParts } from '@aisha/config';
import type { Db } from '@aisha/db';
import { createRedactor, silentLogger } from '@aisha/service';
import { createStorage, type Storage } from '@aisha/storage';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { withDatabase } from '../database.ts';
import { reasonOf } from '../reason.ts';
import { table } from '../table.ts';
import { importAvatars } from './avatars.ts';
import { ENTITIES, type Entity, findEntity, type Found, type Overrides, overridesShape } from './mapping.ts';
import { importPeople, type People, type Target } from './people.ts';
import { openSource, type Row, type Source } from './source.ts';
import type { Tally } from './tally.ts';
import { importTranscripts } from './transcripts.ts';

const LEFTOVERS = 'aisha-legacy-leftovers.json';

/** Ends the transaction of a dry run. */
class DryRun extends Error {}

type Plan = Readonly<Record<Entity, Found | null>>;

/**
 * `aisha import-legacy`: takes over users, trained avatars and transcripts of the older Python system. It may be run
 * again at any time: what is here already stays as it is.
 */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      from: { type: 'string' },
      mapping: { type: 'string' },
      leftovers: { type: 'string', default: LEFTOVERS },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  if (values.from === undefined) throw new UsageError('--from is missing');
  const dryRun = values['dry-run'];
  const overrides = readOverrides(values.mapping);
  if (!dryRun) assertWritable(values.leftovers);
  const config = loadParts('import-legacy', ['database', 'storage'], io.env);
  // What the operator wrote on the command line is a secret too.
  const redact = createRedactor([passwordOf(values.from)]);
  const out = (text: string) => io.out(redact(text));

  const source = await openSource(values.from).catch((error: unknown) => {
    throw error instanceof Trouble ? new Trouble(redact(error.message), error.mend) : error;
  });
  const storage = dryRun ? null : createStorage(config.storage, { log: silentLogger });
  try {
    const plan = makePlan(source, overrides, out);
    const work = (target: Target) => takeOver(target, source, plan, storage, io.env);
    const { tallies, people, promoCodes } = await withDatabase(config.database, 'aisha-import-legacy', (db) =>
      dryRun ? rolledBack(db, work) : work(db),
    );
    out(
      `\n${table(
        ['WHAT', 'READ', 'NEW', 'HERE', 'LEFT OUT'],
        tallies.map(({ cells }) => cells),
      )}`,
    );
    const left = `${people.balances.length} balances and ${promoCodes.length} promo codes`;
    if (dryRun) {
      out(`\nNothing was written (--dry-run). ${left} would go to ${values.leftovers}.\n`);
      return 0;
    }
    writeLeftovers(values.leftovers, people, promoCodes);
    out(
      `\n✓ Done. ${left} are kept in ${values.leftovers} for the importer of the credits: they are not credited yet. Keep the file, and keep it secret.\n`,
    );
    return 0;
  } finally {
    storage?.close();
    await source.close();
  }
}

interface TakenOver {
  readonly tallies: readonly Tally[];
  readonly people: People;
  readonly promoCodes: readonly Row[];
}

async function takeOver(
  target: Target,
  source: Source,
  plan: Plan,
  storage: Storage | null,
  env: Environment | undefined,
): Promise<TakenOver> {
  if (!plan.users) throw new Error('without users there is no plan');
  const people = await importPeople(target, source, plan.users);
  const tallies = [people.tally];
  const trigger = loadEachPart(env).fal?.legacy.triggerWord ?? 'TOK';
  if (plan.avatars) tallies.push(await importAvatars(target, source, plan.avatars, people, trigger));
  if (plan.transcripts)
    tallies.push(await importTranscripts(target, source, plan.transcripts, people, storage));
  const promoCodes: Row[] = [];
  if (plan.promoCodes) for await (const rows of source.wholeRows(plan.promoCodes)) promoCodes.push(...rows);
  return { tallies, people, promoCodes };
}

/** Says what was found where, and what is absent. Without users there is nothing to do. */
function makePlan(source: Source, overrides: Overrides, out: (text: string) => void): Plan {
  const find = (entity: Entity): Found | null => {
    const found = findEntity(entity, source.tables, overrides);
    if (typeof found === 'string') {
      if (entity === 'users')
        throw new Trouble(
          `users: ${found}; the database has the tables ${[...source.tables.keys()].join(', ') || '(none)'}`,
          'say where they are in a file given with --mapping: {"users": {"table": "…", "columns": {"id": "…", "telegramId": "…"}}}',
        );
      out(`! ${entity}: not imported: ${found}\n`);
      return null;
    }
    const named = Object.entries(found.columns);
    const taken = named.flatMap(([field, column]) => (column === null ? [] : [`${field} = ${column}`]));
    const absent = named.flatMap(([field, column]) => (column === null ? [field] : []));
    out(`✓ ${entity}: table ${found.table}: ${taken.join(', ')}\n`);
    if (absent.length > 0) out(`    without ${absent.join(', ')}\n`);
    return found;
  };
  return {
    users: find('users'),
    avatars: find('avatars'),
    transcripts: find('transcripts'),
    promoCodes: find('promoCodes'),
  };
}

async function rolledBack<T>(db: Db, work: (target: Target) => Promise<T>): Promise<T> {
  const results: T[] = [];
  try {
    await db.transaction(async (tx) => {
      results.push(await work(tx));
      throw new DryRun();
    });
  } catch (error) {
    if (!(error instanceof DryRun)) throw error;
  }
  const [result] = results;
  if (result === undefined) throw new Error('a dry run without a result');
  return result;
}

function readOverrides(file: string | undefined): Overrides {
  if (file === undefined) return {};
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Trouble(`--mapping ${file}: ${reasonOf(error)}`, 'give a readable file of JSON');
  }
  const parsed = overridesShape.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new Trouble(
    `--mapping ${file} is not right: ${parsed.error.issues[0]?.message ?? ''}`,
    `it may name ${Object.keys(ENTITIES).join(', ')}, each with "table" and "columns"`,
  );
}

/** Before the work, not after it. */
function assertWritable(file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw new Trouble(
      `${file} cannot be written: ${reasonOf(error)}`,
      'name a file in a folder that can be, with --leftovers (in a container: one that is mounted)',
    );
  }
}

function writeLeftovers(file: string, people: People, promoCodes: readonly Row[]): void {
  const content = { version: 1, balances: people.balances, promoCodes };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}

function passwordOf(address: string): string {
  return URL.canParse(address) ? decodeURIComponent(new URL(address).password) : '';
}
