import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { createLifecycle, type Lifecycle, type Logger, silentLogger, StartRefusal } from '@aisha/service';
import { sql } from 'drizzle-orm';
import { afterEach, describe, expect, test } from 'vitest';
import { migrateDatabase, migrationStatus } from './migrations.ts';
import { requireMigrations } from './require-migrations.ts';
import { type TestDatabase, testDatabase } from './testing.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function open(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const database = await testDatabase(options);
  closing.push(() => database.close());
  return database;
}

/** A process that starts, and what it says. */
function starting(): { lifecycle: Lifecycle; log: Logger; errors: string[] } {
  const errors: string[] = [];
  const lifecycle = createLifecycle({ log: silentLogger, deadlineMs: 1_000 });
  closing.push(() => lifecycle.stop('test'));
  return { lifecycle, log: { ...silentLogger, error: (message) => void errors.push(message) }, errors };
}

/** An address at which nothing answers until `appear`; then it leads to the database. */
async function absent(database: TestDatabase): Promise<{ url: string; asked(): number; appear(): void }> {
  let there = false;
  let asked = 0;
  const target = new URL(database.url);
  const server: Server = createServer((socket) => {
    asked += 1;
    socket.on('error', () => undefined);
    if (!there) return void socket.resetAndDestroy();
    const onward = connect(Number(target.port), target.hostname);
    onward.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = new URL(database.url);
  url.port = String(address.port);
  return { url: url.href, asked: () => asked, appear: () => void (there = true) };
}

describe('an app', () => {
  test('starts on a complete database, and on one of a newer version', async () => {
    const database = await open();
    await expect(requireMigrations(database, starting())).resolves.toBeUndefined();
    await database.db.execute(
      sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('newer', 1)`,
    );
    await expect(requireMigrations(database, starting())).resolves.toBeUndefined();
  });

  test('does not start on one that is behind: one line says what is missing and how to mend it', async () => {
    const database = await open();
    await database.db.execute(
      sql`delete from drizzle.__drizzle_migrations where hash = (select hash from drizzle.__drizzle_migrations order by id desc limit 1)`,
    );
    const [missing] = (await migrationStatus(database)).pending;
    const refusal: unknown = await requireMigrations(database, starting()).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StartRefusal);
    expect(String(refusal)).toContain(`lacks a migration of this version (${missing})`);
    expect(String(refusal)).toContain('pnpm db:migrate');
    expect(String(refusal)).not.toContain('\n');
  });

  test('does not start on an empty one, and does once it is migrated', async () => {
    const database = await open({ empty: true });
    await expect(requireMigrations(database, starting())).rejects.toThrow('migrations of this version');
    await migrateDatabase(database);
    await requireMigrations(database, starting());
  });

  test('starts while PostgreSQL is away, and ends when it comes back behind', async () => {
    const away = await absent(await open({ empty: true }));
    const { lifecycle, log, errors } = starting();
    await requireMigrations(away, { lifecycle, log });
    expect(lifecycle.stopping.aborted).toBe(false);
    away.appear();
    await expect.poll(() => lifecycle.stopping.aborted, { timeout: 10_000 }).toBe(true);
    expect(errors).toEqual([expect.stringContaining('pnpm db:migrate')]);
  });

  test('starts while PostgreSQL is away, and goes on when it comes back complete', async () => {
    const away = await absent(await open());
    const { lifecycle, log, errors } = starting();
    await requireMigrations(away, { lifecycle, log });
    // Asked in vain at least once more before it comes back.
    await expect.poll(() => away.asked(), { timeout: 10_000 }).toBeGreaterThan(1);
    away.appear();
    const before = away.asked();
    await expect.poll(() => away.asked(), { timeout: 10_000 }).toBe(before + 1);
    expect(lifecycle.stopping.aborted).toBe(false);
    expect(errors).toEqual([]);
  });
});
