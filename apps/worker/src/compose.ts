import { botSettings, createConversation, createTexts } from '@aisha/bot';
import type { WorkerConfig } from '@aisha/config';
import {
  checkModels,
  checkPrices,
  createRecognisers,
  createSimulatedFal,
  disclose,
  hashOf,
  messageKeepers,
  openFoundation,
  orderKinds,
  type WorkerParts,
} from '@aisha/core';
import { createFaceReader, createMedia, noFaces } from '@aisha/media';
import { createFalClient, createOpenAiClient, createTelegramClient } from '@aisha/providers';
import { queues, startDepthCollector, startWorkers, watchConsumption } from '@aisha/queue';
import { createHealth, type Lifecycle, type Logger, startHealthServer, untilDone } from '@aisha/service';
import { createStorage } from '@aisha/storage/s3';
import { disclosedBy } from './disclosed.ts';
import { handlers } from './handlers.ts';
import { queueSelection } from './queue-selection.ts';
import { reportModels } from './report-models.ts';
import { runSweeper } from './sweeper.ts';

/** The whole stop: shorter than a container's grace period of 30 s, longer than draining. */
const STOP_MS = 25_000;
/** How long running jobs may finish by themselves; then they go back to the queue. */
const DRAIN_MS = 15_000;
/** Jobs wait, there is room, and none is taken: the consumer is deaf. */
const SILENCE_MS = 60_000;

/** Builds the process from its configuration and starts it. */
export async function compose(config: WorkerConfig, log: Logger): Promise<Lifecycle> {
  const only = queueSelection(config.worker.queues);
  checkModels(config.fal);
  const settings = botSettings(config);
  const { lifecycle, metrics, database, redis, producer, checks } = await openFoundation(config, log, {
    stopMs: STOP_MS,
  });
  const storage = createStorage(config.storage, { log });
  const telegram = createTelegramClient({
    config: config.telegram,
    paymentToken: config.payments.card?.token,
    redis,
    log,
    metrics,
  });
  const openai = createOpenAiClient({ config: config.openai, log, metrics });
  const fal = config.fal.testMode
    ? createSimulatedFal()
    : createFalClient({ config: config.fal, log, metrics });
  const recognisers = createRecognisers({ openai, config, log, metrics });
  const costs = {
    speechMinute: recognisers.of(null).map(({ can }) => can.usdPerMinute),
    textMillionTokens: config.spending.textUsdPerMillionTokens,
  };
  checkPrices(config.prices, config.fal, costs, config.payments);
  const media = await createMedia({
    log,
    scratchRoot: config.worker.scratch.root,
    scratchBytes: config.worker.scratch.bytes,
  });
  const faces = config.photos.faces ? await createFaceReader({ log, scratch: media.scratch }) : noFaces;
  const texts = createTexts();
  const conversation = createConversation({ botId: config.telegram.botId, texts, settings });
  const parts = {
    db: database.db,
    producer,
    log,
    storage,
    telegram,
    openai,
    recognisers,
    media,
    faces,
    fal,
    texts,
    settings,
    conversation,
    messageKeepers,
    orderKinds,
    limits: config.limits,
    prices: config.prices,
    sales: config.payments,
    operators: config.telegram.adminIds,
    erasedAs: (userId) => hashOf(config.privacy.key, userId),
    metrics,
    config: {
      fal: config.fal,
      telegram: config.telegram,
      links: config.links,
      spending: config.spending,
      photos: config.photos,
      privacy: config.privacy,
      documents: { maskPersonal: config.openai.maskPersonal, titles: config.openai.titles },
    },
  } satisfies WorkerParts & Record<string, unknown>;

  const workers = startWorkers({
    redis: config.redis,
    handlers: handlers(parts),
    ...(only === null ? {} : { only }),
    log,
    metrics,
  });
  const depth = startDepthCollector({ connection: redis, queues: workers.queues, metrics, log });
  for (const watch of watchConsumption({ workers, depth, queues, maxSilenceMs: SILENCE_MS }))
    lifecycle.watch(watch);

  const health = createHealth({
    process: config.process,
    log,
    stopping: lifecycle.stopping,
    live: () =>
      workers.isRunning() || lifecycle.stopping.aborted
        ? { alive: true, details: { queues: workers.queues } }
        : { alive: false, reason: 'a queue is not consumed any more' },
    checks: {
      ...checks,
      storage: { check: (signal) => storage.check(signal), needed: true, timeoutMs: 5_000 },
    },
  });
  const server = await startHealthServer({ port: config.process.port, health, metrics, log });
  const sweeping = runSweeper(parts, {
    updates: config.telegram.mode === 'webhook',
    metrics,
    signal: lifecycle.stopping,
  });
  log.info('worker started', { queues: workers.queues, testMode: config.fal.testMode });
  void untilDone(lifecycle.stopping, () =>
    disclose(database.db, disclosedBy(config)).then(
      () => true,
      (error: unknown) => {
        log.warn('where data go is not written down yet', { error });
        return false;
      },
    ),
  );
  void reportModels(openai, log, lifecycle.stopping);
  // Links to the bot carry its name.
  void untilDone(lifecycle.stopping, async () => {
    const me = await telegram.call('getMe', {}, { priority: 'bulk', signal: lifecycle.stopping });
    if (me.kind === 'ok') conversation.setUsername(me.result.username);
    return me.kind === 'ok';
  });

  lifecycle.onStop('jobs', () => workers.close(DRAIN_MS).then(() => undefined), {
    deadlineMs: DRAIN_MS + 4_000,
  });
  lifecycle.onStop('sweeper', () => sweeping, { deadlineMs: 3_000 });
  lifecycle.onStop(
    'media',
    () => {
      faces.close();
      return media.close();
    },
    { deadlineMs: 2_000 },
  );
  lifecycle.onStop('connections', async () => {
    await depth.close();
    await producer.close();
    telegram.close();
    redis.disconnect();
    await database.close();
    health.close();
    await server.close();
  });
  return lifecycle;
}
