import { z } from 'zod';
import { integer } from '../variables.ts';
import { type DatabaseTls, readDatabaseUrl } from './database-tls.ts';
import { group } from './group.ts';

export interface DatabaseConfig {
  /** postgresql:// with user, password and database. */
  url: string;
  poolSize: number;
  /** Absent: in the clear. */
  tls?: DatabaseTls;
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
      doc: 'The postgresql+asyncpg:// form of the older system is accepted, and ssl=, sslmode=, sslrootcert=, sslcert=, sslkey= behind a question mark.',
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
    DATABASE_CA: {
      schema: z
        .string()
        .regex(/-----BEGIN CERTIFICATE-----/)
        .optional(),
      doc: 'The authority of a managed PostgreSQL that has its own: the server is then checked against it. Usually as DATABASE_CA_FILE.',
      expected: 'a certificate (PEM), or its file in DATABASE_CA_FILE',
      secret: true,
    },
    DATABASE_POOL_SIZE: {
      schema: integer(2, 200, 10),
      doc: 'Connections that one process may hold.',
      expected: 'a number from 2 to 200',
      example: '10',
    },
  },
  build(v, report): DatabaseConfig {
    if (!v.DATABASE_URL && (!v.POSTGRES_USER || !v.POSTGRES_DB || !v.POSTGRES_PASSWORD))
      report({
        variable: 'DATABASE_URL',
        problem: 'is missing, and POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB are not all set',
        expected: 'postgresql://user:password@host:5432/database',
      });
    const user = encodeURIComponent(v.POSTGRES_USER ?? '');
    const password = encodeURIComponent(v.POSTGRES_PASSWORD ?? '');
    const database = encodeURIComponent(v.POSTGRES_DB ?? '');
    const address =
      v.DATABASE_URL ?? `postgresql://${user}:${password}@${v.POSTGRES_HOST}:${v.POSTGRES_PORT}/${database}`;
    const read = readDatabaseUrl(address, v.DATABASE_CA);
    if (read.kind === 'wrong') {
      report({
        variable: 'DATABASE_URL',
        problem: read.problem,
        expected: 'postgresql://user:password@host:5432/database?sslmode=verify-full',
      });
      return { url: address, poolSize: v.DATABASE_POOL_SIZE };
    }
    return { url: read.url, poolSize: v.DATABASE_POOL_SIZE, ...(read.tls && { tls: read.tls }) };
  },
});
