import { mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkKeys } from './keys.ts';

const NOW = Date.UTC(2026, 5, 1);
const folder = mkdtempSync(join(tmpdir(), 'aisha-keys-'));

function file(name: string, days: number): string {
  const path = join(folder, name);
  writeFileSync(path, 'x');
  const at = new Date(NOW - days * 86_400_000);
  utimesSync(path, at, at);
  return path;
}

test('a key is due after 90 days, by the file that it comes from', async () => {
  const env = {
    FAL_API_KEY_FILE: file('FAL_API_KEY', 90),
    OPENAI_API_KEY_FILE: file('OPENAI_API_KEY', 89),
    DATABASE_CA_FILE: file('DATABASE_CA', 400),
    REDIS_PASSWORD_FILE: join(folder, 'absent'),
    TELEGRAM_BOT_TOKEN: '1:in-the-environment',
  };
  expect(await checkKeys(env, NOW)).toEqual([
    { verdict: 'warning', what: 'FAL_API_KEY', found: 'the same for 90 days', mend: expect.any(String) },
    { verdict: 'ok', what: 'age', found: '1 younger than 90 days' },
  ]);
});

test('of keys in the environment itself nothing is said', async () => {
  expect(await checkKeys({ FAL_API_KEY: 'a:b' }, NOW)).toEqual([]);
});
