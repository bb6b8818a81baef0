import { botSettings, createConversation, createTexts } from '@aisha/bot';
import type { BotPollingConfig } from '@aisha/config';
import { hashOf, messageKeepers, openFoundation, orderKinds } from '@aisha/core';
import { showSignOfLife } from '@aisha/db';
import { createTelegramClient } from '@aisha/providers';
import { connectConsumer } from '@aisha/queue';
import { createHealth, type Lifecycle, type Logger, startHealthServer } from '@aisha/service';
import { createStorage } from '@aisha/storage/s3';
import { randomUUID } from 'node:crypto';
import { introduce } from './introduce.ts';
import { Lease } from './lease.ts';
import { pollHealth } from './poll-health.ts';
import { Poller } from './poller.ts';

/** The whole stop: shorter than a container's grace period of 30 s. */
const STOP_MS = 20_000;
/** Builds the process from its configuration and starts it. */
export async function compose(config: BotPollingConfig, log: Logger): Promise<Lifecycle> {
  const { lifecycle, metrics, database, redis, producer, checks } = await openFoundation(config, log, {
    stopMs: STOP_MS,
  });
  const subscriber = connectConsumer(config.redis, log);
  const storage = createStorage(config.storage, { log });
  const telegram = createTelegramClient({
    config: config.telegram,
    paymentToken: config.payments.card?.token,
    redis,
    log,
    metrics,
  });
  const texts = createTexts();
  const conversation = createConversation({
    botId: config.telegram.botId,
    texts,
    settings: botSettings(config),
  });
  const parts = {
    db: database.db,
    producer,
    log,
    telegram,
    storage,
    messageKeepers,
    orderKinds,
    limits: config.limits,
    prices: config.prices,
    sales: config.payments,
    operators: config.telegram.adminIds,
    erasedAs: (userId: number) => hashOf(config.erasure.key, userId),
    conversation,
    metrics,
  };

  const polls = config.telegram.mode === 'polling';
  const owner = randomUUID();
  const life = polls
    ? showSignOfLife({ config: config.database, name: owner, application: config.process.instanceId, log })
    : null;
  const lease = new Lease({
    redis,
    subscriber,
    key: `{aisha}:poller:${config.telegram.botId}`,
    owner,
    life,
    ...config.lease,
    log,
  });
  const poller = new Poller({
    lease,
    parts,
    botId: config.telegram.botId,
    webhookUrl: config.telegram.webhook?.url ?? null,
    metrics,
  });
  const poll = pollHealth({ poller, lease, polls });

  const health = createHealth({
    process: config.process,
    log,
    stopping: lifecycle.stopping,
    live: poll.live,
    checks: {
      ...checks,
      storage: { check: (signal) => storage.check(signal), needed: false, timeoutMs: 3_000 },
      ...poll.checks,
    },
  });
  const server = await startHealthServer({ port: config.process.port, health, metrics, log });

  for (const watch of poll.watches) lifecycle.watch(watch);
  // If it ever rejects, that is a bug: the unhandled rejection stops the process.
  const running = polls ? poller.run(lifecycle.stopping) : Promise.resolve();
  void introduce({ telegram, conversation, texts, log, signal: lifecycle.stopping });

  lifecycle.onStop('poller', () => running, { deadlineMs: 8_000 });
  lifecycle.onStop('sign of life', () => life?.close());
  lifecycle.onStop('queue', () => producer.close());
  lifecycle.onStop('connections', async () => {
    telegram.close();
    redis.disconnect();
    subscriber.disconnect();
    await database.close();
    health.close();
    await server.close();
  });
  return lifecycle;
}
