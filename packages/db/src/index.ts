export { connectDatabase, type Database, type Db, type Tx } from './connect.ts';
export { migrateDatabase, type MigrationStatus, migrationStatus } from './migrations.ts';
export { behind, requireMigrations } from './require-migrations.ts';
export { setUpRoles } from './roles.ts';
export { isPooled, showSignOfLife, type SignOfLife } from './sign-of-life.ts';
export * from './schema/index.ts';
export * from './schema/types.ts';
