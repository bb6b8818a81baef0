import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadParts } from '@aisha/config';
import { findOrder, orderStylePreview, PACKS, packNamed, packsWithoutPreview } from '@aisha/core';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { withTill, type Till } from '../money/unit.ts';
import { table } from '../table.ts';

/** How often an order is looked at, and how long it may take: its own deadline is a quarter of an hour. */
const LOOK_MS = 1_000;
const PATIENCE_MS = 16 * 60_000;

/**
 * `aisha styles`: which style packs have a preview; `draw`: has those drawn that have none, or the one that is named, by
 * the workers, one after the other, for the first of `TELEGRAM_ADMIN_IDS`, who is sent each. Each is a paid picture.
 */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
  const [what, pack, ...rest] = positionals;
  if (rest.length > 0 || (what !== undefined && what !== 'draw'))
    throw new UsageError('nothing, or "draw" and perhaps one pack');
  if (pack !== undefined && !packNamed(pack))
    throw new UsageError(`no style pack ${pack}; there are ${PACKS.map(({ id }) => id).join(', ')}`);
  const { telegram } = loadParts('styles', ['telegram'], io.env);
  const [operator] = telegram.adminIds;
  return withTill('styles', io, async (till) => {
    const missing = await packsWithoutPreview(till.db);
    if (what === undefined) {
      const rows = PACKS.map(({ id, name }) => [id, name.en, missing.includes(id) ? '-' : 'drawn']);
      io.out(table(['PACK', 'NAME', 'PREVIEW'], rows));
      return 0;
    }
    if (operator === undefined)
      throw new Trouble('nobody is an operator', 'Set TELEGRAM_ADMIN_IDS: previews are drawn for its first.');
    const failures: string[] = [];
    for (const id of pack === undefined ? missing : [pack]) {
      const state = await draw(till, operator, id);
      io.out(`${id}: ${state}\n`);
      if (state !== 'succeeded') failures.push(id);
    }
    return failures.length === 0 ? 0 : 1;
  });
}

async function draw(till: Till, operator: number, pack: string): Promise<string> {
  const placed = await till.transact((unit) => orderStylePreview(unit, operator, { chatId: operator }, pack));
  if (placed.kind !== 'placed') return placed.kind === 'refused' ? placed.reason : placed.kind;
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    const order = await findOrder(till.db, placed.order.id);
    if (order?.endedAt) return order.failure ?? order.state;
    await sleep(LOOK_MS);
  }
  return 'not drawn yet';
}
