import { z } from 'zod';
import { integer } from '../variables.ts';
import { group } from './group.ts';

const optionalText = z.string().optional();

export interface RedisConfig {
  /** redis:// or rediss:// with password and database number. */
  url: string;
}

export const redisGroup = group({
  title: 'Redis: REDIS_URL, or REDIS_*',
  variables: {
    REDIS_URL: {
      schema: z.url({ protocol: /^rediss?$/ }).optional(),
      doc: 'Queues, leader lease, rate limits. Must run with maxmemory-policy noeviction.',
      expected: 'redis://:password@host:6379/0 (or REDIS_HOST, REDIS_PORT, REDIS_PASSWORD, REDIS_DB)',
      secret: true,
      example: 'redis://localhost:6379/0',
    },
    REDIS_HOST: { schema: optionalText, doc: 'Host name.', expected: 'a host name' },
    REDIS_PORT: { schema: integer(1, 65_535, 6379), doc: 'Port.', expected: 'a port number' },
    REDIS_PASSWORD: { schema: optionalText, doc: 'Password.', expected: 'a password', secret: true },
    REDIS_DB: { schema: integer(0, 1023, 0), doc: 'Database number.', expected: 'a number from 0' },
  },
  build(v, report): RedisConfig {
    if (v.REDIS_URL) return { url: v.REDIS_URL };
    if (!v.REDIS_HOST)
      report({
        variable: 'REDIS_URL',
        problem: 'is missing, and REDIS_HOST is not set',
        expected: 'redis://:password@host:6379/0',
      });
    const auth = v.REDIS_PASSWORD ? `:${encodeURIComponent(v.REDIS_PASSWORD)}@` : '';
    return { url: `redis://${auth}${v.REDIS_HOST}:${v.REDIS_PORT}/${v.REDIS_DB}` };
  },
});
