export { connectDatabase, type Database, type Db, type Tx } from './connect.ts';
export { migrateDatabase } from './migrations.ts';
export * from './schema/index.ts';
export * from './schema/types.ts';
