export type { ChildExit } from './child.ts';
export { startNginx, type NginxOptions, type NginxService } from './nginx.ts';
export { startPostgres, type PostgresOptions, type PostgresService } from './postgres.ts';
export { startRedis, type RedisOptions, type RedisService } from './redis.ts';
export { startS3, type S3Options, type S3Service } from './s3.ts';
