import { ConfigError, loadMigrateConfig } from '@aisha/config';
import { createLogger, errorLine } from '@aisha/service';
import { migrateDatabase } from './migrations.ts';
import { setUpRoles } from './roles.ts';

/** `--roles`: those alone, for a restore into a server that has none. */
const rolesOnly = process.argv.includes('--roles');

try {
  const { process: own, migration } = loadMigrateConfig();
  const { database, admin } = migration;
  const log = createLogger(own, { secrets: migration.secrets });
  if (admin) {
    await setUpRoles(admin.database, admin.roles, admin);
    log.info('roles are up to date', { ownServer: admin.ownServer });
  }
  if (!rolesOnly) {
    await migrateDatabase(database);
    log.info('database is up to date');
  }
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : errorLine(error)}\n`);
  process.exitCode = 1;
}
