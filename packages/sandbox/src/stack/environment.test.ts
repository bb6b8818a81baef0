import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { appEnvironment, baseEnvironment, sharedEnvironment, type Addresses } from './environment.ts';
import { readSettings, realParts, type Settings } from './settings.ts';

const EVERYTHING: Addresses = {
  postgres: { url: 'postgresql://stand-in' },
  redis: { url: 'redis://stand-in' },
  s3: { endpoint: 'http://s3', accessKey: 'a', secretKey: 's', region: 'r' },
  telegram: { url: 'http://telegram' },
  fal: { url: 'http://fal' },
  openai: { url: 'http://openai' },
  publicUrl: 'http://nginx',
};
const build = (settings: Settings, addresses: Addresses = EVERYTHING) =>
  sharedEnvironment({ base: {}, settings, addresses, mode: 'development' });

describe('what the user configured', () => {
  test('is read from the file alone, without what is empty', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'aisha-env-')), '.env');
    writeFileSync(file, 'FAL_API_KEY=\nOPENAI_API_KEY="sk-1" # mine\n# REDIS_URL=redis://x\n');
    expect(readSettings(file)).toEqual({ OPENAI_API_KEY: 'sk-1' });
    expect(readSettings(`${file}.absent`)).toEqual({});
  });

  test.each([
    ['telegram', 'TELEGRAM_BOT_TOKEN'],
    ['telegram', 'TELEGRAM_TOKEN'],
    ['telegram', 'TELEGRAM_BOT_TOKEN_FILE'],
    ['fal', 'FAL_API_KEY'],
    ['fal', 'FAL_KEY'],
    ['openai', 'OPENAI_API_KEY'],
    ['openai', 'OPENAI_BASE_URL'],
    ['postgres', 'DATABASE_URL'],
    ['postgres', 'POSTGRES_HOST'],
    ['redis', 'REDIS_URL'],
    ['s3', 'MINIO_ENDPOINT'],
  ])('replaces just its stand-in: %s by %s', (part, name) => {
    expect([...realParts({ [name]: 'x' })]).toEqual([part]);
  });

  test('nothing of it: everything is a stand-in', () => {
    expect([...realParts({ LOG_LEVEL: 'debug', MINIO_BUCKET_AVATARS: 'a' })]).toEqual([]);
  });
});

describe('the environment of the apps', () => {
  test('points every part that is not configured to its stand-in', () => {
    expect(build({})).toMatchObject({
      ENVIRONMENT: 'development',
      DATABASE_URL: 'postgresql://stand-in',
      REDIS_URL: 'redis://stand-in',
      MINIO_ENDPOINT: 'http://s3',
      TELEGRAM_API_ROOT: 'http://telegram',
      FAL_QUEUE_URL: 'http://fal',
      FAL_REST_URL: 'http://fal',
      FAL_JWKS_URL: 'http://fal/.well-known/jwks.json',
      FAL_WEBHOOK_URL: 'http://nginx/webhook/fal/status',
      OPENAI_BASE_URL: 'http://openai/v1',
    });
  });

  test('leaves a real part alone: no address of a stand-in, no key of one', () => {
    const { fal, telegram, ...rest } = EVERYTHING;
    const env = build({ FAL_API_KEY: 'real:key', TELEGRAM_TOKEN: '1:real' }, rest);
    expect([fal, telegram]).toBeDefined();
    expect(env).toMatchObject({
      FAL_API_KEY: 'real:key',
      TELEGRAM_TOKEN: '1:real',
      OPENAI_BASE_URL: 'http://openai/v1',
    });
    for (const name of [
      'FAL_QUEUE_URL',
      'FAL_JWKS_URL',
      'FAL_WEBHOOK_URL',
      'TELEGRAM_API_ROOT',
      'TELEGRAM_BOT_TOKEN',
    ]) {
      expect(env).not.toHaveProperty(name);
    }
  });

  test('has a webhook for Telegram in webhook mode, and the names of an instance', () => {
    expect(build({ TELEGRAM_MODE: 'webhook' })).toMatchObject({
      TELEGRAM_WEBHOOK_URL: 'http://nginx/webhook/telegram',
      TELEGRAM_WEBHOOK_SECRET: expect.stringMatching(/^[\w-]+$/),
    });
    expect(appEnvironment(build({}), 'worker-1', 8081)).toMatchObject({
      INSTANCE_ID: 'worker-1',
      PORT: '8081',
    });
  });

  test("takes paths and proxies from the user's shell, and no configuration", () => {
    const own = {
      PATH: '/bin',
      https_proxy: 'http://p',
      DATABASE_URL: 'postgresql://elsewhere',
      NODE_OPTIONS: '--inspect',
    };
    expect(baseEnvironment(own)).toEqual({ PATH: '/bin', https_proxy: 'http://p' });
  });
});
