import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { clearLeftover, startChild } from '../services/child.ts';
import { freePort } from '../services/ports.ts';
import { createLifecycle, programArguments, ROOT, type StackContext } from './context.ts';
import {
  appEnvironment,
  baseEnvironment,
  sharedEnvironment,
  type AppName,
  type Mode,
} from './environment.ts';
import { startFoundation, type Foundation } from './foundation.ts';
import { choosePorts } from './ports.ts';
import { startProcess, type StackEvent, type StackProcess } from './process.ts';
import { realParts, type Part, type Settings } from './settings.ts';

export interface StackOptions {
  /** Everything that the stack keeps: databases, objects, ports. */
  dataDir: string;
  /** What the user configured; each part named there replaces its stand-in. */
  settings?: Settings;
  /** The environment of whoever starts the stack; PATH and the like are passed on. */
  environment: Readonly<Record<string, string | undefined>>;
  mode?: Mode;
  /** Runs the TypeScript sources; otherwise compiled JavaScript, as in production. */
  source?: boolean;
  /** Further flags of Node for an app, by its name: `--watch`, `--inspect`. */
  nodeFlags?: (name: string) => readonly string[];
  instances?: Partial<Record<AppName, number>>;
  /** Variables of single instances, for example another way to Redis for `bot-polling-1`. */
  overrides?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** By component name, for example `nginx` or `webhook-api-1`; all others are chosen, and kept for the next start. */
  ports?: Readonly<Record<string, number>>;
  /** Quick and unsafe writing, for tests. */
  unsafeDatabase?: boolean;
  /** PostgreSQL keeps what it is asked in `postgres/statements.json` of the data. */
  keepStatements?: boolean;
  /** Apps and stand-ins that end by themselves are started again. */
  keepAlive?: boolean;
  /** Gives up a start that is under way; `startStack` then rejects. */
  signal?: AbortSignal;
  onEvent?: (event: StackEvent) => void;
}

export interface Stack extends Readonly<Foundation> {
  readonly dataDir: string;
  /** What the user configured instead of a stand-in. */
  readonly real: ReadonlySet<Part>;
  readonly apps: readonly StackProcess[];
  /** By name, for example `bot-polling-1`; throws for an unknown one. */
  app(name: string): StackProcess;
  /** One more instance, with the next number. nginx knows only the webhook APIs of the start. */
  addApp(kind: AppName): Promise<StackProcess>;
  /** What every Aisha process gets, without INSTANCE_ID and PORT. */
  readonly env: Readonly<Record<string, string>>;
  /** What migrations get beside it, and no process. */
  readonly migrating: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const INSTANCES: Record<AppName, number> = { 'webhook-api': 2, worker: 1, 'bot-polling': 2 };
const SERVERS = ['telegram', 'nginx', 'fal', 'openai', 'postgres', 'redis', 's3'];

/**
 * Starts the whole product as it runs in production, and resolves when every part is ready. When one does not get
 * ready, everything is stopped again and the error holds the last lines that it said.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dataDir = resolve(options.dataDir);
  const runDir = join(dataDir, 'run');
  mkdirSync(dataDir, { recursive: true });
  await clearLeftovers(runDir);
  if (options.source !== true) await compileSources();

  const settings = options.settings ?? {};
  const real = realParts(settings);
  const counts = { ...INSTANCES, ...options.instances };
  const kinds: AppName[] = ['webhook-api', 'worker', 'bot-polling'];
  const instances = kinds.flatMap((kind) => names(kind, counts[kind]).map((name) => ({ kind, name })));
  const components = [...SERVERS, ...instances.map(({ name }) => name)];
  const lifecycle = createLifecycle();
  const context: StackContext = {
    dataDir,
    runDir,
    base: baseEnvironment(options.environment),
    source: options.source ?? false,
    keepAlive: options.keepAlive ?? false,
    unsafeDatabase: options.unsafeDatabase ?? false,
    keepStatements: options.keepStatements ?? false,
    port: await choosePorts(dataDir, components, options.ports ?? {}),
    onEvent: options.onEvent ?? (() => undefined),
    lifecycle,
  };

  // What was started so far ends, so whoever waits for it to get ready fails, and the rest is stopped below.
  const giveUp = () => void clearLeftovers(runDir);
  options.signal?.addEventListener('abort', giveUp, { once: true });
  try {
    options.signal?.throwIfAborted();
    const upstreamPorts = names('webhook-api', counts['webhook-api']).map(context.port);
    const foundation = await startFoundation(context, real, upstreamPorts);
    const { postgres, redis, s3, telegram, fal, openai, nginx } = foundation;
    const env = sharedEnvironment({
      base: context.base,
      settings,
      mode: options.mode ?? 'development',
      addresses: {
        publicUrl: nginx.url,
        ...(postgres && { postgres: { url: postgres.roles.app } }),
        ...(redis && { redis: { url: redis.appUrl } }),
        ...(s3 && { s3 }),
        ...(telegram && { telegram }),
        ...(fal && { fal }),
        ...(openai && { openai }),
      },
    });
    options.signal?.throwIfAborted();
    const migrating: Readonly<Record<string, string>> = postgres
      ? {
          DATABASE_ADMIN_URL: postgres.url,
          DATABASE_OWN_SERVER: 'true',
          MIGRATION_DATABASE_URL: postgres.roles.owner,
          BACKUP_DATABASE_URL: postgres.roles.backup,
        }
      : {};
    await Promise.all([
      runScript(context, 'migrations', programArguments(context, 'packages/db', 'migrate'), {
        ...env,
        ...migrating,
      }),
      runScript(context, 'buckets', programArguments(context, 'packages/storage', 'setup'), env),
    ]);
    const startApp = (kind: AppName, name: string, port: number): Promise<StackProcess> =>
      lifecycle.start(
        'apps',
        startProcess({
          name,
          args: [...(options.nodeFlags?.(name) ?? []), ...programArguments(context, `apps/${kind}`, 'main')],
          cwd: ROOT,
          env: { ...appEnvironment(env, name, port), ...options.overrides?.[name] },
          port,
          runDir,
          readyPath: '/health/ready',
          keepAlive: context.keepAlive,
          onEvent: context.onEvent,
        }),
      );
    options.signal?.throwIfAborted();
    const apps = await Promise.all(
      instances.map(({ kind, name }) => startApp(kind, name, context.port(name))),
    );
    return {
      ...foundation,
      dataDir,
      real,
      apps,
      app(name) {
        const found = apps.find((one) => one.name === name);
        if (found === undefined)
          throw new Error(`no ${name} among ${apps.map((one) => one.name).join(', ')}`);
        return found;
      },
      async addApp(kind) {
        counts[kind] += 1;
        const added = await startApp(kind, `${kind}-${counts[kind]}`, await freePort());
        apps.push(added);
        return added;
      },
      env,
      migrating,
      stop: () => lifecycle.stop(),
    };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
  }
}

/** A stack never runs what an older build left behind; a third of a second, and less when nothing changed. */
async function compileSources(): Promise<void> {
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  await promisify(execFile)(process.execPath, [compiler, '-b', join(ROOT, 'tsconfig.build.json')]);
}

const names = (kind: AppName, count: number) => Array.from({ length: count }, (_, n) => `${kind}-${n + 1}`);

/** A program that does its work and ends, such as the migrations. */
async function runScript(
  { runDir, onEvent }: StackContext,
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const begun = performance.now();
  const child = startChild({
    name,
    command: process.execPath,
    args,
    cwd: ROOT,
    env: { ...env, INSTANCE_ID: name },
    runDir,
    log: (line) => onEvent({ type: 'log', name, line }),
  });
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`${name} failed:\n${child.tail().join('\n')}`);
  onEvent({ type: 'ready', name, url: null, ms: Math.round(performance.now() - begun) });
}

/** Ends what an earlier start, killed before it could stop, left running from this folder. */
async function clearLeftovers(runDir: string): Promise<void> {
  if (!existsSync(runDir)) return;
  const left = readdirSync(runDir).map((file) => file.replace(/\.json$/, ''));
  await Promise.all(left.map((name) => clearLeftover(runDir, name)));
  rmSync(runDir, { recursive: true, force: true });
}
