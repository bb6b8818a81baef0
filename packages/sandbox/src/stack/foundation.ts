import { join } from 'node:path';
import { startNginx, type NginxService } from '../services/nginx.ts';
import { startPostgres, type PostgresService } from '../services/postgres.ts';
import { startRedis, type RedisService } from '../services/redis.ts';
import { startS3, type S3Service } from '../services/s3.ts';
import { programArguments, ROOT, type StackContext } from './context.ts';
import { startProcess, type StackProcess } from './process.ts';
import type { Part } from './settings.ts';
import { standInArguments, type StandInName } from './stand-ins.ts';

/** What the apps lean on; null where the user configured a real one. */
export interface Foundation {
  postgres: PostgresService | null;
  redis: RedisService | null;
  s3: S3Service | null;
  telegram: StackProcess | null;
  fal: StackProcess | null;
  openai: StackProcess | null;
  nginx: NginxService;
}

/** Starts, all at once, every server and stand-in that is not replaced by a real one, and nginx. */
export async function startFoundation(
  context: StackContext,
  real: ReadonlySet<Part>,
  upstreamPorts: readonly number[],
): Promise<Foundation> {
  const { dataDir, runDir, lifecycle, onEvent, port } = context;
  const unless = <T>(part: Part, start: () => Promise<T>): Promise<T | null> =>
    real.has(part) ? Promise.resolve(null) : start();
  const service = <T extends { stop(): Promise<void> }>(
    name: string,
    start: (options: {
      dataDir: string;
      runDir: string;
      port: number;
      log: (line: string) => void;
    }) => Promise<T>,
    address: (service: T) => string,
    layer: 'intake' | 'services' = 'services',
  ): Promise<T> => {
    const begun = performance.now();
    const log = (line: string) => onEvent({ type: 'log', name, line });
    const starting = start({ dataDir: join(dataDir, name), runDir, port: port(name), log }).then(
      (started) => {
        onEvent({ type: 'ready', name, url: address(started), ms: Math.round(performance.now() - begun) });
        return started;
      },
    );
    return lifecycle.start(layer, starting);
  };
  const standIn = (name: StandInName): Promise<StackProcess> =>
    lifecycle.start(
      'stand-ins',
      startProcess({
        name,
        args: [
          ...programArguments(context, 'packages/sandbox', `${name}/main`),
          ...standInArguments(name, port(name), join(dataDir, name)),
        ],
        cwd: ROOT,
        env: { ...context.base, NODE_ENV: 'production' },
        port: port(name),
        runDir,
        keepAlive: context.keepAlive,
        onEvent,
      }),
    );

  const [postgres, redis, s3, telegram, fal, openai, nginx] = await Promise.all([
    unless('postgres', () =>
      service(
        'postgres',
        (options) =>
          startPostgres({
            ...options,
            unsafe: context.unsafeDatabase,
            ...(context.keepStatements && { statements: join(options.dataDir, 'statements.json') }),
          }),
        (started) => started.url,
      ),
    ),
    unless('redis', () => service('redis', startRedis, (started) => started.url)),
    unless('s3', () => service('s3', startS3, (started) => started.endpoint)),
    unless('telegram', () => standIn('telegram')),
    unless('fal', () => standIn('fal')),
    unless('openai', () => standIn('openai')),
    service(
      'nginx',
      (options) => startNginx({ ...options, upstreamPorts }),
      (started) => started.url,
      'intake',
    ),
  ]);
  return { postgres, redis, s3, telegram, fal, openai, nginx };
}
