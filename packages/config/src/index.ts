export * from './apps.ts';
export { envExample } from './env-example.ts';
export type { AppName, DatabaseConfig, ProcessConfig, RedisConfig, StorageConfig } from './groups.ts';
export type { FalConfig, OpenAiConfig, TelegramConfig } from './providers.ts';
export { ConfigError, type Environment, type Issue } from './variables.ts';
