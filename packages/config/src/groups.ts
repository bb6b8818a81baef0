import { hostname } from 'node:os';
import { z } from 'zod';
import { boolean, integer, type Issue, type Values, type Variables } from './variables.ts';

export type AppName = 'bot-polling' | 'worker' | 'webhook-api';

/** A few variables that belong together, and the plain value that the rest of the program sees. */
export interface Group<V extends Variables, T> {
  readonly title: string;
  readonly variables: V;
  /** Combines the values; reports rules over several variables. Its result is used only without issues. */
  build(values: Values<V>, report: (issue: Issue) => void, app: AppName): T;
}

const group = <V extends Variables, T>(definition: Group<V, T>): Group<V, T> => definition;

export interface ProcessConfig {
  app: AppName;
  environment: 'production' | 'development' | 'test';
  debug: boolean;
  logLevel: 'error' | 'warn' | 'info' | 'debug';
  instanceId: string;
  port: number;
}

const DEFAULT_PORT: Record<AppName, number> = { 'webhook-api': 8000, 'bot-polling': 8080, worker: 8081 };

export const processGroup = group({
  title: 'Process',
  variables: {
    ENVIRONMENT: {
      schema: z
        .string()
        .toLowerCase()
        .pipe(z.enum(['production', 'development', 'test']))
        .default('development'),
      doc: 'Production writes JSON logs and refuses test modes.',
      expected: 'production, development or test',
      example: 'development',
    },
    DEBUG: {
      schema: boolean(false),
      doc: 'Sets LOG_LEVEL to debug.',
      expected: 'true or false',
      example: 'false',
    },
    LOG_LEVEL: {
      schema: z
        .string()
        .toLowerCase()
        .transform((v) => (v === 'warning' ? 'warn' : v === 'critical' ? 'error' : v))
        .pipe(z.enum(['error', 'warn', 'info', 'debug']))
        .default('info'),
      doc: 'How much is logged.',
      expected: 'error, warn, info or debug',
      example: 'info',
    },
    INSTANCE_ID: {
      schema: z
        .string()
        .regex(/^[\w.-]{1,64}$/)
        .optional(),
      doc: 'Name of this process in logs and metrics; by default the host name.',
      expected: '1 to 64 letters, digits, dots, dashes or underscores',
    },
    PORT: {
      schema: integer(1, 65_535, 0),
      doc: 'HTTP port of the process: the API of webhook-api (8000); health and metrics of bot-polling (8080) and worker (8081).',
      expected: 'a port number from 1 to 65535',
    },
  },
  build: (v, _report, app): ProcessConfig => ({
    app,
    environment: v.ENVIRONMENT,
    debug: v.DEBUG,
    logLevel: v.DEBUG ? 'debug' : v.LOG_LEVEL,
    instanceId: v.INSTANCE_ID ?? `${app}-${hostname()}`.slice(0, 64),
    port: v.PORT || DEFAULT_PORT[app],
  }),
});

export interface DatabaseConfig {
  /** postgresql:// with user, password and database. */
  url: string;
  poolSize: number;
}

const optionalText = z.string().optional();

export const databaseGroup = group({
  title: 'PostgreSQL: DATABASE_URL, or POSTGRES_*',
  variables: {
    DATABASE_URL: {
      schema: z
        .string()
        .transform((v) => v.replace(/^postgres(ql)?(\+\w+)?:\/\//, 'postgresql://'))
        .refine((v) => v.startsWith('postgresql://') && URL.canParse(v))
        .optional(),
      doc: 'The postgresql+asyncpg:// form of the older system is accepted.',
      expected:
        'postgresql://user:password@host:5432/database (or POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB, POSTGRES_HOST, POSTGRES_PORT)',
      secret: true,
      example: 'postgresql://aisha:password@localhost:5432/aisha',
    },
    POSTGRES_USER: { schema: optionalText, doc: 'User name.', expected: 'a user name' },
    POSTGRES_PASSWORD: { schema: optionalText, doc: 'Password.', expected: 'a password', secret: true },
    POSTGRES_DB: { schema: optionalText, doc: 'Database name.', expected: 'a database name' },
    POSTGRES_HOST: { schema: z.string().default('localhost'), doc: 'Host name.', expected: 'a host name' },
    POSTGRES_PORT: { schema: integer(1, 65_535, 5432), doc: 'Port.', expected: 'a port number' },
    DATABASE_POOL_SIZE: {
      schema: integer(2, 200, 10),
      doc: 'Connections that one process may hold.',
      expected: 'a number from 2 to 200',
      example: '10',
    },
  },
  build(v, report): DatabaseConfig {
    if (v.DATABASE_URL) return { url: v.DATABASE_URL, poolSize: v.DATABASE_POOL_SIZE };
    if (!v.POSTGRES_USER || !v.POSTGRES_DB || !v.POSTGRES_PASSWORD)
      report({
        variable: 'DATABASE_URL',
        problem: 'is missing, and POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB are not all set',
        expected: 'postgresql://user:password@host:5432/database',
      });
    const user = encodeURIComponent(v.POSTGRES_USER ?? '');
    const password = encodeURIComponent(v.POSTGRES_PASSWORD ?? '');
    const database = encodeURIComponent(v.POSTGRES_DB ?? '');
    return {
      url: `postgresql://${user}:${password}@${v.POSTGRES_HOST}:${v.POSTGRES_PORT}/${database}`,
      poolSize: v.DATABASE_POOL_SIZE,
    };
  },
});

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

export interface StorageConfig {
  /** With scheme, without trailing slash. */
  endpoint: string;
  accessKey: string;
  secretKey: string;
  region: string;
  buckets: { avatars: string; transcripts: string; generated: string };
}

const bucketName = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
const bucketExpected = 'a bucket name: 3 to 63 small letters, digits, dots or dashes';

/** `{"avatars": …, "transcripts": …, "generated": …}`, or a list of names that contain those words. */
const bucketsJson = z
  .string()
  .transform((text, ctx): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      ctx.addIssue('not JSON');
      return z.NEVER;
    }
  })
  .transform((value) =>
    Array.isArray(value)
      ? Object.fromEntries(
          ['avatars', 'transcripts', 'generated'].map((k) => [
            k,
            value.find((name) => String(name).includes(k.replace(/s$/, ''))),
          ]),
        )
      : value,
  )
  .pipe(z.object({ avatars: bucketName, transcripts: bucketName, generated: bucketName }).partial());

export const storageGroup = group({
  title: 'S3 (MinIO or any other)',
  variables: {
    MINIO_ENDPOINT: {
      schema: z.string().refine((v) => URL.canParse(/^https?:\/\//.test(v) ? v : `http://${v}`)),
      doc: 'Host and port, or a full address.',
      expected: 'host:port or http(s)://host:port',
      example: 'localhost:9000',
    },
    MINIO_ACCESS_KEY: {
      schema: z.string(),
      doc: 'Access key.',
      expected: 'an access key',
      secret: true,
      example: '',
    },
    MINIO_SECRET_KEY: {
      schema: z.string(),
      doc: 'Secret key.',
      expected: 'a secret key',
      secret: true,
      example: '',
    },
    MINIO_SECURE: {
      schema: boolean(false),
      doc: 'https, when MINIO_ENDPOINT has no scheme.',
      expected: 'true or false',
      example: 'false',
    },
    MINIO_REGION: { schema: z.string().default('us-east-1'), doc: 'Region.', expected: 'a region name' },
    MINIO_BUCKETS: {
      schema: bucketsJson.optional(),
      doc: 'All three buckets as JSON; the single variables below win over it.',
      expected: '{"avatars":"…","transcripts":"…","generated":"…"}',
    },
    MINIO_BUCKET_AVATARS: {
      schema: bucketName.optional(),
      doc: 'Photos and models.',
      expected: bucketExpected,
      example: 'avatars',
    },
    MINIO_BUCKET_TRANSCRIPTS: {
      schema: bucketName.optional(),
      doc: 'Audio, transcripts and documents.',
      expected: bucketExpected,
      example: 'transcripts',
    },
    MINIO_BUCKET_GENERATED: {
      schema: bucketName.optional(),
      doc: 'Generated pictures.',
      expected: bucketExpected,
      example: 'generated',
    },
  },
  build: (v): StorageConfig => ({
    endpoint: (/^https?:\/\//.test(v.MINIO_ENDPOINT)
      ? v.MINIO_ENDPOINT
      : `${v.MINIO_SECURE ? 'https' : 'http'}://${v.MINIO_ENDPOINT}`
    ).replace(/\/+$/, ''),
    accessKey: v.MINIO_ACCESS_KEY,
    secretKey: v.MINIO_SECRET_KEY,
    region: v.MINIO_REGION,
    buckets: {
      avatars: v.MINIO_BUCKET_AVATARS ?? v.MINIO_BUCKETS?.avatars ?? 'avatars',
      transcripts: v.MINIO_BUCKET_TRANSCRIPTS ?? v.MINIO_BUCKETS?.transcripts ?? 'transcripts',
      generated: v.MINIO_BUCKET_GENERATED ?? v.MINIO_BUCKETS?.generated ?? 'generated',
    },
  }),
});

export const workerGroup = group({
  title: 'Worker',
  variables: {
    WORKER_QUEUES: {
      schema: z
        .string()
        .transform((v) =>
          v
            .split(/[\s,]+/)
            .filter(Boolean)
            .map((s) => s.toLowerCase()),
        )
        .optional(),
      doc: 'Only these queues, separated by commas; all when empty.',
      expected: 'queue names separated by commas, for example speech,text',
    },
  },
  build: (v): { queues: readonly string[] | null } => ({ queues: v.WORKER_QUEUES ?? null }),
});

export const leaseGroup = group({
  title: 'Active/standby',
  variables: {
    BOT_LEASE_MS: {
      schema: integer(1_000, 60_000, 3_000),
      doc: 'How long the active bot holds the lease without renewing it (milliseconds).',
      expected: 'a number from 1000 to 60000, at least three times BOT_LEASE_RENEW_MS',
      example: '3000',
    },
    BOT_LEASE_RENEW_MS: {
      schema: integer(200, 20_000, 1_000),
      doc: 'How often it renews it (milliseconds).',
      expected: 'a number from 200 to 20000',
      example: '1000',
    },
  },
  build(v, report): { ttlMs: number; renewMs: number } {
    if (v.BOT_LEASE_MS < 3 * v.BOT_LEASE_RENEW_MS)
      report({
        variable: 'BOT_LEASE_MS',
        problem: 'is less than three renewals',
        expected: 'at least three times BOT_LEASE_RENEW_MS',
      });
    return { ttlMs: v.BOT_LEASE_MS, renewMs: v.BOT_LEASE_RENEW_MS };
  },
});

export const edgeGroup = group({
  title: 'TLS (read by nginx and by the certificate scripts)',
  variables: {
    SSL_CERT_PATH: { schema: optionalText, doc: 'Certificate chain.', expected: 'a path' },
    SSL_KEY_PATH: { schema: optionalText, doc: 'Private key.', expected: 'a path' },
  },
  build(v, report): { certPath: string; keyPath: string } | null {
    if (Boolean(v.SSL_CERT_PATH) !== Boolean(v.SSL_KEY_PATH))
      report({
        variable: v.SSL_CERT_PATH ? 'SSL_KEY_PATH' : 'SSL_CERT_PATH',
        problem: 'is missing while its partner is set',
        expected: 'both or neither',
      });
    return v.SSL_CERT_PATH && v.SSL_KEY_PATH ? { certPath: v.SSL_CERT_PATH, keyPath: v.SSL_KEY_PATH } : null;
  },
});

export { group };
