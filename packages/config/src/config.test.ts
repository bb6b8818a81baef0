import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  envExample,
  loadBotPollingConfig,
  loadWebhookApiConfig,
  loadWorkerConfig,
  secretFiles,
  secretsOf,
} from './index.ts';

const GOOD = {
  TELEGRAM_BOT_TOKEN: '123456:test-token',
  DATABASE_URL: 'postgresql+asyncpg://u:p%40ss@db:5433/aisha',
  REDIS_URL: 'redis://:pw@cache:6380/2',
  MINIO_ENDPOINT: 's3:9000',
  MINIO_ACCESS_KEY: 'access-key',
  MINIO_SECRET_KEY: 'secret-key',
  OPENAI_API_KEY: 'openai-key',
  FAL_API_KEY: 'key-id:key-secret',
};

const failure = (run: () => unknown): ConfigError => {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('it started');
};

describe('configuration', () => {
  it('reads every app from environment variables alone', () => {
    const worker = loadWorkerConfig({ ...GOOD, FAL_WEBHOOK_URL: 'https://bot.example/webhook/fal/status' });
    expect(worker.database.url).toBe('postgresql://u:p%40ss@db:5433/aisha');
    expect(worker.storage.endpoint).toBe('http://s3:9000');
    expect(worker.storage.buckets).toEqual({
      avatars: 'avatars',
      transcripts: 'transcripts',
      generated: 'generated',
    });
    expect(worker.telegram.botId).toBe(123456);
    expect(worker.fal.webhook).toEqual({
      statusUrl: 'https://bot.example/webhook/fal/status',
      portraitUrl: 'https://bot.example/webhook/fal/portrait',
    });
    expect(worker.fal.elsewhere).toBe(false);
    expect(worker.fal.legacy).toEqual({
      mode: 'character',
      iterations: 500,
      priority: 'quality',
      triggerWord: 'TOK',
      loraRank: 32,
      finetuneType: 'full',
    });
    expect(worker.process.port).toBe(8081);
    expect(loadBotPollingConfig(GOOD).lease).toEqual({ ttlMs: 3000, renewMs: 1000 });
    expect(loadWebhookApiConfig({ ...GOOD, PORT: '8002' }).process.port).toBe(8002);
  });

  it('takes aliases, parts and the older spellings', () => {
    const {
      TELEGRAM_BOT_TOKEN: token,
      FAL_API_KEY: key,
      DATABASE_URL: _url,
      REDIS_URL: _redis,
      ...rest
    } = GOOD;
    const config = loadWorkerConfig({
      ...rest,
      TELEGRAM_TOKEN: token,
      FAL_KEY: key,
      POSTGRES_USER: 'aisha',
      POSTGRES_PASSWORD: 'a/b@c',
      POSTGRES_DB: 'aisha',
      POSTGRES_HOST: 'pg',
      REDIS_HOST: 'cache',
      REDIS_PASSWORD: 'p w',
      REDIS_DB: '3',
      MINIO_SECURE: 'True',
      MINIO_BUCKETS: '{"avatars":"my-avatars"}',
      MINIO_BUCKET_GENERATED: 'my-generated',
      TELEGRAM_ADMIN_IDS: '[1, 22]',
      LOG_LEVEL: 'WARNING',
      FAL_QUEUE_URL: 'http://127.0.0.1:9/',
    });
    expect(config.database.url).toBe('postgresql://aisha:a%2Fb%40c@pg:5432/aisha');
    expect(config.redis.url).toBe('redis://:p%20w@cache:6379/3');
    expect(config.storage.endpoint).toBe('https://s3:9000');
    expect(config.storage.buckets).toEqual({
      avatars: 'my-avatars',
      transcripts: 'transcripts',
      generated: 'my-generated',
    });
    expect(config.telegram.adminIds).toEqual([1, 22]);
    expect(config.process.logLevel).toBe('warn');
    expect(config.fal.queueUrl).toBe('http://127.0.0.1:9');
    expect(config.fal.elsewhere).toBe(true);
  });

  it('reads secrets from files', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'aisha-config-')), 'token');
    writeFileSync(file, '777:from-a-file\n');
    const { TELEGRAM_BOT_TOKEN: _token, ...rest } = GOOD;
    expect(loadWorkerConfig({ ...rest, TELEGRAM_BOT_TOKEN_FILE: file }).telegram.token).toBe(
      '777:from-a-file',
    );
    const error = failure(() => loadWorkerConfig({ ...rest, TELEGRAM_BOT_TOKEN_FILE: `${file}-absent` }));
    expect(error.issues.map((i) => i.variable)).toEqual(['TELEGRAM_BOT_TOKEN_FILE']);
  });

  it('reads secrets that systemd gives, and none that is not secret; an empty one is not there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'aisha-credentials-'));
    writeFileSync(join(folder, 'TELEGRAM_BOT_TOKEN'), '888:from-systemd\n');
    writeFileSync(join(folder, 'DATABASE_CA'), '');
    writeFileSync(join(folder, 'LOG_LEVEL'), 'debug');
    const { TELEGRAM_BOT_TOKEN: _token, ...rest } = GOOD;
    const env = { ...rest, CREDENTIALS_DIRECTORY: folder };
    const config = loadWorkerConfig(env);
    expect([config.telegram.token, config.process.logLevel, config.database.tls]).toEqual([
      '888:from-systemd',
      'info',
      undefined,
    ]);
    expect(secretFiles(env)).toContainEqual({
      name: 'TELEGRAM_BOT_TOKEN',
      path: join(folder, 'TELEGRAM_BOT_TOKEN'),
    });
  });

  it('names everything that is wrong in one message and prints no secret (C1)', () => {
    const error = failure(() =>
      loadWorkerConfig({
        TELEGRAM_BOT_TOKEN: 'no-colon-secret',
        LOG_LEVEL: 'loud',
        MINIO_ENDPOINT: 's3',
        PORT: '70000',
      }),
    );
    expect(error.issues.map((i) => i.variable).toSorted()).toEqual([
      'DATABASE_URL',
      'FAL_API_KEY',
      'LOG_LEVEL',
      'MINIO_ACCESS_KEY',
      'MINIO_SECRET_KEY',
      'OPENAI_API_KEY',
      'PORT',
      'REDIS_URL',
      'TELEGRAM_BOT_TOKEN',
    ]);
    expect(error.message).toContain('LOG_LEVEL: "loud" is not right; expected error, warn, info or debug');
    expect(error.message).not.toContain('no-colon-secret');
  });

  it('refuses a silent or accidental test mode (C2)', () => {
    const { FAL_API_KEY: _key, ...keyless } = GOOD;
    expect(failure(() => loadWorkerConfig(keyless)).issues[0]?.variable).toBe('FAL_API_KEY');
    expect(loadWorkerConfig({ ...keyless, FAL_TRAINING_TEST_MODE: 'true' }).fal.testMode).toBe(true);
    const production = { ...GOOD, FAL_TRAINING_TEST_MODE: 'true', ENVIRONMENT: 'production' };
    for (const load of [loadWorkerConfig, loadBotPollingConfig])
      expect(failure(() => load(production)).issues[0]?.variable).toBe('FAL_TRAINING_TEST_MODE');
    expect(loadWorkerConfig({ ...production, FAL_TEST_MODE_IN_PRODUCTION: 'true' }).fal.testMode).toBe(true);
  });

  it('asks for the webhook address and secret in webhook mode', () => {
    const error = failure(() => loadWebhookApiConfig({ ...GOOD, TELEGRAM_MODE: 'webhook' }));
    expect(error.issues.map((i) => i.variable)).toEqual(['TELEGRAM_WEBHOOK_URL', 'TELEGRAM_WEBHOOK_SECRET']);
  });

  it('knows its secrets', () => {
    expect(secretsOf(GOOD)).toEqual(
      expect.arrayContaining(['123456:test-token', 'key-id:key-secret', 'secret-key']),
    );
  });

  it('keeps .env.example true', () => {
    expect(readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8')).toBe(envExample());
  });
});
