import { S3Client } from '@aws-sdk/client-s3';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  GetBucketPolicyCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { StorageConfig } from '@aisha/config';
import { atMost, TransientError, withDeadline, type Logger } from '@aisha/service';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { isBucketThere, isMissingBucket, isUnsupported, run, tryFind } from './errors.ts';
import { assertKey, assertPrefix } from './keys.ts';

/** By what they hold; their real names come from the configuration. */
export type Bucket = keyof StorageConfig['buckets'];

/** Bytes in memory, a stream of any length, or a file on disk. */
export type Body = Uint8Array | Readable | { readonly file: string };

export interface ObjectInfo {
  readonly size: number;
  readonly contentType: string;
  readonly modifiedAt: Date | null;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly modifiedAt: Date | null;
}

interface Abortable {
  readonly signal?: AbortSignal;
}

/**
 * Objects by bucket and key. A missing object is a value (null, false), a passing fault a TransientError. All
 * operations may be repeated: writing replaces, deleting what is not there succeeds.
 */
export interface Storage {
  /** Whether links can be given to people: the buckets have a public address. */
  readonly isPublic: boolean;
  put(
    bucket: Bucket,
    key: string,
    body: Body,
    options: { readonly contentType: string } & Abortable,
  ): Promise<void>;
  /** The whole object, or null. */
  get(bucket: Bucket, key: string, options?: Abortable): Promise<Buffer | null>;
  /** For what is too big for memory; the stream must be read or destroyed. */
  getStream(bucket: Bucket, key: string, options?: Abortable): Promise<Readable | null>;
  head(bucket: Bucket, key: string, options?: Abortable): Promise<ObjectInfo | null>;
  exists(bucket: Bucket, key: string, options?: Abortable): Promise<boolean>;
  delete(bucket: Bucket, key: string, options?: Abortable): Promise<void>;
  /** Deletes everything that begins with the prefix (which holds at least the owner's id); how many objects it was. */
  deletePrefix(bucket: Bucket, prefix: string, options?: Abortable): Promise<number>;
  /** All objects that begin with the prefix, page by page; without one the whole bucket, for retention. */
  list(bucket: Bucket, prefix: string | null, options?: Abortable): AsyncIterable<ListedObject>;
  /** False when there is nothing at the source. */
  copy(from: ObjectAddress, to: ObjectAddress, options?: Abortable): Promise<boolean>;
  /** A link that anybody may use until it expires: at most a day. For the public address, if there is one. */
  signedUrl(bucket: Bucket, key: string, options: SignedUrlOptions): Promise<string>;
  /** Makes the buckets that are missing; their real names. */
  ensureBuckets(): Promise<{ readonly name: string; readonly created: boolean }[]>;
  /**
   * Lets another user use the buckets, with all that a process does and no more: objects, and what there is of them. Named
   * as the server's policies name users: by an access key (versitygw), or by an ARN (Ceph, AWS).
   */
  grant(user: string): Promise<void>;
  /** Buckets that are none of ours and whose objects this key may list all the same; of many the first ones. */
  foreignBuckets(): Promise<string[]>;
  /** Whether this key administers one of our buckets: who may read its policy may as a rule write it. */
  administers(): Promise<boolean>;
  /** Resolves when all buckets can be reached; for health. */
  check(signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface ObjectAddress {
  readonly bucket: Bucket;
  readonly key: string;
}

export interface SignedUrlOptions {
  readonly expiresSeconds: number;
  /** The name under which a browser saves the file. */
  readonly downloadName?: string;
}

const LONGEST_LINK_SECONDS = 24 * 3600;

/** Each holds some parts of 5 MB in memory, twice while they are signed; what waits is held back at its source. */
const STREAMS_AT_ONCE = 3;

/** So many are tried. */
const FOREIGN_BUCKETS = 10;

/** At once, where a server deletes only one by one. */
const SINGLE_DELETIONS = 10;

/** For operations that move no content. */
const SHORT_OPERATION_MS = 15_000;

// Multipart's smallest part, one at a time: ten models at once are read by a worker of 512 MB, and each upload holds
// the part that is sent, the next one and its pieces.
const upload = { partSize: 5 * 1024 * 1024, queueSize: 1 } as const;

export function createStorage(config: StorageConfig, { log }: { readonly log: Logger }): Storage {
  const client = createClient(config);
  // A signature holds for one host name.
  const outside = config.publicEndpoint
    ? createClient({ ...config, endpoint: config.publicEndpoint })
    : client;
  const streaming = atMost(STREAMS_AT_ONCE);
  const nameOf = (bucket: Bucket) => config.buckets[bucket];
  const at = (bucket: Bucket, key: string) => {
    assertKey(key);
    return { Bucket: nameOf(bucket), Key: key };
  };
  const open = (bucket: Bucket, key: string, options: Abortable | undefined) =>
    client.send(new GetObjectCommand(at(bucket, key)), long(options));

  async function head(bucket: Bucket, key: string, options?: Abortable): Promise<ObjectInfo | null> {
    const found = await tryFind(`head ${key}`, () =>
      client.send(new HeadObjectCommand(at(bucket, key)), short(options)),
    );
    if (found === null) return null;
    return {
      size: found.ContentLength ?? 0,
      contentType: found.ContentType ?? 'application/octet-stream',
      modifiedAt: found.LastModified ?? null,
    };
  }

  async function* list(
    bucket: Bucket,
    prefix: string | null,
    options?: Abortable,
  ): AsyncGenerator<ListedObject> {
    if (prefix !== null) assertPrefix(prefix);
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        Bucket: nameOf(bucket),
        ...(prefix === null ? {} : { Prefix: prefix }),
        ...(token === undefined ? {} : { ContinuationToken: token }),
      });
      const page = await run(`list ${prefix ?? ''}`, () => client.send(command, short(options)));
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        if (Key !== undefined) yield { key: Key, size: Size ?? 0, modifiedAt: LastModified ?? null };
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  /**
   * Older MinIO and its kin want a Content-MD5 that the SDK no longer sends; others know no deletion of many at all, or ask
   * the bucket for the right to it, as older Ceph does.
   */
  let onlySingly = false;
  async function deleteMany(bucket: Bucket, keys: readonly string[], options?: Abortable): Promise<void> {
    try {
      if (!onlySingly) return await deleteBatch(bucket, keys, options);
    } catch (error) {
      if (!isUnsupported(error)) throw error;
      onlySingly = true;
      log.warn('the S3 server does not delete many objects at once: one by one from now on', { error });
    }
    for (let from = 0; from < keys.length; from += SINGLE_DELETIONS)
      await Promise.all(
        keys.slice(from, from + SINGLE_DELETIONS).map((key) => deleteOne(bucket, key, options)),
      );
  }

  async function deleteOne(bucket: Bucket, key: string, options?: Abortable): Promise<void> {
    await tryFind(`delete ${key}`, () =>
      client.send(new DeleteObjectCommand(at(bucket, key)), short(options)),
    );
  }

  async function deleteBatch(bucket: Bucket, keys: readonly string[], options?: Abortable): Promise<void> {
    const command = new DeleteObjectsCommand({
      Bucket: nameOf(bucket),
      Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
    });
    const { Errors = [] } = await run('delete many', () => client.send(command, short(options)));
    const [first] = Errors;
    if (first !== undefined) {
      throw new TransientError(
        `storage: ${Errors.length} objects were not deleted: ${first.Code ?? 'no reason'}`,
      );
    }
  }

  return {
    isPublic: outside !== client,
    head,
    list,
    put: async (bucket, key, body, options) => {
      const target = { ...at(bucket, key), ContentType: options.contentType };
      if (body instanceof Uint8Array) {
        const command = new PutObjectCommand({ ...target, Body: body, ContentLength: body.byteLength });
        await run(`put ${key}`, () => client.send(command, long(options)));
        return;
      }
      const stream = body instanceof Readable ? body : createReadStream(body.file);
      try {
        await run(`put ${key}`, () =>
          streaming(() => uploadStream(client, { ...target, Body: stream }, options.signal)),
        );
      } finally {
        stream.destroy();
      }
    },
    get: async (bucket, key, options) =>
      await tryFind(`get ${key}`, async () => {
        const { Body, ContentLength } = await open(bucket, key, options);
        const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
        // A connection that breaks off must not pass for a short object.
        if (ContentLength !== undefined && bytes.length !== ContentLength) {
          throw new TransientError(`${bytes.length} of ${ContentLength} bytes came`);
        }
        return bytes;
      }),
    getStream: async (bucket, key, options) =>
      await tryFind(`get ${key}`, async () => {
        const { Body } = await open(bucket, key, options);
        if (Body instanceof Readable) return Body;
        throw new Error('no stream in the answer');
      }),
    exists: async (bucket, key, options) => (await head(bucket, key, options)) !== null,
    delete: deleteOne,
    deletePrefix: async (bucket, prefix, options) => {
      let deleted = 0;
      let batch: string[] = [];
      const flush = async () => {
        if (batch.length === 0) return;
        await deleteMany(bucket, batch, options);
        deleted += batch.length;
        batch = [];
      };
      for await (const { key } of list(bucket, prefix, options)) {
        batch.push(key);
        if (batch.length === 1_000) await flush();
      }
      await flush();
      return deleted;
    },
    copy: async (from, to, options) => {
      const source = at(from.bucket, from.key);
      const command = new CopyObjectCommand({
        ...at(to.bucket, to.key),
        CopySource: `${source.Bucket}/${source.Key}`,
      });
      return (await tryFind(`copy ${from.key}`, () => client.send(command, long(options)))) !== null;
    },
    signedUrl: async (bucket, key, { expiresSeconds, downloadName }) => {
      if (!(expiresSeconds >= 1 && expiresSeconds <= LONGEST_LINK_SECONDS)) {
        throw new Error(`a link lives from a second to a day, not ${expiresSeconds} s`);
      }
      const command = new GetObjectCommand({
        ...at(bucket, key),
        ...(downloadName === undefined ? {} : { ResponseContentDisposition: attachment(downloadName) }),
      });
      return await getSignedUrl(outside, command, { expiresIn: Math.floor(expiresSeconds) });
    },
    ensureBuckets: async () => {
      const made: { name: string; created: boolean }[] = [];
      for (const name of new Set(Object.values(config.buckets))) {
        made.push({ name, created: await run(`make bucket ${name}`, () => ensureBucket(client, name)) });
      }
      log.info('buckets are there', { buckets: made });
      return made;
    },
    grant: async (user) => {
      for (const name of new Set(Object.values(config.buckets))) {
        const command = new PutBucketPolicyCommand({ Bucket: name, Policy: bucketPolicy(name, user) });
        await run(`let the processes use ${name}`, () => client.send(command, short(undefined)));
      }
    },
    foreignBuckets: async () => {
      const ours = new Set(Object.values(config.buckets));
      // Where a key may not even ask, it sees none.
      const all = await client.send(new ListBucketsCommand({}), short(undefined)).catch(() => null);
      const others = (all?.Buckets ?? []).flatMap(({ Name }) => (Name && !ours.has(Name) ? [Name] : []));
      const seen = await Promise.all(
        others.slice(0, FOREIGN_BUCKETS).map((Bucket) =>
          client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }), short(undefined)).then(
            () => [Bucket],
            () => [],
          ),
        ),
      );
      return seen.flat();
    },
    administers: async () => {
      const reads = await Promise.all(
        [...new Set(Object.values(config.buckets))].map((Bucket) =>
          client.send(new GetBucketPolicyCommand({ Bucket }), short(undefined)).then(
            () => true,
            // It would have been shown one.
            (error: unknown) => error instanceof Error && error.name === 'NoSuchBucketPolicy',
          ),
        ),
      );
      return reads.includes(true);
    },
    check: async (signal) => {
      await Promise.all(
        Object.values(config.buckets).map((Bucket) =>
          run(`reach bucket ${Bucket}`, () =>
            client.send(new HeadBucketCommand({ Bucket }), { abortSignal: signal }),
          ),
        ),
      );
    },
    close: () => {
      client.destroy();
      outside.destroy();
    },
  };
}

const createClient = (config: StorageConfig): S3Client =>
  new S3Client({
    endpoint: config.endpoint,
    region: config.region,
    credentials: { accessKeyId: config.accessKey, secretAccessKey: config.secretKey },
    // MinIO and its kin know no bucket host names, and not all of them the newer checksums.
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
    // A connection on which nothing moves for 20 s is dead; content may take as long as the caller's signal allows.
    requestHandler: { connectionTimeout: 3_000, socketTimeout: 20_000 },
  });

const short = (options: Abortable | undefined) => ({
  abortSignal: withDeadline(options?.signal, SHORT_OPERATION_MS),
});

const long = (options: Abortable | undefined) =>
  options?.signal === undefined ? {} : { abortSignal: options.signal };

/** In parts held in memory one after another, so that a part can be sent again and no length need be known. */
async function uploadStream(
  client: S3Client,
  params: ConstructorParameters<typeof Upload>[0]['params'],
  signal: AbortSignal | undefined,
): Promise<void> {
  const sending = new Upload({ client, params, ...upload });
  const abort = () => void sending.abort();
  signal?.throwIfAborted();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await sending.done();
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Every action that an operation above needs. */
function bucketPolicy(bucket: string, user: string): string {
  const rule = (Effect: 'Allow' | 'Deny', Action: readonly string[], Resource: string) => ({
    Effect,
    Principal: { AWS: [user] },
    Action,
    Resource,
  });
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      rule('Allow', ['s3:ListBucket', 's3:ListBucketMultipartUploads'], `arn:aws:s3:::${bucket}`),
      rule(
        'Allow',
        [
          's3:GetObject',
          's3:PutObject',
          's3:DeleteObject',
          's3:AbortMultipartUpload',
          's3:ListMultipartUploadParts',
        ],
        `arn:aws:s3:::${bucket}/*`,
      ),
      // With ACLs an object is its writer's, who could show it to everybody.
      rule('Deny', ['s3:PutObjectAcl'], `arn:aws:s3:::${bucket}/*`),
    ],
  });
}

async function ensureBucket(client: S3Client, name: string): Promise<boolean> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: name }));
    return false;
  } catch (error) {
    if (!isMissingBucket(error)) throw error;
  }
  try {
    await client.send(new CreateBucketCommand({ Bucket: name }));
    return true;
  } catch (error) {
    if (isBucketThere(error)) return false;
    throw error;
  }
}

/** RFC 6266: a plain name for old browsers, the real one for all others. */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
