import { createServer } from 'node:http';
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
import { answerBrokenRequests } from './broken-requests.ts';

/** The whole stop: shorter than a container's grace period of 30 s. */
const STOP_MS = 15_000;
/** nginx learns from a few failed health checks that this replica is going; meanwhile it still answers. */
const LINGER_MS = 300;

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

  const server = createServer(
    {
      // A sender that dribbles its request byte by byte is cut off.
      headersTimeout: 10_000,
      requestTimeout: 20_000,
      // Node looks only every 30 s otherwise.
      connectionsCheckingInterval: 2_000,
      // Longer than nginx keeps idle connections.
      keepAliveTimeout: 75_000,
    },
    app,
  );
  server.maxHeadersCount = 100;
  answerBrokenRequests(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.process.port, resolve);
  });
  log.info('webhook API listens', { port: config.process.port });
  if (config.telegram.mode === 'webhook' && config.telegram.webhook)
    void ensureWebhook(config.telegram.webhook);

  lifecycle.onStop('requests', async () => {
    await new Promise((resolve) => setTimeout(resolve, LINGER_MS));
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    await closed;
  });
  lifecycle.onStop('connections', async () => {
    await producer.close();
    redis.disconnect();
    await database.close();
    health.close();
  });
  return lifecycle;

  /** In webhook mode Telegram must know our address; what waits in its queue is kept. */
  async function ensureWebhook(webhook: { url: string; secret: string }): Promise<void> {
    const telegram = createTelegramClient({ config: config.telegram, redis, log, metrics });
    for (let pause = 1_000; !lifecycle.stopping.aborted; pause = Math.min(pause * 2, 60_000)) {
      const outcome = await telegram.setWebhook(webhook);
      if (outcome.kind === 'ok') return log.info('webhook set', { url: webhook.url });
      log.warn('webhook not set yet', { outcome: outcome.kind });
      await new Promise((resolve) => setTimeout(resolve, pause).unref());
    }
  }
}
