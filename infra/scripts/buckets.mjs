// Buckets to files and back, over plain S3, so any server will do. Runs in the worker's image, which has the
// client and the configuration:
//   node buckets.mjs backup  <folder> <name>                every object of the three buckets; the list into <folder>/<name>
//   node buckets.mjs restore <folder> <list                 puts them back, and checks what was put
//   node buckets.mjs verify  <folder> [--server] <list      the files (or the server) against the list
//   node buckets.mjs prune   <folder>                       removes contents that no list in the folder names
// Contents lie under blobs/<sha256>, shared by all lists: a daily backup costs what is new that day. A list is a line of
// JSON for each object. With a key contents and lists are sealed (seal.mjs); a list on the standard input is open and
// already known to be true.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { loadStorageSetupConfig } from '@aisha/config';
import { opener, readKey, sealer } from './seal.mjs';

const [action, folder, where] = process.argv.slice(2);
if (
  !folder ||
  !['backup', 'restore', 'verify', 'prune'].includes(action) ||
  (action === 'backup' && !where)
) {
  process.stderr.write('usage: node buckets.mjs backup|restore|verify|prune <folder> [<name>|--server]\n');
  process.exit(2);
}
const { storage } = loadStorageSetupConfig();
const key = readKey();
const client = new S3Client({
  endpoint: storage.endpoint,
  region: storage.region,
  forcePathStyle: true,
  credentials: { accessKeyId: storage.accessKey, secretAccessKey: storage.secretKey },
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
});
const buckets = [...new Set(Object.values(storage.buckets))];
const blobPath = (sha256) => join(folder, 'blobs', sha256.slice(0, 2), sha256 + (key ? '.sealed' : ''));
const AT_ONCE = 8;

async function* objectsOf(bucket) {
  let token;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }));
    yield* page.Contents ?? [];
    token = page.NextContinuationToken;
  } while (token);
}

/** Runs `work` over everything, a few at once; the first failure ends it. */
async function each(source, work) {
  const iterator = source[Symbol.asyncIterator]?.() ?? source[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) await work(next.value);
    }),
  );
}

const LISTS = '.objects.jsonl';
const listsThere = async () =>
  (existsSync(folder) ? await readdir(folder) : []).filter(
    (name) => name.endsWith(LISTS) || name.endsWith(`${LISTS}.sealed`),
  );

const rowsOf = (content) =>
  content
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

async function readList(name) {
  const file = createReadStream(join(folder, name));
  if (!name.endsWith('.sealed')) return rowsOf(await text(file));
  if (!key) throw new Error(`${name} is sealed, and there is no key`);
  const open = opener(key);
  file.on('error', (error) => open.destroy(error));
  return rowsOf(await text(file.pipe(open)));
}

async function hashOf(stream) {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { sha256: hash.digest('hex'), size };
}

/** Whoever reads compares with the hash, so one that an older backup left unsealed will do as well. */
function readBlob(sha256) {
  const sealed = key !== null && existsSync(blobPath(sha256));
  const file = createReadStream(
    sealed ? blobPath(sha256) : join(folder, 'blobs', sha256.slice(0, 2), sha256),
  );
  if (!sealed) return file;
  const open = opener(key);
  file.on('error', (error) => open.destroy(error));
  return file.pipe(open);
}

/** What earlier lists already hold: an unchanged object is not fetched again. With a key only what it sealed is believed. */
async function known() {
  const map = new Map();
  for (const name of await listsThere()) {
    if (name.endsWith('.sealed') !== (key !== null)) continue;
    const rows = await readList(name).catch((error) => {
      process.stderr.write(`${name} is left aside: ${error.message}\n`);
      return [];
    });
    for (const row of rows) map.set(`${row.bucket}\0${row.key}\0${row.etag}\0${row.size}`, row);
  }
  return map;
}

/** Contents that no list names. A list that cannot be read may name any of them: then all stay. */
async function prune() {
  const named = new Set();
  for (const name of await listsThere())
    for (const { sha256 } of await readList(name))
      named.add(name.endsWith('.sealed') ? `${sha256}.sealed` : sha256);
  const total = { removed: 0 };
  const blobs = join(folder, 'blobs');
  for (const name of existsSync(blobs)
    ? await readdir(blobs, { recursive: true, withFileTypes: true })
    : []) {
    if (!name.isFile() || named.has(name.name)) continue;
    await rm(join(name.parentPath, name.name));
    total.removed += 1;
  }
  return total;
}

async function backup() {
  const before = await known();
  const rows = [];
  const total = { objects: 0, bytes: 0, fetched: 0 };
  await mkdir(join(folder, 'blobs'), { recursive: true });
  for (const bucket of buckets)
    await each(objectsOf(bucket), async (object) => {
      const earlier = before.get(`${bucket}\0${object.Key}\0${object.ETag}\0${object.Size}`);
      let row = earlier && existsSync(blobPath(earlier.sha256)) ? earlier : null;
      if (row === null) {
        const answer = await client
          .send(new GetObjectCommand({ Bucket: bucket, Key: object.Key }))
          .catch((error) => {
            // Erased between the list and now: it is no part of this backup.
            if (error.name === 'NoSuchKey') return null;
            throw error;
          });
        if (answer === null) return;
        const temporary = join(
          folder,
          'blobs',
          `.${process.pid}-${rows.length}-${Math.random().toString(36).slice(2)}`,
        );
        const hash = createHash('sha256');
        let size = 0;
        const counted = new PassThrough();
        counted.on('data', (chunk) => {
          hash.update(chunk);
          size += chunk.length;
        });
        await pipeline([
          answer.Body,
          counted,
          ...(key ? [sealer(key)] : []),
          createWriteStream(temporary, { mode: 0o600 }),
        ]);
        const sha256 = hash.digest('hex');
        if (answer.ContentLength !== undefined && size !== answer.ContentLength)
          throw new Error(
            `${bucket}/${object.Key}: ${size} bytes came, ${answer.ContentLength} were announced`,
          );
        await mkdir(join(blobPath(sha256), '..'), { recursive: true });
        await rename(temporary, blobPath(sha256));
        row = {
          bucket,
          key: object.Key,
          size,
          sha256,
          etag: object.ETag,
          contentType: answer.ContentType,
          disposition: answer.ContentDisposition,
          metadata: answer.Metadata,
        };
        total.fetched += 1;
      }
      rows.push(row);
      total.objects += 1;
      total.bytes += row.size;
    });
  rows.sort((a, b) => (a.bucket + a.key < b.bucket + b.key ? -1 : 1));
  await pipeline([
    Readable.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
    ...(key ? [sealer(key)] : []),
    createWriteStream(join(folder, where), { mode: 0o600 }),
  ]);
  return total;
}

async function restore(rows) {
  for (const bucket of buckets)
    await client
      .send(new HeadBucketCommand({ Bucket: bucket }))
      .catch(() => client.send(new CreateBucketCommand({ Bucket: bucket })));
  const total = { objects: 0, bytes: 0 };
  await each(rows, async (row) => {
    // Checked first, then sent: a damaged file never reaches the server, and nothing is held in memory.
    const checked = await hashOf(readBlob(row.sha256));
    if (checked.sha256 !== row.sha256)
      throw new Error(`${row.bucket}/${row.key}: the file of the backup is damaged`);
    await client.send(
      new PutObjectCommand({
        Bucket: row.bucket,
        Key: row.key,
        Body: row.size === 0 ? Buffer.alloc(0) : readBlob(row.sha256),
        ContentLength: row.size,
        ContentType: row.contentType,
        ContentDisposition: row.disposition,
        Metadata: row.metadata,
      }),
    );
    total.objects += 1;
    total.bytes += row.size;
  });
  await verify(rows, '--server');
  return total;
}

async function verify(rows, side) {
  const total = { objects: 0, bytes: 0 };
  await each(rows, async (row) => {
    const content =
      side === '--server'
        ? (await client.send(new GetObjectCommand({ Bucket: row.bucket, Key: row.key }))).Body
        : readBlob(row.sha256);
    const found = await hashOf(content);
    if (found.sha256 !== row.sha256 || found.size !== row.size)
      throw new Error(`${row.bucket}/${row.key} is not what was backed up`);
    total.objects += 1;
    total.bytes += row.size;
  });
  return total;
}

try {
  const list = async () => rowsOf(await text(process.stdin));
  const actions = {
    backup,
    prune,
    restore: async () => restore(await list()),
    verify: async () => verify(await list(), where),
  };
  const total = await actions[action]();
  process.stdout.write(`${JSON.stringify({ action, ...total })}\n`);
} catch (error) {
  process.stderr.write(`${action} failed: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  client.destroy();
}
