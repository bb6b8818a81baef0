import type { DatabaseConfig } from '@aisha/config';
import { connectDatabase, type Db } from '@aisha/db';

/** For one command: a small pool that ends with it. */
export async function withDatabase<T>(
  config: DatabaseConfig,
  name: string,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  const database = connectDatabase({ ...config, poolSize: 2 }, { name, onError: () => undefined });
  try {
    return await work(database.db);
  } finally {
    await database.close();
  }
}
