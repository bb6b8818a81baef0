import { inject } from 'vitest';

/** The servers that the vitest project `integration` starts once for all its tests; see services/global-setup.ts. */
export interface TestServices {
  postgres: {
    /** Superuser, database `postgres`: make and drop databases of your own with it. */
    adminUrl: string;
    /** A database that has all migrations: `create database … template …` makes a copy in milliseconds. Null before there are migrations. */
    templateDatabase: string | null;
  };
  redis: {
    /** Shared by all tests: use keys or a queue prefix of your own, never FLUSHALL. */
    url: string;
  };
  s3: { endpoint: string; accessKey: string; secretKey: string; region: string };
}

declare module 'vitest' {
  interface ProvidedContext {
    testServices: TestServices;
  }
}

/** Addresses of real PostgreSQL, Redis and S3 for a test whose file is named `*.integration.test.ts`. */
export function testServices(): TestServices {
  const services: TestServices | undefined = inject('testServices');
  if (services === undefined) {
    throw new Error(
      'No services here: a test that needs PostgreSQL, Redis or S3 is named *.integration.test.ts',
    );
  }
  return services;
}
