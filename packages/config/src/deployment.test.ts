import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { SCHEMAS } from './apps.ts';
import type { AppName } from './groups/group.ts';
import type { Variables } from './variables.ts';

const secret = z.union([z.string(), z.object({ target: z.string() }).transform(({ target }) => target)]);
const service = z.object({ secrets: z.array(secret), env_file: z.tuple([z.literal('app.env')]) });
const compose = z.object({ services: z.record(z.string(), z.unknown()) }).parse(
  parse(readFileSync(fileURLToPath(new URL('../../../docker-compose.prod.yml', import.meta.url)), 'utf8'), {
    merge: true,
  }),
);

/**
 * Which secrets a process reads; the other variables come to every one of them by app.env. The parts of the database's
 * address are made one by the scripts.
 */
function secretsRead(app: AppName): string[] {
  const groups: { variables: Variables }[] = Object.values(SCHEMAS[app]);
  return groups
    .flatMap(({ variables }) => Object.entries(variables))
    .flatMap(([name, variable]) => (variable.secret && name !== 'POSTGRES_PASSWORD' ? [name] : []));
}

const unit = (name: string) =>
  readFileSync(
    fileURLToPath(new URL(`../../../infra/systemd/host/aisha-${name}@.service`, import.meta.url)),
    'utf8',
  );

test.each(['bot-polling', 'webhook-api', 'worker'] as const)(
  'systemd gives %s the secrets that it reads, and no other',
  (app) => {
    const given = [...unit(app).matchAll(/^LoadCredential=(\w+):\/opt\/aisha-backend\/secrets\/\1$/gm)];
    expect(given.map(([, name]) => String(name)).toSorted()).toEqual(
      [...new Set(secretsRead(app))].toSorted(),
    );
  },
);

describe('docker-compose.prod.yml', () => {
  test.each([
    ['bot-polling', ['bot-polling-1', 'bot-polling-2']],
    ['webhook-api', ['webhook-api-1', 'webhook-api-2']],
    ['worker', ['worker', 'tools']],
  ] as const)('gives %s the secrets that it reads, and no other', (app, services) => {
    for (const name of services)
      expect(service.parse(compose.services[name]).secrets.toSorted(), name).toEqual(
        [...new Set(secretsRead(app))].toSorted(),
      );
  });

  test('gives nobody but what sets up a key that changes roles, schema or buckets', () => {
    const hardened = z.object({
      secrets: z
        .array(z.union([z.string(), z.object({ source: z.string() }).transform((one) => one.source)]))
        .default([]),
      read_only: z.literal(true),
      cap_drop: z.tuple([z.literal('ALL')]),
      security_opt: z.tuple([z.literal('no-new-privileges:true')]),
    });
    const holders = (secret_: string) =>
      Object.entries(compose.services).flatMap(([name, one]) =>
        hardened.parse(one).secrets.includes(secret_) ? [name] : [],
      );
    expect(holders('DATABASE_ADMIN_URL')).toEqual(['migrate']);
    expect(holders('MIGRATION_DATABASE_URL')).toEqual(['migrate']);
    expect(holders('BACKUP_DATABASE_URL')).toEqual(['migrate']);
    expect(holders('POSTGRES_PASSWORD')).toEqual(['postgres']);
    expect(holders('MINIO_ROOT_SECRET_KEY')).toEqual(['migrate', 's3']);
    expect(holders('REDIS_ADMIN_PASSWORD')).toEqual(['redis']);
    expect(holders('FAL_API_KEY')).toEqual(['worker', 'tools']);
    expect(holders('OPENAI_API_KEY')).toEqual(['worker', 'tools']);
  });
});
