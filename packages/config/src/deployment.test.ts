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

/** Which secrets a process reads; the other variables come to every one of them by app.env. */
function secretsRead(app: AppName): string[] {
  const groups: { variables: Variables }[] = Object.values(SCHEMAS[app]);
  return groups
    .flatMap(({ variables }) => Object.entries(variables))
    .flatMap(([name, variable]) => (variable.secret ? [name] : []));
}

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
});
