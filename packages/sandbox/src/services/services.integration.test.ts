import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServices } from '../testing.ts';
import { type RedisService, startRedis } from './redis.ts';

describe('the PostgreSQL that tests get', () => {
  test('is version 18, counts in UTC and folds Cyrillic letters', async () => {
    const client = new pg.Client({ connectionString: testServices().postgres.adminUrl });
    await client.connect();
    const { rows } = await client.query<Record<string, string>>(
      `select current_setting('server_version_num') as version, current_setting('timezone') as zone,
              current_setting('max_connections') as connections, lower('ПРИВЕТ, ҚАЗАҚСТАН') as folded`,
    );
    await client.end();
    expect(rows[0]).toMatchObject({ zone: 'UTC', connections: '200', folded: 'привет, қазақстан' });
    expect(rows[0]?.['version']).toMatch(/^18/);
  });
});

describe('Redis', () => {
  const dir = mkdtempSync(join(tmpdir(), 'aisha-redis-'));
  let redis: RedisService;
  beforeAll(async () => {
    redis = await startRedis({ dataDir: dir, runDir: dir, persistent: false, log: () => undefined });
  });
  afterAll(async () => {
    await redis.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  test('gives a process its own keys and what its queues need, and nothing else', async () => {
    const client = new Redis(redis.appUrl);
    await client.set('{aisha}:x', '1');
    expect(await client.eval("return redis.call('get', KEYS[1])", 1, '{aisha}:x')).toBe('1');
    await client.set('aisha:tg:1:chat', '1', 'PX', 1_000);
    expect(await client.eval("return redis.call('time')", 0)).toHaveLength(2);
    await client.subscribe('{aisha}:released');
    await client.unsubscribe();
    expect(await client.info('server')).toContain('redis_version');
    for (const [command, ...args] of [
      ['get', 'neighbour'],
      ['eval', "return redis.call('get', 'neighbour')", '0'],
      ['eval', "return redis.call('flushall')", '0'],
      ['publish', 'neighbour', 'x'],
      ['flushall'],
      ['flushdb'],
      ['keys', '*'],
      ['config', 'get', '*'],
      ['config', 'set', 'dir', '/tmp'],
      ['acl', 'setuser', 'x', 'on', 'nopass', '+@all'],
      ['client', 'kill', 'type', 'normal'],
      ['script', 'flush'],
      ['function', 'list'],
      ['module', 'list'],
      ['replicaof', 'no', 'one'],
      ['shutdown', 'nosave'],
      ['monitor'],
      ['save'],
    ] as const)
      await expect(client.call(command, ...args), command).rejects.toThrow(
        /NOPERM|No permissions|can't (access|run)/,
      );
    client.disconnect();
  });
});

describe('the S3 server', () => {
  const bucket = `bucket-${randomUUID()}`;
  const { endpoint, accessKey, secretKey, region } = testServices().s3;
  const clientWith = (accessKeyId: string) =>
    new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey: secretKey },
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  const client = clientWith(accessKey);
  const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');
  const read = async (Key: string) => {
    const { Body, ContentType } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), ContentType };
  };

  beforeAll(async () => {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  });

  test('gives back what was put, with its type and metadata, under keys of any alphabet', async () => {
    const body = randomBytes(100_000);
    const Key = '42/аватар 1/photo+(1).jpg';
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key,
        Body: body,
        ContentType: 'image/jpeg',
        Metadata: { owner: '42' },
      }),
    );
    const { bytes, ContentType } = await read(Key);
    expect(md5(bytes)).toBe(md5(body));
    expect(ContentType).toBe('image/jpeg');
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    expect(head).toMatchObject({
      ContentLength: body.length,
      Metadata: { owner: '42' },
      ETag: `"${md5(body)}"`,
    });
  });

  test('keeps a 60 MB stream sent in parts', async () => {
    const part = randomBytes(1_000_000);
    const source = Readable.from(
      (function* () {
        for (let n = 0; n < 60; n++) yield part;
      })(),
    );
    const upload = new Upload({
      client,
      params: { Bucket: bucket, Key: '42/long.wav', Body: source },
      partSize: 8_000_000,
      queueSize: 3,
    });
    await upload.done();
    const { bytes } = await read('42/long.wav');
    const expected = createHash('md5');
    for (let n = 0; n < 60; n++) expected.update(part);
    expect(bytes.length).toBe(60_000_000);
    expect(md5(bytes)).toBe(expected.digest('hex'));
  });

  test('never shows half an object: writers of one key, readers and deleters at the same time', async () => {
    const bodies = Array.from({ length: 8 }, (_, n) => Buffer.alloc(400_000, n));
    const whole = new Set(bodies.map(md5));
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'race/one', Body: Buffer.alloc(400_000) }));
    const seen = await Promise.all(
      bodies.flatMap((Body, n) => [
        client.send(new PutObjectCommand({ Bucket: bucket, Key: 'race/one', Body })).then(() => null),
        read('race/one').then(({ bytes }) => md5(bytes)),
        client
          .send(new PutObjectCommand({ Bucket: bucket, Key: `race/deep/${n}`, Body }))
          .then(() => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: `race/deep/${n}` })))
          .then(() => null),
      ]),
    );
    const reads = seen.filter((digest) => digest !== null);
    expect(reads).toHaveLength(8);
    expect(reads.filter((digest) => !whole.has(digest))).toEqual([]);
  });

  test('opens only signed links, and only as long as they live', async () => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: '42/secret', Body: 'mine' }));
    const open = `${endpoint}/${bucket}/42/secret`;
    expect((await fetch(open)).status).toBe(403);
    const command = new GetObjectCommand({ Bucket: bucket, Key: '42/secret' });
    const link = await getSignedUrl(client, command, { expiresIn: 60 });
    expect(await (await fetch(link)).text()).toBe('mine');
    const past = new Date(Date.now() - 120_000);
    const expired = await getSignedUrl(client, command, { expiresIn: 60, signingDate: past });
    expect((await fetch(expired)).status).toBe(403);
  });

  test('knows no other account', async () => {
    const stranger = clientWith('SOMEBODY').send(new GetObjectCommand({ Bucket: bucket, Key: '42/secret' }));
    await expect(stranger).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
  });
});
