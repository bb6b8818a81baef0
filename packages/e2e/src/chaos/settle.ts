import { eventually } from '../waiting.ts';
import type { System } from './system.ts';

/** Rows that somebody still has to do something about, by what they are. */
const OPEN: Readonly<Record<string, string>> = {
  updates: `select count(*) from telegram_updates where state <> 'done'`,
  orders: `select count(*) from orders where state in ('quoted', 'queued', 'running')`,
  notifications: `select count(*) from notifications where state = 'pending'`,
  'FAL jobs': `select count(*) from fal_jobs where state not in ('completed', 'failed', 'cancelled')`,
  photos: `select count(*) from avatar_photos where state = 'received'`,
  'avatar screens': `select count(*) from avatars where screen_due_at is not null`,
};

export async function openRows(system: System): Promise<Record<string, number>> {
  const [bot] = (await system.telegram.state({})).bots;
  const open: Record<string, number> = { 'undelivered updates': bot?.pending ?? 0 };
  for (const [name, query] of Object.entries(OPEN)) open[name] = await system.count(query);
  return open;
}

/**
 * Waits until nothing is under way. An unclear submit is given up only after minutes (see UNCONFIRMED_MINUTES in
 * core/fal/jobs.ts): with `hurry` those minutes are taken off in the database instead of being waited for.
 */
export async function dustSettles(
  system: System,
  { hurry, timeoutMs, say }: { hurry: boolean; timeoutMs: number; say?: (line: string) => void },
): Promise<{ ms: number; hurried: number }> {
  const begun = performance.now();
  let hurried = 0;
  let said = '';
  let open: Record<string, number> = {};
  try {
    await eventually(
      'the dust settles',
      async () => {
        if (hurry) hurried += await hurryUnclearSubmits(system);
        // Whoever was asked for a price went away: nobody waits the half hour that it is kept.
        await system.sql(
          `update orders set deadline_at = now() where state = 'quoted' and deadline_at > now()`,
        );
        open = await openRows(system);
        const left = Object.entries(open).filter(([, count]) => count > 0);
        const line = left.map(([name, count]) => `${count} ${name}`).join(', ');
        if (line !== said) say?.(`  ${new Date().toISOString().slice(14, 23)} left: ${line}`);
        said = line;
        return Object.values(open).every((count) => count === 0);
      },
      timeoutMs,
    );
  } catch (error) {
    throw new Error(
      `Still under way after ${timeoutMs / 1_000} s: ${JSON.stringify(open)}\n${await describeOpen(system)}`,
      {
        cause: error,
      },
    );
  }
  return { ms: Math.round(performance.now() - begun), hurried };
}

/** Only submits old enough that their answer cannot be on its way any more (it is waited for 30 s). */
async function hurryUnclearSubmits(system: System): Promise<number> {
  const rows = await system.sql(
    `update fal_jobs set submitted_at = submitted_at - interval '31 minutes', next_check_at = now()
     where state in ('submitting', 'cancelling') and request_id is null
       and submitted_at between now() - interval '20 minutes' and now() - interval '35 seconds'
     returning id`,
  );
  return rows.length;
}

async function describeOpen(system: System): Promise<string> {
  const rows = await system.sql(
    `select 'order' as what, id::text, kind, state, progress::text as detail, next_check_at::text from orders where state in ('queued', 'running')
     union all select 'fal job', id::text, kind, state, coalesce(request_id, 'no request id'), next_check_at::text from fal_jobs where state not in ('completed', 'failed', 'cancelled')
     union all select 'notification', id::text, kind, state, coalesce(error, '') || ' claimed ' || coalesce(claimed_until::text, '-'), next_check_at::text from notifications where state = 'pending'
     union all select 'update', update_id::text, lane, state, coalesce(error, '') || ' claimed ' || coalesce(claimed_until::text, '-'), next_check_at::text from telegram_updates where state <> 'done'
     limit 30`,
  );
  return rows.map((row) => Object.values(row).join(' | ')).join('\n');
}
