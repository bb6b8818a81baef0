import { databaseGroup, migrationGroup } from './groups/database.ts';
import { falGroup, falJwksGroup, falModeGroup } from './groups/fal.ts';
import type { AppName, Group } from './groups/group.ts';
import { limitsGroup } from './groups/limits.ts';
import { linksGroup } from './groups/links.ts';
import { openAiGroup } from './groups/openai.ts';
import { photosGroup } from './groups/photos.ts';
import { pricesGroup } from './groups/prices.ts';
import { paymentsGroup } from './groups/payments.ts';
import { erasureGroup, privacyGroup } from './groups/privacy.ts';
import { processGroup } from './groups/process.ts';
import { recognisersGroup } from './groups/recognisers.ts';
import { redisGroup } from './groups/redis.ts';
import { edgeGroup, leaseGroup, workerGroup } from './groups/roles.ts';
import { spendingGroup } from './groups/spending.ts';
import { storageGrantGroup, storageGroup } from './groups/storage.ts';
import { telegramGroup } from './groups/telegram.ts';
import {
  ConfigError,
  credentialFile,
  readVariables,
  type Environment,
  type Issue,
  type Variables,
} from './variables.ts';

type AnyGroup = Group<Variables, unknown>;
type Built<S> = { [K in keyof S]: S[K] extends { build(...args: never[]): infer T } ? T : never };

/** Every app's schema: a few groups. The only place that says which process needs what. */
export const SCHEMAS = {
  'bot-polling': {
    process: processGroup,
    telegram: telegramGroup,
    lease: leaseGroup,
    limits: limitsGroup,
    photos: photosGroup,
    prices: pricesGroup,
    payments: paymentsGroup,
    database: databaseGroup,
    redis: redisGroup,
    storage: storageGroup,
    fal: falModeGroup,
    erasure: erasureGroup,
  },
  worker: {
    process: processGroup,
    worker: workerGroup,
    limits: limitsGroup,
    photos: photosGroup,
    prices: pricesGroup,
    payments: paymentsGroup,
    telegram: telegramGroup,
    database: databaseGroup,
    redis: redisGroup,
    storage: storageGroup,
    fal: falGroup,
    openai: openAiGroup,
    recognisers: recognisersGroup,
    links: linksGroup,
    spending: spendingGroup,
    privacy: privacyGroup,
  },
  'webhook-api': {
    process: processGroup,
    telegram: telegramGroup,
    fal: falJwksGroup,
    database: databaseGroup,
    redis: redisGroup,
    edge: edgeGroup,
  },
} as const;

function load<S extends object>(app: AppName, what: string, schema: S, env: Environment): Built<S> {
  const issues: Issue[] = [];
  const built: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries(schema as Record<string, AnyGroup>)) {
    const values = readVariables(definition.variables, env, issues);
    if (values) built[name] = definition.build(values, (issue) => issues.push(issue), app);
  }
  // A variable that two groups read is reported once.
  const unique = issues.filter(
    (issue, i) => issues.findIndex((other) => other.variable === issue.variable) === i,
  );
  if (unique.length > 0) throw new ConfigError(what, unique);
  return built as Built<S>;
}

export type BotPollingConfig = Built<(typeof SCHEMAS)['bot-polling']>;
export type WorkerConfig = Built<(typeof SCHEMAS)['worker']>;
export type WebhookApiConfig = Built<(typeof SCHEMAS)['webhook-api']>;

export const loadBotPollingConfig = (env: Environment = process.env): BotPollingConfig =>
  load('bot-polling', 'bot-polling', SCHEMAS['bot-polling'], env);

export const loadWorkerConfig = (env: Environment = process.env): WorkerConfig =>
  load('worker', 'worker', SCHEMAS.worker, env);

export const loadWebhookApiConfig = (env: Environment = process.env): WebhookApiConfig =>
  load('webhook-api', 'webhook-api', SCHEMAS['webhook-api'], env);

/** For `pnpm db:migrate`. */
export const loadMigrateConfig = (env: Environment = process.env) =>
  load('worker', 'db:migrate', { process: processGroup, migration: migrationGroup }, env);

/** For `pnpm storage:setup`. */
export const loadStorageSetupConfig = (env: Environment = process.env) =>
  load(
    'worker',
    'storage:setup',
    { process: processGroup, storage: storageGroup, grant: storageGrantGroup },
    env,
  );

/** What operators' commands may ask for, one by one. */
const PARTS = {
  process: processGroup,
  telegram: telegramGroup,
  database: databaseGroup,
  redis: redisGroup,
  storage: storageGroup,
  fal: falGroup,
  falWebhooks: falJwksGroup,
  openai: openAiGroup,
  prices: pricesGroup,
  limits: limitsGroup,
  payments: paymentsGroup,
  recognisers: recognisersGroup,
  privacy: privacyGroup,
  erasure: erasureGroup,
} as const;
type Parts = Built<typeof PARTS>;

/** For an operator's command, named in the error: only the parts that it needs. */
export function loadParts<K extends keyof Parts>(
  what: string,
  names: readonly K[],
  env: Environment = process.env,
): Pick<Parts, K> {
  const wanted = Object.fromEntries(names.map((name) => [name, PARTS[name]]));
  return load('worker', what, wanted, env) as Pick<Parts, K>;
}

/** For `aisha doctor`: every part by itself, null where it is wrong, so that one bad variable does not hide the rest. */
export function loadEachPart(env: Environment = process.env): {
  readonly [K in keyof Parts]: Parts[K] | null;
} {
  const one = (name: keyof Parts) => {
    try {
      return loadParts('doctor', [name], env)[name];
    } catch (error) {
      if (error instanceof ConfigError) return null;
      throw error;
    }
  };
  const names = Object.keys(PARTS) as (keyof Parts)[];
  return Object.fromEntries(names.map((name) => [name, one(name)])) as {
    [K in keyof Parts]: Parts[K] | null;
  };
}

/** Every secret that comes from a file: its name and where the file is. */
export function secretFiles(env: Environment = process.env): { name: string; path: string }[] {
  const files = new Map<string, string>();
  for (const schema of Object.values(SCHEMAS))
    for (const definition of Object.values(schema as Record<string, AnyGroup>))
      for (const [name, { secret }] of Object.entries(definition.variables)) {
        const path = env[`${name}_FILE`]?.trim() || credentialFile(name, env);
        if (secret && path) files.set(name, path);
      }
  return [...files].map(([name, path]) => ({ name, path }));
}

/** Every value that must never be printed, for the logger's redaction. */
export function secretsOf(env: Environment = process.env): string[] {
  const secrets = new Set<string>();
  for (const schema of Object.values(SCHEMAS))
    for (const definition of Object.values(schema as Record<string, AnyGroup>)) {
      const values = readVariables(definition.variables, env, []);
      for (const [name, variable] of Object.entries(definition.variables)) {
        const value: unknown = values?.[name];
        if (variable.secret && typeof value === 'string' && value.length >= 6) secrets.add(value);
      }
    }
  return [...secrets];
}
