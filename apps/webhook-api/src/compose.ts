import type { WebhookApiConfig } from '@aisha/config';
import { createWebhookTokens, openFoundation } from '@aisha/core';
import { createTelegramClient, createWebhookVerifier } from '@aisha/providers';
import { createHealth, createHealthHandler, type Lifecycle, type Logger } from '@aisha/service';
import { createApp } from './app.ts';
import { ensureWebhook } from './ensure-webhook.ts';
import { listen } from './http-server.ts';

/** The whole stop: shorter than a container's grace period of 30 s. */
const STOP_MS = 15_000;
/** Builds the process from its configuration and starts it. */
export async function compose(config: WebhookApiConfig, log: Logger): Promise<Lifecycle> {
  const { lifecycle, metrics, database, redis, producer, checks } = await openFoundation(config, log, {
    stopMs: STOP_MS,
  });
  const health = createHealth({
    process: config.process,
    log,
    stopping: lifecycle.stopping,
    checks: {
      ...checks,
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
