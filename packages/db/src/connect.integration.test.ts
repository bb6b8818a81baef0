import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { loadParts } from '@aisha/config';
import { silentLogger } from '@aisha/service';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectDatabase } from './connect.ts';
import { isPooled, showSignOfLife } from './sign-of-life.ts';
import * as schema from './schema/index.ts';
import { testDatabase, type TestDatabase } from './testing.ts';

let database: TestDatabase;
const dir = mkdtempSync(join(tmpdir(), 'aisha-db-'));
const closing: (() => void)[] = [];

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  for (const close of closing) close();
  await database.close();
  rmSync(dir, { recursive: true, force: true });
});

/** As an app does it: the environment parsed, then connected. */
async function selectOne(address: string, env: Record<string, string> = {}): Promise<unknown> {
  const { database: config } = loadParts('test', ['database'], { DATABASE_URL: address, ...env });
  const opened = connectDatabase(config, { name: 'test', onError: () => undefined });
  try {
    const { rows } = await opened.db.transaction((tx) =>
      tx.execute(sql`select current_setting('statement_timeout') as limit, 1 as one`),
    );
    return rows[0];
  } finally {
    await opened.close();
  }
}

const RIGHT = { limit: '15s', one: 1 };

describe('the address of the database', () => {
  let tls: { port: number; ca: string };
  const through = (port: number, query: string) => {
    const url = new URL(database.url);
    url.host = `localhost:${port}`;
    url.protocol = 'postgresql:';
    return `${url.href.replace('postgresql://', 'postgresql+asyncpg://')}${query}`;
  };

  beforeAll(async () => {
    tls = await tlsFront(Number(new URL(database.url).port));
  });

  test.each(['?ssl=require', '?sslmode=require', '?ssl=true', '?sslmode=no-verify&channel_binding=prefer'])(
    'of the older system and of managed databases: %s is encrypted, whoever signed it',
    async (query) => {
      expect(await selectOne(through(tls.port, query))).toEqual(RIGHT);
    },
  );

  test('with an authority of its own is checked against it, by parameter or variable', async () => {
    expect(await selectOne(through(tls.port, `?sslmode=verify-full&sslrootcert=${tls.ca}`))).toEqual(RIGHT);
    expect(await selectOne(through(tls.port, ''), { DATABASE_CA_FILE: tls.ca })).toEqual(RIGHT);
    await expect(selectOne(through(tls.port, '?sslmode=verify-full'))).rejects.toMatchObject({
      code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO/),
    });
  });

  test('that only encrypts is refused where the server does not', async () => {
    const plain = Number(new URL(database.url).port);
    await expect(selectOne(through(plain, '?ssl=require'))).rejects.toMatchObject({
      message: expect.stringContaining('SSL'),
    });
    expect(await selectOne(through(plain, '?ssl=disable'))).toEqual(RIGHT);
  });

  test.each(['?ssl=perhaps', '?sslmode=prefer', '?sslrootcert=/nowhere/ca.pem'])(
    'with %s is refused in words at start',
    (query) => {
      const asked = () => loadParts('test', ['database'], { DATABASE_URL: through(1, query) });
      expect(asked).toThrow(/DATABASE_URL: (asks for|names a file)/);
    },
  );
});

test('PgBouncer in transaction mode, as it is installed, is no obstacle', async () => {
  const port = await pgbouncer();
  const url = new URL(database.url);
  url.host = `127.0.0.1:${port}`;
  const { database: config } = loadParts('test', ['database'], { DATABASE_URL: url.href });
  const opened = connectDatabase(config, { name: 'test', onError: () => undefined });
  try {
    await opened.check();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        opened.db.transaction(async (tx) => {
          await tx.execute(sql`select pg_sleep(0.002)`);
          const { rows } = await tx.execute(sql`select ${n}::int as n`);
          return rows[0];
        }),
      ),
    );
    expect(answers).toEqual(Array.from({ length: 30 }, (_, n) => ({ n })));
    // A lock there would be whoever's comes next: no sign of life is shown or seen.
    expect(await isPooled(config)).toBe(true);
    const life = showSignOfLife({ config, name: 'bot', application: 'bot', log: silentLogger });
    expect(await life.gone('bot', new AbortController().signal)).toBe(false);
    await life.close();
    const { rows } = await database.db.execute(sql`select 1 from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`);
    expect(rows).toEqual([]);
  } finally {
    await opened.close();
  }
});

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Takes the driver's request for TLS as PostgreSQL does, with a certificate of an authority made for this test. */
async function tlsFront(target: number): Promise<{ port: number; ca: string }> {
  const at = (name: string) => join(dir, name);
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: dir, stdio: 'pipe' });
  const subject = (name: string) => ['-subj', `/CN=${name}`, '-nodes', '-newkey', 'rsa:2048'];
  openssl('req', '-x509', ...subject('Test authority'), '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2');
  openssl('req', ...subject('localhost'), '-keyout', 'server.key', '-out', 'server.csr');
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost');
  const signed =
    'x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem';
  openssl(...signed.split(' '));
  const key = readFileSync(at('server.key'));
  const cert = readFileSync(at('server.pem'));
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write('S');
      const secure = new TLSSocket(socket, { isServer: true, key, cert });
      const behind = connect(target, '127.0.0.1');
      for (const one of [secure, behind]) one.on('error', () => socket.destroy());
      secure.pipe(behind).pipe(secure);
    });
  });
  server.listen(0);
  await once(server, 'listening');
  closing.push(() => server.close());
  return { port: portOf(server), ca: at('ca.pem') };
}

async function pgbouncer(): Promise<number> {
  const { hostname, port: behind, username, password, pathname } = new URL(database.url);
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const port = portOf(probe);
  await new Promise((resolve) => probe.close(resolve));
  const users = join(dir, 'users.txt');
  writeFileSync(users, `"${username}" "${password}"\n`);
  const settings = join(dir, 'pgbouncer.ini');
  // Nothing of ignore_startup_parameters: that is what an operator forgets.
  writeFileSync(
    settings,
    `[databases]\n${pathname.slice(1)} = host=${hostname} port=${behind}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = ${users}\npool_mode = transaction\ndefault_pool_size = 3\n`,
  );
  // It refuses to run as root.
  execFileSync('chmod', ['-R', 'a+rX', dir]);
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn('/usr/sbin/pgbouncer', ['-q', ...user, settings], { stdio: 'ignore' });
  closing.push(() => child.kill('SIGKILL'));
  await expect
    .poll(
      async () => {
        const socket = connect(port, '127.0.0.1');
        try {
          await once(socket, 'connect');
          return true;
        } catch {
          return false;
        } finally {
          socket.destroy();
        }
      },
      { timeout: 10_000 },
    )
    .toBe(true);
  return port;
}

test('text and JSON that somebody else said are kept whatever is in them', async () => {
  const said = { name: 'a\0b \ud835', '\ud835': [String.raw`\u0000`, '🇰🇿', { deep: '\udc00\0' }] };
  const [row] = await database.db
    .insert(schema.conversations)
    .values({ chatId: 1, userId: 1, state: said })
    .returning();
  expect(row?.state).toEqual({
    name: 'ab \ufffd',
    '\ufffd': [String.raw`\u0000`, '🇰🇿', { deep: '\ufffd' }],
  });
  const [user] = await database.db.insert(schema.users).values({ id: 7, firstName: said.name }).returning();
  expect(user?.firstName).toBe('ab \ufffd');
  expect(
    await database.db.select().from(schema.users).where(eq(schema.users.firstName, said.name)),
  ).toHaveLength(1);
});
