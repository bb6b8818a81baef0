import {
  databaseGroup,
  edgeGroup,
  leaseGroup,
  processGroup,
  redisGroup,
  storageGroup,
  workerGroup,
  type AppName,
  type Group,
} from './groups.ts';
import { falGroup, falJwksGroup, falModeGroup, openAiGroup, telegramGroup } from './providers.ts';
import { ConfigError, readVariables, type Environment, type Issue, type Variables } from './variables.ts';

type AnyGroup = Group<Variables, unknown>;
type Built<S> = { [K in keyof S]: S[K] extends { build(...args: never[]): infer T } ? T : never };

/** Every app's schema: a few groups. The only place that says which process needs what. */
export const SCHEMAS = {
  'bot-polling': {
    process: processGroup,
    telegram: telegramGroup,
    lease: leaseGroup,
    database: databaseGroup,
    redis: redisGroup,
    storage: storageGroup,
    fal: falModeGroup,
  },
  worker: {
    process: processGroup,
    worker: workerGroup,
    telegram: telegramGroup,
    database: databaseGroup,
    redis: redisGroup,
    storage: storageGroup,
    fal: falGroup,
    openai: openAiGroup,
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
  load('worker', 'db:migrate', { process: processGroup, database: databaseGroup }, env);

/** For `pnpm storage:setup`. */
export const loadStorageSetupConfig = (env: Environment = process.env) =>
  load('worker', 'storage:setup', { process: processGroup, storage: storageGroup }, env);

/** For `pnpm telegram:mode`. */
export const loadTelegramModeConfig = (env: Environment = process.env) =>
  load('worker', 'telegram:mode', { process: processGroup, telegram: telegramGroup, redis: redisGroup }, env);

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
