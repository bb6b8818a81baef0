import { parseArgs } from 'node:util';
import { createPromoCodeBy, listPromoCodes, type PromoCode, stopPromoCodeBy } from '@aisha/core';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { table } from '../table.ts';
import { say, withTill } from './unit.ts';

const WRONG = {
  code: 'a code has 3 to 40 letters, digits, dashes or underscores',
  value: 'a value is credits up to 1000000, a bonus up to 500 %, a discount up to 95 %',
  limit: 'limits are whole numbers from 1 on',
  dates: 'a code ends after it begins',
  pack: 'only a discount is for one pack',
  exists: 'there is such a code already',
} as const;

/** `aisha promo …`: codes for credits, for more credits with the next top-up, and for a discount on it. */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      kind: { type: 'string', default: 'credits' },
      value: { type: 'string' },
      uses: { type: 'string' },
      'per-user': { type: 'string', default: '1' },
      from: { type: 'string' },
      until: { type: 'string' },
      pack: { type: 'string' },
    },
  });
  const [what = 'list', code, ...rest] = positionals;
  if (rest.length > 0 || (what === 'list') !== (code === undefined))
    throw new UsageError('create and stop need one code, list none');
  return withTill('promo', io, async ({ db, transact }): Promise<ExitStatus> => {
    switch (what) {
      case 'list': {
        const codes = await listPromoCodes(db, 500);
        say(io, values.json, codes, codes.length === 0 ? 'No promo codes.\n' : codeTable(codes));
        return 0;
      }
      case 'stop': {
        const stopped = await transact((unit) => stopPromoCodeBy(unit, 'cli', code ?? ''));
        if (!stopped) throw new Trouble('there is no such code', 'look for it in `aisha promo list`');
        say(
          io,
          values.json,
          stopped,
          `${stopped.code} is not accepted any more; it was used ${stopped.uses} times.\n`,
        );
        return 0;
      }
      case 'create': {
        const { kind } = values;
        if (kind !== 'credits' && kind !== 'bonus' && kind !== 'discount')
          throw new UsageError('--kind is credits, bonus or discount');
        const made = await transact((unit) =>
          createPromoCodeBy(unit, 'cli', {
            code: code ?? '',
            kind,
            value: Number(values.value),
            maxUses: values.uses === undefined ? null : Number(values.uses),
            maxUsesPerUser: Number(values['per-user']),
            startsAt: dateOf(values.from, '--from'),
            endsAt: dateOf(values.until, '--until'),
            pack: values.pack ?? null,
          }),
        );
        if ('wrong' in made)
          throw new Trouble(WRONG[made.wrong], '`aisha promo --help` says how it is written');
        say(io, values.json, made.code, codeTable([made.code]));
        return 0;
      }
      default:
        throw new UsageError('create, list or stop');
    }
  });
}

function dateOf(text: string | undefined, name: string): Date | null {
  if (text === undefined) return null;
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new UsageError(`${name} is a date such as 2026-12-31 or 2026-12-31T18:00Z`);
  return date;
}

const codeTable = (codes: readonly PromoCode[]) =>
  table(
    ['CODE', 'KIND', 'VALUE', 'USES', 'PER USER', 'FROM', 'UNTIL', 'PACK', 'STATE'],
    codes.map((one) => [
      one.code,
      one.kind,
      one.kind === 'credits' ? `${one.value}` : `${one.value} %`,
      `${one.uses}/${one.maxUses ?? '∞'}`,
      `${one.maxUsesPerUser}`,
      one.startsAt?.toISOString() ?? '–',
      one.endsAt?.toISOString() ?? '–',
      one.pack ?? '–',
      one.disabledAt ? 'stopped' : 'on',
    ]),
  );
