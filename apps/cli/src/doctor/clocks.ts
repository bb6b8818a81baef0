import type { DatabaseConfig } from '@aisha/config';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { withAnyDatabase } from '../database.ts';
import { attempt, type Check, failed, type Finding, ok, unconfigured, warning } from './finding.ts';

/** FAL's webhooks are refused beyond 300 s; S3 refuses signatures beyond 15 minutes. */
const WRONG_S = 240;
const DOUBTFUL_S = 5;

const MEND = 'let NTP keep the clock: timedatectl set-ntp true';

/** This machine's clock against the database's and against one outside. */
export const checkClocks: Check = async ({ database, telegram }) => {
  const [inside, outside] = await Promise.all([
    database
      ? attempt('database', 'see database', () => againstDatabase(database))
      : unconfigured('database'),
    telegram
      ? attempt('outside', 'see telegram', () => againstHttp(telegram.apiRoot))
      : unconfigured('outside'),
  ]);
  return [...inside, ...outside];
};

async function againstDatabase(config: DatabaseConfig): Promise<Finding> {
  return withAnyDatabase(config, 'aisha-doctor', async (db) => {
    // Not to count the connecting.
    await db.execute(sql`select 1`);
    const asked = Date.now();
    const { rows } = await db.execute(sql`select extract(epoch from clock_timestamp()) * 1000 as now`);
    const answered = Date.now();
    const { now } = z.object({ now: z.coerce.number() }).parse(rows[0]);
    return judge('database', (now - (asked + answered) / 2) / 1_000, 0);
  });
}

async function againstHttp(url: string): Promise<Finding> {
  const asked = Date.now();
  const response = await fetch(url, {
    method: 'HEAD',
    redirect: 'manual',
    signal: AbortSignal.timeout(10_000),
  });
  await response.body?.cancel();
  const answered = Date.now();
  const date = Date.parse(response.headers.get('date') ?? '');
  const { host } = new URL(url);
  if (Number.isNaN(date))
    return warning(`outside (${host})`, 'tells no time', 'compare the clock by hand: date -u');
  // The header has whole seconds, cut off.
  return judge(`outside (${host})`, (date + 500 - (asked + answered) / 2) / 1_000, 1);
}

/** @param accuracy how far off an answer may be by itself, in seconds */
export function judge(what: string, skew: number, accuracy: number): Finding {
  const off = Math.max(0, Math.abs(skew) - accuracy);
  const said = off < 1 ? 'the same time' : `${Math.round(off)} s ${skew > 0 ? 'ahead of' : 'behind'} us`;
  if (off > WRONG_S) return failed(what, `${said}: webhooks of FAL are refused as too old`, MEND);
  return off > DOUBTFUL_S ? warning(what, said, MEND) : ok(what, said);
}
