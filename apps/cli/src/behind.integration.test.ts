import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testDatabase, type TestDatabase } from '@aisha/db/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aisha, freePort, type Stand, startStand } from './testing/stand.ts';

const APPS = fileURLToPath(new URL('../..', import.meta.url));
const LONG = 90_000;

let stand: Stand;
let empty: TestDatabase;
beforeAll(async () => {
  [stand, empty] = await Promise.all([startStand(), testDatabase({ empty: true })]);
}, LONG);
afterAll(async () => {
  await Promise.all([stand.close(), empty.close()]);
}, LONG);

/** How a real process ends, and what it says on stderr. */
async function run(kind: string): Promise<{ code: unknown; said: string }> {
  const env = { ...stand.env, DATABASE_URL: empty.url, INSTANCE_ID: kind, PORT: String(await freePort()) };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--conditions=@aisha/source', join(APPS, kind, 'src', 'main.ts')],
      { env: { PATH: '/usr/bin:/bin', ...env }, timeout: 60_000 },
      (error, _out, said) => resolve({ code: error?.code, said }),
    );
  });
}

test.each(['worker', 'webhook-api', 'bot-polling'])(
  '%s refuses a database that is behind',
  async (kind) => {
    const { code, said } = await run(kind);
    expect(code).toBe(1);
    expect(said).toMatch(
      /^the database lacks \d+ migrations of this version \(0000_initial, .*pnpm db:migrate.*\n$/,
    );
  },
  LONG,
);

test('so does a command of the operators', async () => {
  const { status, err } = await aisha({ ...stand.env, DATABASE_URL: empty.url }, 'orders');
  expect(status).toBe(1);
  expect(err).toMatch(/^✗ the database lacks .*\n {2}→ run `pnpm db:migrate`.*\n$/);
});
