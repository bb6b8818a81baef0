import { parseArgs } from 'node:util';
import { findPerson, listActions } from '@aisha/core';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { age, table } from '../table.ts';
import { say, withTill } from './unit.ts';

/** `aisha actions`: what operators did, the newest first; on one person with `--user`. */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      user: { type: 'string' },
      limit: { type: 'string', default: '50' },
    },
  });
  const limit = Number(values.limit);
  if (positionals.length > 0 || !Number.isSafeInteger(limit) || limit <= 0)
    throw new UsageError('--user is a number or name, --limit a whole number');
  return withTill('actions', io, async ({ db }): Promise<ExitStatus> => {
    const person = values.user === undefined ? null : await findPerson(db, values.user);
    if (values.user !== undefined && !person)
      throw new Trouble(
        `nobody of the number or name ${values.user} ever wrote to the bot`,
        'see `aisha user show`',
      );
    const done = await listActions(db, { userId: person?.id, limit });
    const lines = done.map((one) => [
      age(one.createdAt),
      one.operator,
      one.action,
      one.userId === null ? '–' : String(one.userId),
      JSON.stringify(one.about),
      one.reason ?? '',
    ]);
    const text =
      done.length === 0
        ? 'Operators did nothing yet.\n'
        : table(['AGO', 'OPERATOR', 'ACTION', 'ON', 'ABOUT', 'REASON'], lines);
    say(io, values.json, done, text);
    return 0;
  });
}
