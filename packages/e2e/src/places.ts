import { Redis } from 'ioredis';
import type { BucketName, Product } from './product.ts';

const BUCKETS: readonly BucketName[] = ['avatars', 'transcripts', 'generated'];

/** Everywhere in the data of the running product that one of these stands, a number by itself: tables, objects, keys. */
export async function placesOf(product: Product, needles: readonly (string | number)[]): Promise<string[]> {
  const pattern = new RegExp(needles.map((one) => `(?<!\\d)${one}(?!\\d)`).join('|'));
  const found = await Promise.all([
    inTables(product, pattern),
    inBuckets(product, pattern),
    inRedis(product, pattern),
  ]);
  return found.flat();
}

async function inTables(product: Product, pattern: RegExp): Promise<string[]> {
  const tables = await product.sql(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await product.sql(`select to_jsonb(t)::text as row from "${String(name)}" t`);
    if (rows.some(({ row }) => pattern.test(String(row)))) found.push(String(name));
  }
  return found;
}

async function inBuckets(product: Product, pattern: RegExp): Promise<string[]> {
  const found: string[] = [];
  for (const bucket of BUCKETS)
    for (const key of await product.objects(bucket, ''))
      if (pattern.test(key) || pattern.test((await product.object(bucket, key)).toString()))
        found.push(`${bucket}: ${key}`);
  return found;
}

async function inRedis({ stack }: Product, pattern: RegExp): Promise<string[]> {
  const redis = new Redis(stack.env['REDIS_URL'] ?? '');
  const found: string[] = [];
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'COUNT', 1_000);
    cursor = next;
    for (const key of keys)
      if (pattern.test(key) || pattern.test(await contentOf(redis, key))) found.push(`redis: ${key}`);
  } while (cursor !== '0');
  redis.disconnect();
  return found;
}

async function contentOf(redis: Redis, key: string): Promise<string> {
  switch (await redis.type(key)) {
    case 'string':
      return (await redis.get(key)) ?? '';
    case 'hash':
      return JSON.stringify(await redis.hgetall(key));
    case 'list':
      return (await redis.lrange(key, 0, -1)).join('\n');
    case 'set':
      return (await redis.smembers(key)).join('\n');
    case 'zset':
      return (await redis.zrange(key, '0', '-1')).join('\n');
    case 'stream':
      return JSON.stringify(await redis.xrange(key, '-', '+'));
    default:
      return '';
  }
}
