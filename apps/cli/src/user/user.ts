import { parseArgs } from 'node:util';
import { blockPerson, findPerson, personCard, type PersonCard } from '@aisha/core';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { say, withTill } from '../money/unit.ts';
import { age, table } from '../table.ts';
import { eraseAllAgain, erasePerson, exportPerson, inLogs } from './data.ts';

const WHATS = ['block', 'unblock', 'show', 'card', 'erase', 'export'];

/**
 * `aisha user erase|export`: see `data.ts`; `erase-again`, after a backup was restored: whoever had left before, once more.
 * `aisha user block|unblock|show <id or @name>`: to whom an operator blocked nothing is answered any more; `card` shows orders,
 * credits and sizes, nothing that they wrote.
 */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      reason: { type: 'string' },
      to: { type: 'string' },
      yes: { type: 'boolean' },
    },
  });
  const [what, given, ...rest] = positionals;
  if (what === 'erase-again' && given === undefined) return eraseAllAgain(io, values.json);
  if (rest.length > 0 || !given || !WHATS.includes(what ?? ''))
    throw new UsageError(
      'block, unblock, show, card, erase or export, and the number or name that Telegram knows the person by',
    );
  return withTill('user', io, async ({ db, transact }): Promise<ExitStatus> => {
    const found = await findPerson(db, given);
    if (!found)
      throw new Trouble(
        `nobody of the number or name ${given} ever wrote to the bot`,
        'ask the person for the number, or look for the name: `aisha actions` has numbers too',
      );
    const { id } = found;
    if (what === 'erase') return erasePerson(io, { db, transact }, found, values);
    if (what === 'export') return exportPerson(io, { db, transact }, found, values);
    if (what === 'card') {
      const card = await personCard(db, id);
      if (card) say(io, values.json, card, cardText(card));
      return 0;
    }
    const changed =
      what === 'show'
        ? found
        : await transact((unit) =>
            blockPerson(unit, 'cli', id, { blocked: what === 'block', reason: values.reason }),
          );
    const user = changed ?? found;
    const { username, language, blockedAt, createdAt, seenAt } = user;
    say(
      io,
      values.json,
      { id, username, language, blockedAt, createdAt, seenAt, inLogs: inLogs(io, id) },
      `${id}: ${blockedAt ? `blocked ${age(blockedAt)} ago` : 'not blocked'}, here since ${age(createdAt)}, last seen ${age(seenAt)} ago; in the logs: ${inLogs(io, id)}\n`,
    );
    return 0;
  });
}

function cardText({
  user,
  account,
  orders,
  recentOrders,
  recordings,
  paid,
  actions,
  ...card
}: PersonCard): string {
  const lines = [
    `${user.id}${user.username ? ` @${user.username}` : ''}, ${user.language}${user.blockedAt ? ', blocked' : ''}${card.unreachableSince ? ', cannot be reached' : ''}`,
    `credits: ${account.balance}, of which ${account.held} held`,
    `paid: ${paid.map(({ amount, currency, n }) => `${amount} ${currency} in ${n}`).join(', ') || 'nothing'}`,
    `orders: ${orders.map(({ state, n }) => `${n} ${state}`).join(', ') || 'none'}`,
    `recordings: ${recordings.n}, ${recordings.bytes} bytes, ${Math.round(recordings.ms / 60_000)} min; avatars: ${card.avatars}; images: ${card.images}`,
  ];
  const tables = [
    recentOrders.length === 0
      ? ''
      : table(
          ['ORDER', 'KIND', 'STATE', 'FAILURE', 'AGE'],
          recentOrders.map((one) => [one.id, one.kind, one.state, one.failure ?? '', age(one.createdAt)]),
        ),
    card.ledger.length === 0
      ? ''
      : table(
          ['CREDITS', 'LEFT', 'FOR', 'AGE'],
          card.ledger.map((one) => [
            String(one.amount),
            String(one.balanceAfter),
            one.reason,
            age(one.createdAt),
          ]),
        ),
    actions.length === 0
      ? ''
      : table(
          ['OPERATOR', 'ACTION', 'REASON', 'AGE'],
          actions.map((one) => [one.operator, one.action, one.reason ?? '', age(one.createdAt)]),
        ),
  ];
  return `${lines.join('\n')}\n${tables
    .filter(Boolean)
    .map((one) => `\n${one}`)
    .join('')}`;
}
