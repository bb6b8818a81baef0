import { ConfigError, loadMigrateConfig } from '@aisha/config';
import { createLogger, errorLine } from '@aisha/service';
import { migrateDatabase } from './migrations.ts';

try {
  const config = loadMigrateConfig();
  await migrateDatabase(config.database);
  createLogger(config.process, { secrets: [config.database.url] }).info('database is up to date');
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : errorLine(error)}\n`);
  process.exitCode = 1;
}
