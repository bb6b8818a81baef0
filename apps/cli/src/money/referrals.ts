import { parseArgs } from 'node:util';
import { decideReferral, listReferrals } from '@aisha/core';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { age, table } from '../table.ts';
import { say, withTill } from './unit.ts';

/** `aisha referrals …`: who came by whose link, and those that an operator has to decide. */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' } },
  });
  const [what = 'list', given, ...rest] = positionals;
  const invitedId = Number(given);
  if (
    rest.length > 0 ||
    (what === 'list') !== (given === undefined) ||
    (given && !Number.isSafeInteger(invitedId))
  )
    throw new UsageError('credit and reject need the number of the person who was invited, list none');
  return withTill('referrals', io, async ({ db, transact }): Promise<ExitStatus> => {
    switch (what) {
      case 'list': {
        const rows = await listReferrals(db, 200);
        const lines = rows.map((one) => [
          `${one.invitedId}`,
          `${one.inviterId}`,
          one.state,
          one.doubt ?? '–',
          age(one.createdAt),
        ]);
        const text =
          rows.length === 0
            ? 'Nobody was invited.\n'
            : table(['INVITED', 'BY', 'STATE', 'DOUBT', 'SINCE'], lines);
        say(io, values.json, rows, text);
        return 0;
      }
      case 'credit':
      case 'reject': {
        const decision = what === 'credit' ? 'credited' : 'rejected';
        if (!(await transact((unit) => decideReferral(unit, invitedId, decision))))
          throw new Trouble('nothing of this person waits for a decision', 'see `aisha referrals list`');
        say(io, values.json, { invitedId, state: decision }, `${invitedId}: ${decision}.\n`);
        return 0;
      }
      default:
        throw new UsageError('list, credit or reject');
    }
  });
}
