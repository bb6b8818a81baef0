import { parseArgs } from 'node:util';
import { loadParts } from '@aisha/config';
import { findUser, setBlocked } from '@aisha/core';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { withDatabase } from '../database.ts';
import { age } from '../table.ts';

/** `aisha user block|unblock|show <id>`: to whom an operator blocked nothing is answered any more. */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
  const [what, given, ...rest] = positionals;
  const id = Number(given);
  if (
    rest.length > 0 ||
    !Number.isSafeInteger(id) ||
    id <= 0 ||
    !['block', 'unblock', 'show'].includes(what ?? '')
  )
    throw new UsageError('block, unblock or show, and the number that Telegram knows the person by');
  const { database } = loadParts('user', ['database'], io.env);
  return withDatabase(database, 'aisha-user', async (db): Promise<ExitStatus> => {
    const user = what === 'show' ? await findUser(db, id) : await setBlocked(db, id, what === 'block');
    if (!user)
      throw new Trouble(
        `nobody of the number ${id} ever wrote to the bot`,
        'look for the number in /start of the person, or in the logs (userId)',
      );
    io.out(
      `${id}: ${user.blockedAt ? `blocked ${age(user.blockedAt)} ago` : 'not blocked'}, here since ${age(user.createdAt)}, last seen ${age(user.seenAt)} ago\n`,
    );
    return 0;
  });
}
