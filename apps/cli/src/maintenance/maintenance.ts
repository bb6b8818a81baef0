import { parseArgs } from 'node:util';
import { beginMaintenanceBy, endMaintenanceBy, maintenanceNow, toldOf } from '@aisha/core';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { say, withTill } from '../money/unit.ts';
import { age } from '../table.ts';

/** `aisha maintenance [status | on [--text …] | off]`: nothing new begins while it is on; what runs goes on. */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, text: { type: 'string' } },
  });
  const [what = 'status', ...rest] = positionals;
  if (rest.length > 0 || !['status', 'on', 'off'].includes(what))
    throw new UsageError('nothing, "status", "on" or "off"');
  const note = values.text?.trim() ? values.text.trim() : null;
  return withTill('maintenance', io, async ({ db, transact }): Promise<ExitStatus> => {
    if (what === 'on' && !(await transact((unit) => beginMaintenanceBy(unit, 'cli', note))))
      throw new Trouble(
        'maintenance is on already',
        'see `aisha maintenance`; end it with `aisha maintenance off`',
      );
    if (what === 'off') {
      const over = await transact((unit) => endMaintenanceBy(unit, 'cli'));
      if (!over) throw new Trouble('no maintenance is on', 'see `aisha maintenance`');
      say(io, values.json, { on: false, ...over }, `Maintenance is over; ${over.told} people are told so.\n`);
      return 0;
    }
    const now = await maintenanceNow(db);
    const told = now ? await toldOf(db, now.id) : 0;
    say(
      io,
      values.json,
      now ? { on: true, since: now.startedAt, by: now.startedBy, note: now.note, told } : { on: false },
      now
        ? `On for ${age(now.startedAt)}, begun by ${now.startedBy}; ${told} people were told.\n`
        : 'No maintenance is on.\n',
    );
    return 0;
  });
}
