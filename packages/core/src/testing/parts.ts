import type { FairShares, PaymentsConfig, PhotoRules, Prices } from '@aisha/config';
import { TEST_PHOTOS } from './photo-rules.ts';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, users } from '@aisha/db';
import { testDatabase, type TestDatabase } from '@aisha/db/testing';
import { createMedia, type FaceReader, noFaces } from '@aisha/media';
import { createFalClient, createOpenAiClient, createTelegramClient } from '@aisha/providers';
import {
  connectProducer,
  createProducer,
  type JobName,
  type JobPayload,
  type JobProducer,
} from '@aisha/queue';
import {
  type FalSandbox,
  type FalSettingsPatch,
  type OpenAiSandbox,
  type RedisService,
  SANDBOX_BOT_TOKEN,
  SANDBOX_FAL_KEY,
  SANDBOX_OPENAI_KEY,
  startFalSandbox,
  startOpenAiSandbox,
  startRedis,
  startTelegramSandbox,
  type TelegramSandbox,
} from '@aisha/sandbox';
import { testServices } from '@aisha/sandbox/testing';
import { createMetrics, type LogFields, type Logger } from '@aisha/service';
import { createStorage } from '@aisha/storage/s3';
import type { FalParts } from '../fal/order.ts';
import type { MessageKeepers } from '../inbox/calls.ts';
import { messageKeepers } from '../message-keepers.ts';
import { falOrders, orderKinds } from '../order-kinds.ts';
import type { Run } from '../parts.ts';
import { FREE_OF_CHARGE } from './prices.ts';
import { hashOf } from '../privacy/erasure.ts';
import { hearerOf } from '../recordings/recognisers.ts';

export interface Enqueued {
  readonly name: JobName;
  readonly payload: JobPayload<JobName>;
}

interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** A webhook of FAL as it came: what our address carried, and the request that it is about. */
interface FalHook {
  readonly job: string | null;
  readonly requestId: string;
}

/** So much that no test meets a limit by chance. */
export const WIDE_SHARES: FairShares = {
  person: { underWay: 1_000, perMinute: 1_000, perDay: 1_000 },
  fal: { underWay: 1_000, perMinute: 1_000, perDay: 1_000 },
  group: { underWay: 1_000, perMinute: 1_000, perDay: 1_000 },
  creditsPerDay: { person: 1_000_000, group: 1_000_000 },
  updatesPerMinute: 10_000,
  providerWaitHours: 24,
  wrongCodesPerHour: 100,
};

export const TEST_SALES: PaymentsConfig = {
  selling: true,
  packs: [
    { name: 'small', credits: 100, stars: 50, price: 49_900 },
    { name: 'large', credits: 1_000, stars: 400, price: null },
  ],
  plans: [{ name: 'monthly', credits: 300, stars: 120 }],
  card: { currency: 'KZT', token: '284685063:TEST:stand-in' },
  usdPerStar: 0.013,
  statementSeconds: 1,
  referrals: { inviter: 30, invited: 20, perDay: 3 },
};

export interface TestPartsOptions {
  readonly prices?: Prices;
  /** Faces are not looked at unless a test is about them. */
  readonly faces?: FaceReader;
  readonly photos?: Partial<PhotoRules>;
  readonly limits?: FairShares;
  readonly sales?: PaymentsConfig;
  readonly fal?: FalSettingsPatch;
  readonly adminIds?: readonly number[];
  readonly broadcastPerSecond?: number;
  /** False: FAL is given no address to call, so that results are found by asking alone. */
  readonly webhooks?: boolean;
  /** True: browsers reach the buckets, and links are given out. */
  readonly publicBuckets?: boolean;
  /** How long Telegram's stand-in lets a press wait for its answer. */
  readonly callbackSeconds?: number;
}

/** Everything that the product's parts need, real or standing in, and the hands on it that a test needs. */
export interface TestParts {
  readonly parts: Omit<FalParts, 'metrics'> & {
    readonly metrics: ReturnType<typeof createMetrics>;
    readonly messageKeepers: MessageKeepers;
  };
  readonly database: TestDatabase;
  /** Redis of this bench alone: it may be stopped and emptied. */
  readonly redis: RedisService;
  readonly fal: FalSandbox;
  readonly openai: OpenAiSandbox;
  readonly telegram: TelegramSandbox;
  /** What was asked of the queue so far, oldest first; clear it by setting its length. */
  readonly enqueued: Enqueued[];
  readonly log: LogLine[];
  readonly hooks: FalHook[];
  readonly botId: number;
  /** What a handler is told of its run. */
  run(options?: { signal?: AbortSignal; lastAttempt?: boolean }): Run;
  /** Somebody who has a private chat with the bot. */
  person(): Promise<number>;
  /** Gives every chat its whole budget of messages back, for tests that would have to wait for it. */
  forgetPace(): Promise<void>;
  /** Names of what is under a prefix in a bucket. */
  objects(bucket: 'avatars' | 'transcripts' | 'generated', prefix: string): Promise<string[]>;
  close(): Promise<void>;
}

export async function startTestParts(options: TestPartsOptions = {}): Promise<TestParts> {
  const dir = mkdtempSync(join(tmpdir(), 'aisha-parts-'));
  const lines: LogLine[] = [];
  const log = keepingLog(lines);
  const hooks: FalHook[] = [];
  const receiver = await receiveHooks(hooks);
  const quick = { trainingSeconds: 0.05, imageSeconds: 0.02, queueSeconds: 0 };
  const [database, redis, fal, openai, telegram] = await Promise.all([
    testDatabase(),
    startRedis({ dataDir: join(dir, 'redis'), runDir: join(dir, 'run'), persistent: false, log: ignore }),
    startFalSandbox({ settings: { timing: quick, concurrency: 20, ...options.fal } }),
    startOpenAiSandbox(),
    startTelegramSandbox({
      limits: null,
      ...(options.callbackSeconds === undefined ? {} : { callbackSeconds: options.callbackSeconds }),
    }),
  ]);
  const botId = Number(SANDBOX_BOT_TOKEN.split(':')[0]);
  const config = {
    fal: {
      apiKey: SANDBOX_FAL_KEY,
      testMode: false,
      queueUrl: fal.url,
      restUrl: fal.url,
      webhook:
        options.webhooks === false
          ? null
          : { statusUrl: `${receiver.url}/status`, portraitUrl: `${receiver.url}/portrait` },
      elsewhere: true,
      models: {
        portrait: 'flux-lora-portrait',
        style: 'flux-lora-style',
        image: 'flux-lora',
        imageBest: 'flux-pro-ultra',
        instant: 'nano-banana-2',
        instantBest: 'nano-banana-pro',
        edit: 'nano-banana-2',
        upscale: 'seedvr',
        video: 'ltx-2.3',
      },
      prices: {},
      balanceAlarmUsd: 20,
      legacy: {
        mode: 'character',
        iterations: 500,
        priority: 'quality',
        triggerWord: 'TOK',
        loraRank: 32,
        finetuneType: 'full',
      },
    },
    telegram: {
      token: SANDBOX_BOT_TOKEN,
      botId,
      apiRoot: telegram.url,
      mode: 'polling',
      webhook: null,
      botUsername: 'aisha_sandbox_bot',
      adminIds: options.adminIds ?? [],
      broadcastPerSecond: options.broadcastPerSecond ?? 25,
    },
    links: { reach: 'any', maxBytes: 8 * 1024 * 1024 },
    documents: { maskPersonal: false, titles: true },
    photos: {
      ...TEST_PHOTOS,
      ...options.photos,
    },
    privacy: { key: 'a key of the tests', backupDays: 7, linkHours: 6, region: null },
    spending: {
      perRecording: 300,
      perDocument: 250,
      perImage: 24,
      perDay: { speech: 600, text: 1_000, fal: 200 },
      usdPerDay: 50,
      usdPerGroupADay: 200,
      // Everybody in a test has just come.
      shares: { person: 1, group: 1, newcomers: 1 },
      capUsdPerDay: 1_000,
      textUsdPerMillionTokens: 1,
    },
  } as const;
  const connection = connectProducer({ url: redis.appUrl }, log);
  const enqueued: Enqueued[] = [];
  const producer = listening(createProducer(connection, { log }), enqueued);
  const suffix = randomUUID().slice(0, 8);
  const storage = createStorage(
    {
      ...testServices().s3,
      publicEndpoint: options.publicBuckets ? testServices().s3.endpoint : null,
      buckets: {
        avatars: `avatars-${suffix}`,
        transcripts: `transcripts-${suffix}`,
        generated: `generated-${suffix}`,
      },
    },
    { log },
  );
  await storage.ensureBuckets();
  const sales = options.sales ?? TEST_SALES;
  const client = createTelegramClient({
    config: config.telegram,
    paymentToken: sales.card?.token,
    redis: connection,
    log,
  });
  const openAiClient = createOpenAiClient({
    config: {
      apiKey: SANDBOX_OPENAI_KEY,
      baseUrl: openai.url,
      textModel: 'gpt-6-luna',
      transcribeModel: 'gpt-transcribe',
      visionModel: 'gpt-6-sol',
      moderationModel: 'omni-moderation-latest',
      moderation: 'endpoint',
      maskPersonal: false,
      titles: true,
    },
    log,
  });
  const metrics = createMetrics({ app: 'worker', instanceId: 'test' });
  const media = await createMedia({ log, scratchRoot: join(dir, 'scratch') });
  return {
    parts: {
      db: database.db,
      producer,
      log,
      storage,
      metrics,
      messageKeepers,
      config,
      orderKinds,
      limits: options.limits ?? WIDE_SHARES,
      prices: options.prices ?? FREE_OF_CHARGE,
      sales,
      operators: options.adminIds ?? [],
      erasedAs: (userId) => hashOf(config.privacy.key, userId),
      falOrders,
      telegram: client,
      media,
      faces: options.faces ?? noFaces,
      fal: createFalClient({ config: config.fal, log }),
      openai: openAiClient,
      recognisers: { of: () => [hearerOf(openAiClient.recogniser)] },
    },
    database,
    redis,
    fal,
    openai,
    telegram,
    enqueued,
    log: lines,
    hooks,
    botId,
    run: ({ signal = new AbortController().signal, lastAttempt = false } = {}) => ({
      signal,
      log,
      lastAttempt,
    }),
    person: () => introduce(database, telegram),
    forgetPace: async () => {
      const [, keys] = await connection.scan(0, 'MATCH', 'aisha:tg:*', 'COUNT', 10_000);
      if (keys.length > 0) await connection.del(keys);
    },
    objects: async (bucket, prefix) => {
      const keys: string[] = [];
      for await (const { key } of storage.list(bucket, prefix)) keys.push(key);
      return keys;
    },
    close: async () => {
      client.close();
      await media.close();
      await producer.close();
      connection.disconnect();
      storage.close();
      receiver.close();
      await Promise.all([fal.close(), openai.close(), telegram.close(), redis.stop(), database.close()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const ignore = () => undefined;

async function introduce({ db }: Pick<Database, 'db'>, telegram: TelegramSandbox): Promise<number> {
  const { id, firstName } = await telegram.control.createUser({ firstName: 'Анна' });
  await db.insert(users).values({ id, firstName });
  return id;
}

/** The real producer; what passes through it is written down. */
function listening(producer: JobProducer, heard: Enqueued[]): JobProducer {
  return {
    ...producer,
    enqueue: (name, payload, options) => {
      heard.push({ name, payload });
      return producer.enqueue(name, payload, options);
    },
  };
}

function keepingLog(lines: LogLine[]): Logger {
  const at = (level: string) => (message: string, fields?: LogFields) =>
    void lines.push({ level, message, fields });
  const log: Logger = {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: () => log,
  };
  return log;
}

/** Takes every webhook with 200; whether it comes to a transition is for each test to say. */
async function receiveHooks(hooks: FalHook[]): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const job = new URL(request.url ?? '', 'http://here').searchParams.get('job');
    const requestId = request.headers['x-fal-webhook-request-id'];
    request.resume().on('end', () => {
      hooks.push({ job, requestId: typeof requestId === 'string' ? requestId : '' });
      response.end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
