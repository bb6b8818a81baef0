import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { adjustCredits, findPerson } from '@aisha/core';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { say, withTill } from './unit.ts';

/** `aisha credits grant|take <id or @name> <amount> --reason …`: an entry of the ledger; one `--key` is entered once. */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, reason: { type: 'string' }, key: { type: 'string' } },
  });
  const [what, whom, given, ...rest] = positionals;
  const credits = Number(given);
  if (rest.length > 0 || !whom || (what !== 'grant' && what !== 'take') || !(credits > 0))
    throw new UsageError('grant or take, the number or name of the person, and whole credits');
  const reason = values.reason?.trim();
  if (!reason) throw new UsageError(`${what} needs a --reason, which is kept`);
  return withTill('credits', io, async ({ db, transact }): Promise<ExitStatus> => {
    const person = await findPerson(db, whom);
    const outcome = await transact((unit) =>
      adjustCredits(unit, 'cli', {
        userId: person?.id ?? 0,
        amount: what === 'grant' ? credits : -credits,
        reason,
        key: `cli:${values.key ?? randomUUID()}`,
      }),
    );
    if (outcome.kind === 'refused')
      switch (outcome.reason) {
        case 'unknown':
          throw new Trouble(
            `nobody of the number or name ${whom} ever wrote to the bot`,
            'see `aisha user show`',
          );
        case 'amount':
          throw new UsageError('an amount is whole credits, a million at most');
        case 'missing':
          throw new Trouble(
            `only ${outcome.available} credits are free`,
            'take no more; what orders under way hold is free when they end',
          );
        default:
          outcome satisfies never;
      }
    const again = outcome.kind !== 'entered';
    const left = again ? null : outcome.entry.balanceAfter;
    say(
      io,
      values.json,
      { userId: person?.id, entered: !again, balance: left },
      again ? 'This was entered before.\n' : `${whom} has ${left} credits now.\n`,
    );
    return 0;
  });
}
