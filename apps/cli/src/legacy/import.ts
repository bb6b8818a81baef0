import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Environment, loadEachPart, loadParts } from '@aisha/config';
import type { Db } from '@aisha/db';
import { createRedactor, silentLogger } from '@aisha/service';
import type { Storage } from '@aisha/storage';
import { createStorage } from '@aisha/storage/s3';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { withDatabase } from '../database.ts';
import { reasonOf } from '../reason.ts';
import { table } from '../table.ts';
import { importAvatars } from './avatars.ts';
import { ENTITIES, type Entity, findEntity, type Found, type Overrides, overridesShape } from './mapping.ts';
import { importPeople, type Target } from './people.ts';
import { importPromoCodes } from './promo-codes.ts';
import { openSource, type Source } from './source.ts';
import type { Tally } from './tally.ts';
import { importTranscripts } from './transcripts.ts';

/** Ends the transaction of a dry run. */
class DryRun extends Error {}

type Plan = Readonly<Record<Entity, Found | null>>;

/**
 * `aisha import-legacy`: takes over users with their balances, trained avatars, transcripts and promo codes of the
 * older Python system. It may be run again at any time: what is here already stays as it is.
 */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      from: { type: 'string' },
      mapping: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  if (values.from === undefined) throw new UsageError('--from is missing');
  const dryRun = values['dry-run'];
  const overrides = readOverrides(values.mapping);
  const config = loadParts('import-legacy', ['database', 'storage'], io.env);
  const address = addressOf(values.from);
  const redact = createRedactor([passwordOf(address)]);
  const out = (text: string) => io.out(redact(text));

  const source = await openSource(address).catch((error: unknown) => {
    throw error instanceof Trouble ? new Trouble(redact(error.message), error.mend) : error;
  });
  const storage = dryRun ? null : createStorage(config.storage, { log: silentLogger });
  try {
    const plan = makePlan(source, overrides, out);
    const work = (target: Target) => takeOver(target, source, plan, storage, io.env);
    const tallies = await withDatabase(config.database, 'aisha-import-legacy', (db) =>
      dryRun ? rolledBack(db, work) : work(db),
    );
    out(
      `\n${table(
        ['WHAT', 'READ', 'NEW', 'HERE', 'LEFT OUT'],
        tallies.map(({ cells }) => cells),
      )}`,
    );
    out(dryRun ? '\nNothing was written (--dry-run).\n' : '\n✓ Done.\n');
    return 0;
  } finally {
    storage?.close();
    await source.close();
  }
}

async function takeOver(
  target: Target,
  source: Source,
  plan: Plan,
  storage: Storage | null,
  env: Environment | undefined,
): Promise<readonly Tally[]> {
  if (!plan.users) throw new Error('without users there is no plan');
  const people = await importPeople(target, source, plan.users);
  const tallies = [...people.tallies];
  const trigger = loadEachPart(env).fal?.legacy.triggerWord ?? 'TOK';
  if (plan.avatars) tallies.push(await importAvatars(target, source, plan.avatars, people, trigger));
  if (plan.transcripts)
    tallies.push(await importTranscripts(target, source, plan.transcripts, people, storage));
  if (plan.promoCodes) {
    const tables = { codes: plan.promoCodes, uses: plan.promoCodeUses };
    tallies.push(...(await importPromoCodes(target, source, tables, people)));
  }
  return tallies;
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
    promoCodeUses: find('promoCodeUses'),
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

/** A file with the address in it, or the address of a server that asks for no password: whoever looks at the processes reads a command line. */
function addressOf(from: string): string {
  if (/^postgres(ql)?(\+\w+)?:/.test(from)) {
    if (passwordOf(from) === '') return from;
    throw new Trouble(
      '--from has a password, and a command line is read by everybody on this machine',
      'write the address into a file (mode 600) and name that: --from legacy.txt',
    );
  }
  try {
    return readFileSync(from, 'utf8').trim();
  } catch (error) {
    throw new Trouble(
      `--from: ${reasonOf(error)}`,
      'name a file with the address in it: postgresql://user:password@host:5432/name',
    );
  }
}

function passwordOf(address: string): string {
  return URL.canParse(address) ? decodeURIComponent(new URL(address).password) : '';
}
