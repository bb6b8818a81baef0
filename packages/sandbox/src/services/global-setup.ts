import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import '../testing.ts';
import { startChild } from './child.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import { startS3 } from './s3.ts';

const MIGRATE = fileURLToPath(new URL('../../../db/src/migrate.ts', import.meta.url));
const TEMPLATE_DATABASE = 'aisha_template';

/** Before the first integration test: one PostgreSQL, one Redis and one S3 in a folder that is removed at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = mkdtempSync(join(tmpdir(), 'aisha-test-'));
  const runDir = join(dir, 'run');
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const started = await Promise.allSettled([
    startPostgres({ dataDir: join(dir, 'postgres'), runDir, unsafe: true, log }),
    startRedis({ dataDir: join(dir, 'redis'), runDir, persistent: false, log }),
    startS3({ dataDir: join(dir, 's3'), runDir, log }),
  ]);
  const teardown = async () => {
    await Promise.all(started.flatMap((one) => (one.status === 'fulfilled' ? [one.value.stop()] : [])));
    rmSync(dir, { recursive: true, force: true });
  };
  const [postgres, redis, s3] = started;
  if (postgres.status === 'rejected' || redis.status === 'rejected' || s3.status === 'rejected') {
    await teardown();
    const reasons = started.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    throw new AggregateError(reasons, `The test services do not start: ${reasons.map(String).join('; ')}`);
  }
  try {
    project.provide('testServices', {
      postgres: {
        adminUrl: postgres.value.adminUrl,
        templateDatabase: await makeTemplate(postgres.value.adminUrl, runDir),
      },
      redis: { url: redis.value.url },
      s3: {
        endpoint: s3.value.endpoint,
        accessKey: s3.value.accessKey,
        secretKey: s3.value.secretKey,
        region: s3.value.region,
      },
    });
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}

/** Runs the project's own migrations, the way `pnpm db:migrate` does, on the database that tests copy. */
async function makeTemplate(adminUrl: string, runDir: string): Promise<string | null> {
  if (!existsSync(MIGRATE)) return null;
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(`create database ${TEMPLATE_DATABASE}`);
  await client.end();
  const url = new URL(adminUrl);
  url.pathname = `/${TEMPLATE_DATABASE}`;
  const migrate = startChild({
    name: 'migrate',
    command: process.execPath,
    args: ['--conditions=@aisha/source', MIGRATE],
    env: { PATH: '/usr/bin:/bin', DATABASE_URL: url.href, ENVIRONMENT: 'test' },
    log: () => undefined,
    runDir,
  });
  const { code } = await migrate.exited;
  if (code !== 0) throw new Error(`The migrations fail on an empty database:\n${migrate.tail().join('\n')}`);
  return TEMPLATE_DATABASE;
}
