import { silentLogger } from '@aisha/service';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { isPooled, showSignOfLife, type SignOfLife } from './sign-of-life.ts';
import { testDatabase, type TestDatabase } from './testing.ts';

let database: TestDatabase;
let admin: pg.Client;
const shown: SignOfLife[] = [];
beforeAll(async () => {
  database = await testDatabase();
  admin = new pg.Client(database.url);
  await admin.connect();
});
afterEach(async () => {
  await Promise.all(shown.splice(0).map((one) => one.close()));
});
afterAll(async () => {
  await admin.end();
  await database.close();
});

function show(name: string): SignOfLife {
  const life = showSignOfLife({
    config: { url: database.url },
    name,
    application: name,
    log: silentLogger,
  });
  shown.push(life);
  return life;
}

/** PostgreSQL's processes for the connection of this name. */
const serving = async (application: string): Promise<number[]> => {
  const { rows } = await admin.query<{ pid: number }>(
    'select pid from pg_stat_activity where application_name = $1 and datname = current_database()',
    [application],
  );
  return rows.map(({ pid }) => pid);
};
const holding = async (application: string): Promise<boolean> => {
  const { rows } = await admin.query(
    `select 1 from pg_locks join pg_stat_activity using (pid)
     where application_name = $1 and locktype = 'advisory' and granted`,
    [application],
  );
  return rows.length > 0;
};
const soon = { timeout: 5_000, interval: 10 };
const never = new AbortController().signal;

test('is missed by everybody who watches as soon as its connection closes, and not before', async () => {
  show('active');
  const watchers = [show('first'), show('second')];
  await expect.poll(() => holding('active lives'), soon).toBe(true);
  let missed = 0;
  const told = watchers.map(async (life) => {
    expect(await life.gone('active', never)).toBe(true);
    missed += 1;
    return performance.now();
  });
  await expect.poll(async () => (await serving('first watches')).length, soon).toBe(1);
  // It goes on through more than one of the waits that it is made of.
  const asked = async () => {
    const { rows } = await admin.query<{ at: Date }>(
      `select max(query_start) as at from pg_stat_activity where application_name = 'first watches'`,
    );
    return rows[0]?.at.getTime() ?? 0;
  };
  const first = await asked();
  await expect.poll(async () => (await asked()) - first, soon).toBeGreaterThan(1_500);
  expect(missed).toBe(0);
  const [pid] = await serving('active lives');
  const at = performance.now();
  await admin.query('select pg_terminate_backend($1)', [pid]);
  for (const time of await Promise.all(told)) expect(time - at).toBeLessThan(500);
});

test('that was never seen says nothing, and a watch ends when it is told to', async () => {
  const life = show('standby');
  expect(await life.gone('nobody', never)).toBe(false);
  show('other');
  await expect.poll(() => holding('other lives'), soon).toBe(true);
  const over = new AbortController();
  const watch = life.gone('other', over.signal);
  await expect.poll(async () => (await serving('standby watches')).length, soon).toBe(1);
  over.abort();
  expect(await watch).toBe(false);
  // Nothing of it stays in PostgreSQL.
  await expect.poll(() => serving('standby watches'), soon).toEqual([]);
});

test('that is lost is told, and shown again by itself', async () => {
  const life = show('lost');
  await expect.poll(() => holding('lost lives'), soon).toBe(true);
  const lost = new Promise<void>((resolve) => void life.onLost(resolve));
  const [pid] = await serving('lost lives');
  await admin.query('select pg_terminate_backend($1)', [pid]);
  await lost;
  await expect.poll(() => holding('lost lives'), soon).toBe(true);
  await life.close();
  await expect.poll(() => serving('lost lives'), soon).toEqual([]);
});

test('a connection directly to PostgreSQL is not taken for a pooler', async () => {
  expect(await isPooled({ url: database.url })).toBe(false);
});
