import type { DatabaseConfig } from '@aisha/config';
import { behind, connectDatabase, type Db, migrationStatus } from '@aisha/db';
import { Trouble } from './command.ts';

/** For one command: a small pool that ends with it. Refused, as the apps are, when migrations are missing. */
export async function withDatabase<T>(
  config: DatabaseConfig,
  name: string,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  const { pending } = await migrationStatus(config);
  if (pending.length > 0) {
    const { problem, mend } = behind(pending);
    throw new Trouble(problem, mend);
  }
  return withAnyDatabase(config, name, work);
}

/** For the doctor, who looks at databases as they are. */
export async function withAnyDatabase<T>(
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
