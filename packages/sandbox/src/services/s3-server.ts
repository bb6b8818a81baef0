import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import S3rver from 's3rver';

/**
 * The S3 server's own process: `node s3-server.js <folder> <address> <port>`.
 *
 * s3rver as it comes differs from S3 in ways that would hide our mistakes or break our tests; mended here:
 * it answers before the last bytes are on disk, so a read after a write may be cut short; an upload that breaks off
 * replaces the object; two writers of one key mix their bytes; deleting may race with writing; and anybody may read.
 */
const [folder, address, port] = process.argv.slice(2);
if (folder === undefined || address === undefined || port === undefined) {
  process.stderr.write('usage: s3-server <folder> <address> <port>\n');
  process.exit(2);
}

// Beside the buckets, on the same file system, so that a rename is atomic; the leading dot keeps it out of their list.
const incoming = join(dirname(folder), '.s3-incoming');
await rm(incoming, { recursive: true, force: true });
mkdirSync(incoming, { recursive: true });

const server = new S3rver({
  directory: folder,
  address,
  port: Number(port),
  silent: true,
  vhostBuckets: false,
});
const { store } = server;

async function receive(
  content: Buffer | NodeJS.ReadableStream,
): Promise<{ file: string; size: number; md5: string }> {
  const file = join(incoming, randomUUID());
  const hash = createHash('md5');
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  try {
    await pipeline(
      Buffer.isBuffer(content) ? Readable.from([content]) : content,
      measure,
      createWriteStream(file),
    );
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return { file, size, md5: hash.digest('hex') };
}

/** Moves into place, making the folder again when a delete has just removed it as empty. */
async function place(file: string, target: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await mkdir(dirname(target), { recursive: true });
    try {
      await rename(file, target);
      return;
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

const turns = new Map<string, Promise<unknown>>();

/** One change of an object at a time. */
function inTurn<T>(bucket: string, key: string, change: () => Promise<T>): Promise<T> {
  const name = `${bucket}/${key}`;
  const before = turns.get(name) ?? Promise.resolve();
  const mine = before.then(change, change);
  turns.set(name, mine);
  const forget = () => {
    if (turns.get(name) === mine) turns.delete(name);
  };
  mine.then(forget, forget);
  return mine;
}

store.putObject = async ({ bucket, key, content, metadata }) => {
  const { file, size, md5 } = await receive(content);
  await inTurn(bucket, key, async () => {
    const target = store.getResourcePath(bucket, key, 'object');
    await mkdir(dirname(target), { recursive: true });
    await store.putMetadata(bucket, key, metadata, md5);
    await place(file, target);
  });
  return { size, md5 };
};

store.putPart = async (bucket, uploadId, part, content) => {
  const target = join(store.getResourcePath(bucket, undefined, 'uploads'), uploadId, String(part));
  const { file, size, md5 } = await receive(content);
  await place(file, target);
  await writeFile(`${target}.md5`, md5);
  return { size, md5 };
};

store.deleteObject = (bucket, key) =>
  inTurn(bucket, key, async () => {
    for (const resource of ['object', 'object.md5', 'metadata.json']) {
      await rm(store.getResourcePath(bucket, key, resource), { force: true });
    }
    const parts = key.split('/').slice(0, -1);
    try {
      for (; parts.length > 0; parts.pop()) {
        const path = join(folder, bucket, ...parts);
        if ((await readdir(path)).length > 0) break;
        await rmdir(path);
      }
    } catch {
      // Somebody writes there again; the folder stays.
    }
  });

// Nothing is public: without a signature or a signed link there is no answer.
server.middleware.unshift(async (ctx, next) => {
  const signed = 'authorization' in ctx.headers || 'X-Amz-Signature' in ctx.query;
  if (signed) return next();
  ctx.status = 403;
  ctx.type = 'application/xml';
  ctx.body =
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';
});

server.on('error', (error) => {
  // Refusals that S3 itself would give are answers, not faults.
  if (error.name === 'S3Error' || 'code' in error) return;
  process.stderr.write(`${error.stack ?? error.message}\n`);
});

await server.run();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
