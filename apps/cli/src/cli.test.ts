import { describe, expect, test } from 'vitest';
import { runCli } from './cli.ts';

async function aisha(env: Record<string, string>, ...args: string[]) {
  let out = '';
  let err = '';
  const status = await runCli(args, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    env,
  });
  return { status, out, err };
}

describe('aisha', () => {
  test('without a command it says which there are, as a mistake', async () => {
    const { status, out } = await aisha({});
    expect(status).toBe(2);
    expect(out).toContain('aisha doctor [--only part,part] [--json]');
    expect((await aisha({}, '--help')).status).toBe(0);
  });

  test('help of one command is about that one', async () => {
    const { status, out } = await aisha({}, 'telegram', 'mode', '--help');
    expect(status).toBe(0);
    expect(out).toContain('aisha telegram mode status|polling|webhook');
    expect(out).not.toContain('doctor');
  });

  test.each([
    [['destroy'], 'There is no command "destroy"'],
    [['doctor', '--onlly', 'redis'], 'onlly'],
    [['doctor', '--only', 'redis,moon'], 'no part "moon"; there are: configuration, keys, database'],
    [['telegram', 'mode', 'pigeon'], 'no mode "pigeon"'],
    [['updates', 'poisoned', 'retry'], 'retry the number of one update'],
    [['jobs', 'lost'], 'nothing, or "failed"'],
  ])('%j is not understood', async (args, said) => {
    const { status, err } = await aisha({}, ...args);
    expect(status).toBe(2);
    expect(err).toContain(said);
    expect(err).toContain('aisha ');
  });

  test('a command whose configuration is missing says all that it needs', async () => {
    const { status, err } = await aisha({}, 'telegram', 'mode', 'status');
    expect(status).toBe(1);
    expect(err).toContain('TELEGRAM_BOT_TOKEN: is missing');
    expect(err).toContain('DATABASE_URL: is missing');
    expect(err).not.toContain('REDIS_URL');
  });

  test('no secret is printed, not even a wrong one', async () => {
    const env = {
      TELEGRAM_BOT_TOKEN: 'token-without-a-number',
      DATABASE_URL: 'mysql://root:hidden-password@db/aisha',
      REDIS_URL: 'redis://:redis-secret@127.0.0.1:1/0',
      OPENAI_API_KEY: 'openai-secret-key',
    };
    const { status, out, err } = await aisha(env, 'doctor', '--only', 'configuration,redis');
    expect(status).toBe(1);
    expect(out + err).not.toMatch(/token-without|hidden-password|redis-secret|openai-secret/);
    // How an address is written may be said.
    expect(out).toContain('postgresql://user:password@host:5432/database');
  });
});
