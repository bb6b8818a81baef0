import { z } from 'zod';
import { boolean, integer } from '../variables.ts';
import { type DatabaseTls, readDatabaseUrl } from './database-tls.ts';
import { group } from './group.ts';

export interface DatabaseConfig {
  /** postgresql:// with user, password and database. */
  url: string;
  poolSize: number;
  /** Absent: in the clear. */
  tls?: DatabaseTls;
}

/** What `pnpm db:migrate` does, and as whom. */
export interface MigrationConfig {
  /** As the owner of the schema. */
  database: DatabaseConfig;
  /** Present: the roles are made first, by this administrator. */
  admin?: {
    database: DatabaseConfig;
    roles: { owner: DatabaseLogin; app: DatabaseLogin; backup?: DatabaseLogin };
    ownServer: boolean;
  };
  secrets: string[];
}
interface DatabaseLogin {
  user: string;
  password: string;
}

const optionalText = z.string().optional();
const ADDRESS = 'postgresql://user:password@host:5432/database';
const optionalAddress = z
  .string()
  // A socket's folder behind the question mark leaves the host out, which no URL with a user may.
  .transform((v) =>
    v
      .replace(/^postgres(ql)?(\+\w+)?:\/\//, 'postgresql://')
      .replace(/^(postgresql:\/\/[^/?#]*@)(?=\/)/, '$1localhost'),
  )
  .refine((v) => v.startsWith('postgresql://') && URL.canParse(v))
  .optional();

export const databaseGroup = group({
  title: 'PostgreSQL: DATABASE_URL, or POSTGRES_*',
  variables: {
    DATABASE_URL: {
      schema: optionalAddress,
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

/** Of `pnpm db:migrate` alone: no process of the product is given these. */
export const migrationGroup = group({
  title: 'PostgreSQL: migrations and roles',
  variables: {
    ...databaseGroup.variables,
    MIGRATION_DATABASE_URL: {
      schema: optionalAddress,
      doc: 'As the owner of the schema, and past a pooler by transactions. Without it DATABASE_URL.',
      expected: ADDRESS,
      secret: true,
    },
    BACKUP_DATABASE_URL: {
      schema: optionalAddress,
      doc: 'As whoever makes backups.',
      expected: ADDRESS,
      secret: true,
    },
    DATABASE_ADMIN_URL: {
      schema: optionalAddress,
      doc: 'A superuser, or whoever may make roles: with it the roles of the other addresses are made, and kept to what they need.',
      expected: ADDRESS,
      secret: true,
    },
    DATABASE_OWN_SERVER: {
      schema: boolean(false),
      doc: 'Nobody else has databases on that server: none but ours may then be connected to by everybody.',
      expected: 'true or false',
    },
  },
  build(v, report, app): MigrationConfig {
    const application = databaseGroup.build(v, report, app);
    const read = (variable: string, url: string): DatabaseConfig =>
      databaseGroup.build({ ...v, DATABASE_URL: url }, (issue) => report({ ...issue, variable }), app);
    const login = (variable: string, { url }: DatabaseConfig): DatabaseLogin => {
      const { username, password } = new URL(url);
      if (!username || !password)
        report({ variable, problem: 'names no user or no password', expected: ADDRESS });
      return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
    };
    const owner =
      v.MIGRATION_DATABASE_URL === undefined
        ? application
        : read('MIGRATION_DATABASE_URL', v.MIGRATION_DATABASE_URL);
    const given = [v.DATABASE_URL, v.MIGRATION_DATABASE_URL, v.BACKUP_DATABASE_URL, v.DATABASE_ADMIN_URL];
    const secrets = [application.url, ...given.filter((one) => one !== undefined)];
    if (v.DATABASE_ADMIN_URL === undefined) return { database: owner, secrets };
    const backup = v.BACKUP_DATABASE_URL && read('BACKUP_DATABASE_URL', v.BACKUP_DATABASE_URL);
    return {
      database: owner,
      admin: {
        database: read('DATABASE_ADMIN_URL', v.DATABASE_ADMIN_URL),
        roles: {
          owner: login('MIGRATION_DATABASE_URL', owner),
          app: login('DATABASE_URL', application),
          ...(backup && { backup: login('BACKUP_DATABASE_URL', backup) }),
        },
        ownServer: v.DATABASE_OWN_SERVER,
      },
      secrets,
    };
  },
});
