import type { WebhookApiConfig } from '@aisha/config';
import { createWebhookTokens } from '@aisha/core';
import { connectDatabase, requireMigrations } from '@aisha/db';
import { createTelegramClient, createWebhookVerifier } from '@aisha/providers';
import { connectProducer, createProducer, pingRedis } from '@aisha/queue';
import {
  createHealth,
  createHealthHandler,
  createLifecycle,
  createMetrics,
  type Lifecycle,
  type Logger,
} from '@aisha/service';
import { createApp } from './app.ts';
import { ensureWebhook } from './ensure-webhook.ts';
import { listen } from './http-server.ts';

/** The whole stop: shorter than a container's grace period of 30 s. */
const STOP_MS = 15_000;
/** Builds the process from its configuration and starts it. */
export async function compose(config: WebhookApiConfig, log: Logger): Promise<Lifecycle> {
  const lifecycle = createLifecycle({ log, deadlineMs: STOP_MS });
  await requireMigrations(config.database, { lifecycle, log });
  const metrics = createMetrics(config.process);
  const database = connectDatabase(config.database, {
    name: config.process.instanceId,
    onError: (error) => log.warn('database connection', { error }),
  });
  const redis = connectProducer(config.redis, log);
  const producer = createProducer(redis, { log });
  const health = createHealth({
    process: config.process,
    log,
    stopping: lifecycle.stopping,
    checks: {
      database: { check: () => database.check(), needed: true, timeoutMs: 3_000 },
      redis: { check: (signal) => pingRedis(redis, signal), needed: true, timeoutMs: 3_000 },
    },
  });
  const tokens = createWebhookTokens({ db: database.db, telegramToken: config.telegram.token });
  // Without them the first webhook reads them.
  tokens.read().catch((error: unknown) => log.warn('webhook secrets not read yet', { error }));
  const app = createApp({
    fal: {
      verifier: createWebhookVerifier({ jwksUrl: config.fal.jwksUrl }),
      producer,
      db: database.db,
      tokens,
      log,
    },
    telegram: {
      db: database.db,
      producer,
      botId: config.telegram.botId,
      secret: config.telegram.webhook?.secret ?? null,
      log,
    },
    health: createHealthHandler({ health, metrics }),
    metrics,
    log,
  });

  const server = await listen(app, config.process.port);
  log.info('webhook API listens', { port: config.process.port });
  if (config.telegram.mode === 'webhook' && config.telegram.webhook) {
    const telegram = createTelegramClient({ config: config.telegram, redis, log, metrics });
    void ensureWebhook(telegram, config.telegram.webhook, { log, signal: lifecycle.stopping });
  }

  lifecycle.onStop('requests', () => server.close());
  lifecycle.onStop('connections', async () => {
    await producer.close();
    redis.disconnect();
    await database.close();
    health.close();
  });
  return lifecycle;
}
