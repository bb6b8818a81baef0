import { randomUUID } from 'node:crypto';
import { silentLogger } from '@aisha/service';
import type { Bucket, Storage } from '@aisha/storage';
import { createStorage } from '@aisha/storage/s3';
import { codeOf, reasonOf } from '../reason.ts';
import { attempt, type Check, failed, type Finding, ok, unconfigured } from './finding.ts';

export const checkStorage: Check = async ({ storage: config }) => {
  if (!config) return unconfigured('S3');
  const storage = createStorage(config, { log: silentLogger });
  try {
    const buckets = ['avatars', 'transcripts', 'generated'] as const;
    const found = await Promise.all(
      buckets.map((bucket) =>
        attempt(`bucket ${bucket}`, mend, () => tryBucket(storage, bucket, config.buckets[bucket])),
      ),
    );
    return found.flat();
  } finally {
    storage.close();
  }
};

/** Writes, reads, links to and deletes an object of nobody: user 0 does not exist. */
async function tryBucket(storage: Storage, bucket: Bucket, name: string): Promise<Finding> {
  const folder = `0/doctor/${randomUUID()}/`;
  const key = `${folder}probe.txt`;
  const body = Buffer.from(`aisha doctor ${new Date().toISOString()}`);
  const asked = performance.now();
  await storage.put(bucket, key, body, { contentType: 'text/plain' });
  try {
    const problem = await look(storage, bucket, key, body);
    if (problem !== null) return failed(`bucket ${bucket}`, `${name}: ${problem.found}`, problem.mend);
  } finally {
    // As the product does it: all that begins with a prefix, in one request where the server takes it.
    await storage.deletePrefix(bucket, folder);
  }
  if (await storage.exists(bucket, key))
    return failed(
      `bucket ${bucket}`,
      `${name}: a deleted object is still there`,
      'the key may not delete: give it s3:DeleteObject',
    );
  const took = Math.round(performance.now() - asked);
  return ok(`bucket ${bucket}`, `${name}: written, read, linked to and deleted in ${took} ms`);
}

async function look(
  storage: Storage,
  bucket: Bucket,
  key: string,
  body: Buffer,
): Promise<{ found: string; mend: string } | null> {
  const read = await storage.get(bucket, key);
  if (!read?.equals(body))
    return { found: 'what was written does not come back', mend: 'this is no S3 server that can be used' };
  const link = await storage.signedUrl(bucket, key, { expiresSeconds: 60 });
  const signed = await fetch(link, { signal: AbortSignal.timeout(10_000) });
  if (!Buffer.from(await signed.arrayBuffer()).equals(body))
    return {
      found: `a signed link answers ${signed.status}`,
      mend: 'see MINIO_REGION and the clock of this machine; a proxy before S3 must keep the Host header',
    };
  const { origin, pathname } = new URL(link);
  const open = await fetch(`${origin}${pathname}`, { signal: AbortSignal.timeout(10_000) });
  await open.body?.cancel();
  return open.ok
    ? {
        found: 'anybody may read it without a signature',
        mend: 'remove the public policy of the bucket: photos and recordings lie there',
      }
    : null;
}

function mend(error: unknown): string {
  const said = reasonOf(error);
  if (/NoSuchBucket|bucket does not exist/i.test(said))
    return 'make the buckets: pnpm storage:setup; their names are MINIO_BUCKET_* (or MINIO_BUCKETS)';
  if (/InvalidAccessKey|SignatureDoesNotMatch|AccessDenied|access key|signature|Forbidden/i.test(said))
    return 'see MINIO_ACCESS_KEY and MINIO_SECRET_KEY, and whether this key may use the bucket';
  if (/RequestTimeTooSkewed|time.*(skew|too large)/i.test(said)) return 'set the clock of this machine (NTP)';
  switch (codeOf(error)) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name in MINIO_ENDPOINT is not known here';
    case 'ECONNREFUSED':
      return 'nothing listens there: start the S3 server, or mend MINIO_ENDPOINT';
    case 'EPROTO':
      return 'http where https is expected, or the other way round: see MINIO_ENDPOINT and MINIO_SECURE';
    default:
      return 'see MINIO_ENDPOINT, MINIO_SECURE and the keys';
  }
}
