import { parseArgs } from 'node:util';
import { loadParts } from '@aisha/config';
import { poisonedUpdates, replayUpdate } from '@aisha/core';
import type { Db } from '@aisha/db';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { withDatabase } from '../database.ts';
import { age, table } from '../table.ts';

/** `aisha updates poisoned`: what failed again and again and was set aside, and another try for one of them. */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
  const [action = 'list', id, ...rest] = positionals;
  if (rest.length > 0 || (action === 'retry') !== (id !== undefined))
    throw new UsageError('list takes nothing, retry the number of one update');
  if (action !== 'list' && action !== 'retry') throw new UsageError(`no action "${action}"`);
  const { telegram, database } = loadParts('updates poisoned', ['telegram', 'database'], io.env);
  return withDatabase(database, 'aisha-updates', (db) =>
    id === undefined ? list(db, telegram.botId, io) : retry(db, telegram.botId, id, io),
  );
}

async function list(db: Db, botId: number, io: Io): Promise<ExitStatus> {
  const rows = await poisonedUpdates(db, botId);
  if (rows.length === 0) io.out('No update is set aside.\n');
  else
    io.out(
      `${table(
        ['UPDATE', 'AGO', 'KIND', 'LANE', 'ERROR'],
        rows.map(({ id, at, kind, lane, error }) => [String(id), at ? age(at) : '', kind, lane, error ?? '']),
      )}\nTheir senders were told. After mending the cause: aisha updates poisoned retry <update>\n`,
    );
  return 0;
}

async function retry(db: Db, botId: number, id: string, io: Io): Promise<ExitStatus> {
  if (!/^\d{1,15}$/.test(id)) throw new UsageError(`"${id}" is no number of an update`);
  const lane = await replayUpdate(db, botId, Number(id));
  if (lane === null)
    throw new Trouble(
      `update ${id} is not set aside, or its sender is just being told`,
      'aisha updates poisoned lists those that are',
    );
  io.out(`✓ Update ${id} is handled again within seconds, first in its lane ${lane}.\n`);
  return 0;
}
