import { parseArgs } from 'node:util';
import {
  forgiveDebt,
  listPayments,
  openDebts,
  type Payment,
  refundPaymentBy,
  setSalesStopped,
} from '@aisha/core';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { age, table } from '../table.ts';
import { say, type Till, withTill } from './unit.ts';

const REFUSED = {
  unknown: { problem: 'there is no payment of that charge', mend: 'look for it in `aisha payments list`' },
  refunding: {
    problem: 'this payment is being refunded already',
    mend: 'wait for it: `aisha payments list`',
  },
  refunded: { problem: 'this payment was refunded already', mend: 'nothing is left to do' },
} as const;

/** `aisha payments …`: what came in, giving it back, and what could not be taken back. */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      user: { type: 'string' },
      reason: { type: 'string' },
      limit: { type: 'string', default: '50' },
    },
  });
  const [what = 'list', charge, ...rest] = positionals;
  const needsCharge = what === 'refund' || what === 'forgive';
  if (rest.length > 0 || needsCharge !== (charge !== undefined))
    throw new UsageError('refund and forgive need the id of one charge, the others none');
  const limit = wholeNumber(values.limit, '--limit');
  const userId = values.user === undefined ? undefined : wholeNumber(values.user, '--user');
  return withTill('payments', io, async (till): Promise<ExitStatus> => {
    switch (what) {
      case 'list': {
        const rows = await listPayments(till.db, { limit, ...(userId === undefined ? {} : { userId }) });
        say(io, values.json, rows, rows.length === 0 ? 'No payments.\n' : paymentTable(rows));
        return 0;
      }
      case 'refund':
        return refund(till, io, charge ?? '', values);
      case 'debts': {
        const debts = await openDebts(till.db);
        const lines = debts.map((one) => [
          `${one.userId}`,
          `${one.credits}`,
          age(one.createdAt),
          one.chargeId,
        ]);
        const text =
          debts.length === 0 ? 'No debts.\n' : table(['USER', 'CREDITS', 'SINCE', 'CHARGE'], lines);
        say(io, values.json, debts, text);
        return 0;
      }
      case 'forgive':
        if (!(await till.transact((unit) => forgiveDebt(unit, charge ?? ''))))
          throw new Trouble('there is no debt of that charge', 'look for it in `aisha payments debts`');
        say(io, values.json, { chargeId: charge, forgiven: true }, 'Forgiven.\n');
        return 0;
      case 'close':
      case 'open':
        await till.transact((unit) => setSalesStopped(unit, what === 'close'));
        say(
          io,
          values.json,
          { open: what === 'open' },
          what === 'open'
            ? 'Credits are sold.\n'
            : 'Nothing is sold until `aisha payments open`; what was paid is credited.\n',
        );
        return 0;
      default:
        throw new UsageError('list, refund, debts, forgive, open or close');
    }
  });
}

async function refund(
  till: Till,
  io: Io,
  chargeId: string,
  { reason, json }: { reason?: string | undefined; json?: boolean | undefined },
): Promise<ExitStatus> {
  if (!reason?.trim()) throw new UsageError('refund needs a --reason, which is kept');
  const outcome = await till.transact((unit) => refundPaymentBy(unit, 'cli', chargeId, reason.trim()));
  if (outcome.kind === 'refused') {
    const { problem, mend } = REFUSED[outcome.reason];
    throw new Trouble(problem, mend);
  }
  const { payment } = outcome;
  const owed = payment.credits - payment.takenBack;
  say(
    io,
    json,
    payment,
    `${payment.amount} ${payment.currency} go back to ${payment.userId}; ${payment.takenBack} of ${payment.credits} credits were taken` +
      `${owed > 0 ? `, ${owed} were spent and stand as a debt` : ''}.\n`,
  );
  return 0;
}

const paymentTable = (rows: readonly Payment[]) =>
  table(
    ['USER', 'PAID', 'AMOUNT', 'CREDITS', 'STATE', 'SOURCE', 'CHARGE'],
    rows.map((one) => [
      `${one.userId}`,
      age(one.paidAt),
      `${one.amount} ${one.currency}`,
      `${one.credits}`,
      one.state,
      one.source,
      one.chargeId,
    ]),
  );

function wholeNumber(text: string, name: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number <= 0) throw new UsageError(`${name} is a whole number`);
  return number;
}
