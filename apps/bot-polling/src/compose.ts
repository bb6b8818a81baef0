import { createConversation, createTexts, publishCommands } from '@aisha/bot';
import type { BotPollingConfig } from '@aisha/config';
import { messageKeepers, orderKinds, trainerFor } from '@aisha/core';
import { connectDatabase, requireMigrations } from '@aisha/db';
import { cloudDownloadLimit, createTelegramClient, selfHostedDownloadLimit } from '@aisha/providers';
import { connectConsumer, connectProducer, createProducer, pingRedis } from '@aisha/queue';
import {
  createHealth,
  createLifecycle,
  createMetrics,
  createProgressWatch,
  HealthProblem,
  type Lifecycle,
  type Logger,
  startHealthServer,
} from '@aisha/service';
import { createStorage } from '@aisha/storage';
import { Lease } from './lease.ts';
import { Poller } from './poller.ts';

/** The whole stop: shorter than a container's grace period of 30 s. */
const STOP_MS = 20_000;
/** A getUpdates may wait 50 s and is given up after 60. */
const POLL_SILENCE_MS = 75_000;
/** A lane makes a call of at most 10 s, or an upload of 2 minutes. */
const LANE_SILENCE_MS = 180_000;

/** Builds the process from its configuration and starts it. */
export async function compose(config: BotPollingConfig, log: Logger): Promise<Lifecycle> {
  const lifecycle = createLifecycle({ log, deadlineMs: STOP_MS });
  await requireMigrations(config.database, { lifecycle, log });
  const metrics = createMetrics(config.process);
  const database = connectDatabase(config.database, {
    name: config.process.instanceId,
    onError: (error) => log.warn('database connection', { error }),
  });
  const redis = connectProducer(config.redis, log);
  const subscriber = connectConsumer(config.redis, log);
  const producer = createProducer(redis, { log });
  const storage = createStorage(config.storage, { log });
  const telegram = createTelegramClient({ config: config.telegram, redis, log, metrics });
  const texts = createTexts();
  const cloud = new URL(config.telegram.apiRoot).hostname === 'api.telegram.org';
  const conversation = createConversation({
    botId: config.telegram.botId,
    texts,
    settings: {
      testMode: config.fal.testMode,
      botUsername: config.telegram.botUsername ?? '',
      fileLimit: cloud ? cloudDownloadLimit : selfHostedDownloadLimit,
      presets: {
        portrait: trainerFor('portrait', config.fal.models).presets,
        style: trainerFor('style', config.fal.models).presets,
      },
    },
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
    conversation,
    metrics,
  };

  const lease = new Lease({
    redis,
    subscriber,
    key: `{aisha}:poller:${config.telegram.botId}`,
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
  const polls = config.telegram.mode === 'polling';

  const health = createHealth({
    process: config.process,
    log,
    stopping: lifecycle.stopping,
    live: () => {
      const now = performance.now();
      const { role, pollingSince, lastOkPollAt, epoch } = poller.state;
      const details = {
        role: polls ? role : 'webhook mode',
        epoch,
        secondsSinceOkPoll: lastOkPollAt === null ? null : Math.round((now - lastOkPollAt) / 1_000),
      };
      if (polls && pollingSince !== null && now - pollingSince > POLL_SILENCE_MS)
        return { alive: false, reason: 'a poll does not end', details };
      return { alive: true, details };
    },
    checks: {
      database: { check: () => database.check(), needed: true, timeoutMs: 3_000 },
      redis: { check: (signal) => pingRedis(redis, signal), needed: true, timeoutMs: 3_000 },
      storage: { check: (signal) => storage.check(signal), needed: false, timeoutMs: 3_000 },
      telegram: {
        check: () =>
          poller.state.unauthorized
            ? Promise.reject(new HealthProblem('Telegram does not accept the bot token'))
            : Promise.resolve(),
        needed: true,
        timeoutMs: 1_000,
      },
      // Only a poller whose poll or lease check was recent is alive.
      poller: {
        check: () => {
          const silent = performance.now() - Math.max(poller.state.lastTurnAt, lease.lastAnswerAt);
          return polls && silent > POLL_SILENCE_MS
            ? Promise.reject(new HealthProblem('neither a poll nor a lease check was answered lately'))
            : Promise.resolve();
        },
        needed: true,
        timeoutMs: 1_000,
      },
    },
  });
  const server = await startHealthServer({ port: config.process.port, health, metrics, log });

  lifecycle.watch(
    createProgressWatch({
      name: 'polls',
      maxSilenceMs: POLL_SILENCE_MS,
      isBusy: () => poller.state.pollingSince !== null,
      count: () => poller.state.turns,
    }),
  );
  lifecycle.watch(
    createProgressWatch({
      name: 'updates',
      maxSilenceMs: LANE_SILENCE_MS,
      isBusy: () => poller.progress.busy,
      count: () => poller.progress.finished,
    }),
  );
  // If it ever rejects, that is a bug: the unhandled rejection stops the process.
  const running = polls ? poller.run(lifecycle.stopping) : Promise.resolve();
  void introduce();

  lifecycle.onStop('poller', () => running, { deadlineMs: 8_000 });
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

  /** Learns the bot's name and publishes its commands; repeated until Telegram answers. */
  async function introduce(): Promise<void> {
    for (let pause = 1_000; !lifecycle.stopping.aborted; pause = Math.min(pause * 2, 60_000)) {
      const me = await telegram.call('getMe', {}, { priority: 'bulk', signal: lifecycle.stopping });
      if (me.kind === 'ok') {
        conversation.setUsername(me.result.username);
        const problem = await publishCommands(telegram, texts, lifecycle.stopping);
        if (problem === null) return log.info('commands published', { username: me.result.username });
        log.warn('commands not published', { problem });
      }
      await new Promise((resolve) => setTimeout(resolve, pause).unref());
    }
  }
}
