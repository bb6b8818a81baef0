import { z } from 'zod';
import { integer } from '../variables.ts';
import { group } from './group.ts';
import { readRedisUrl, type RedisTls } from './redis-url.ts';

const optionalText = z.string().optional();

export interface RedisNode {
  host: string;
  port: number;
}

export interface RedisConfig {
  /** redis:// or rediss:// with password and database number; of a Sentinel or a Cluster the user and password, the database and TLS. */
  url: string;
  /** Absent: in the clear. */
  tls?: RedisTls;
  /** Redis is the master that these sentinels name. */
  sentinels?: { nodes: RedisNode[]; name: string; password?: string };
  /** Some nodes of a Redis Cluster; the others are found through them. */
  cluster?: RedisNode[];
}

const nodes = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter(Boolean))
  .pipe(z.array(z.string().regex(/^(\[[\da-fA-F:]+\]|[\w.-]+)(:\d{1,5})?$/)).min(1));

const nodesOf = (list: readonly string[], port: number): RedisNode[] =>
  list.map((one) => {
    const { hostname, port: given } = new URL(`redis://${one}`);
    return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(given || port) };
  });

export const redisGroup = group({
  title: 'Redis: REDIS_URL, or REDIS_*',
  variables: {
    REDIS_URL: {
      schema: z.url({ protocol: /^rediss?$/ }).optional(),
      doc: 'Queues, leader lease, rate limits. Must run with maxmemory-policy noeviction. With rediss:// its certificate is checked; ?ssl_ca_certs=FILE names an authority of its own, ?ssl_cert_reqs=none only encrypts, as the older system has them.',
      expected: 'redis://:password@host:6379/0 (or REDIS_HOST, REDIS_PORT, REDIS_PASSWORD, REDIS_DB)',
      secret: true,
      example: 'redis://localhost:6379/0',
    },
    REDIS_HOST: { schema: optionalText, doc: 'Host name.', expected: 'a host name' },
    REDIS_PORT: { schema: integer(1, 65_535, 6379), doc: 'Port.', expected: 'a port number' },
    REDIS_PASSWORD: { schema: optionalText, doc: 'Password.', expected: 'a password', secret: true },
    REDIS_DB: { schema: integer(0, 1023, 0), doc: 'Database number.', expected: 'a number from 0' },
    REDIS_SENTINELS: {
      schema: nodes.optional(),
      doc: 'Redis behind Sentinel: the sentinels. User, password, database and TLS of Redis itself come from REDIS_URL or REDIS_PASSWORD and REDIS_DB.',
      expected: 'host:port,host:port,…',
    },
    REDIS_SENTINEL_NAME: {
      schema: z.string().default('mymaster'),
      doc: 'The name under which the sentinels know the master.',
      expected: 'a name',
    },
    REDIS_SENTINEL_PASSWORD: {
      schema: optionalText,
      doc: 'Password of the sentinels, where they have one.',
      expected: 'a password',
      secret: true,
    },
    REDIS_CLUSTER_NODES: {
      schema: nodes.optional(),
      doc: 'A Redis Cluster: some of its nodes.',
      expected: 'host:port,host:port,…',
    },
  },
  build(v, report): RedisConfig {
    const auth = v.REDIS_PASSWORD ? `:${encodeURIComponent(v.REDIS_PASSWORD)}@` : '';
    if (v.REDIS_SENTINELS && v.REDIS_CLUSTER_NODES)
      report({
        variable: 'REDIS_CLUSTER_NODES',
        problem: 'stands beside REDIS_SENTINELS',
        expected: 'one of the two',
      });
    const read = v.REDIS_URL === undefined ? null : readRedisUrl(v.REDIS_URL);
    if (read?.kind === 'wrong')
      report({
        variable: 'REDIS_URL',
        problem: read.problem,
        expected: 'rediss://:password@host:6379/0?ssl_ca_certs=/file.pem',
      });
    const given = read?.kind === 'ok' ? read.url : v.REDIS_URL;
    const tls = read?.kind === 'ok' && read.tls ? { tls: read.tls } : {};
    const [first] = v.REDIS_SENTINELS ?? v.REDIS_CLUSTER_NODES ?? [];
    if (first !== undefined) {
      const url = given ?? `redis://${auth}${first.replace(/:\d+$/, '')}:6379/${v.REDIS_DB}`;
      if (!v.REDIS_SENTINELS) return { url, ...tls, cluster: nodesOf(v.REDIS_CLUSTER_NODES ?? [], 6379) };
      const password = v.REDIS_SENTINEL_PASSWORD ? { password: v.REDIS_SENTINEL_PASSWORD } : {};
      return {
        url,
        ...tls,
        sentinels: { nodes: nodesOf(v.REDIS_SENTINELS, 26379), name: v.REDIS_SENTINEL_NAME, ...password },
      };
    }
    if (given) return { url: given, ...tls };
    if (!v.REDIS_HOST)
      report({
        variable: 'REDIS_URL',
        problem: 'is missing, and REDIS_HOST is not set',
        expected: 'redis://:password@host:6379/0',
      });
    return { url: `redis://${auth}${v.REDIS_HOST}:${v.REDIS_PORT}/${v.REDIS_DB}` };
  },
});
