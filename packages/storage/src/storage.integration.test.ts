import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startS3 } from '@aisha/sandbox';
import { testServices } from '@aisha/sandbox/testing';
import { silentLogger, TransientError } from '@aisha/service';
import { describe, expect, test, vi } from 'vitest';
import { objectKey } from './keys.ts';
import { createStorage } from './storage.ts';
import { describeStorage } from './testing/storage-suite.ts';

describeStorage('an S3 server', () => testServices().s3);

const buckets = { avatars: 'avatars', transcripts: 'transcripts', generated: 'generated' };
const key = objectKey(7, 'images', 'order', '1.png');
const png = { contentType: 'image/png' };

/** A storage on a server that answers as the test wants. */
async function storageOn(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const endpoint = `http://127.0.0.1:${address.port}`;
  const storage = createStorage({ ...testServices().s3, endpoint, buckets }, { log: silentLogger });
  const close = () => {
    storage.close();
    server.close();
    server.closeAllConnections();
  };
  return { storage, close };
}

test('another key may use the buckets: their objects, and nothing of the buckets themselves', async () => {
  const policies: unknown[] = [];
  const { storage, close } = await storageOn((request, response) => {
    void text(request).then((body) => {
      policies.push([request.method, request.url, JSON.parse(body)]);
      response.end();
    });
  });
  try {
    await storage.grant('their-key');
    expect(policies).toHaveLength(3);
    const rule = (effect: string, action: readonly string[], resource: string) => ({
      Effect: effect,
      Principal: { AWS: ['their-key'] },
      Action: action,
      Resource: resource,
    });
    expect(policies[0]).toEqual([
      'PUT',
      '/avatars/?policy=',
      {
        Version: '2012-10-17',
        Statement: [
          rule('Allow', ['s3:ListBucket', 's3:ListBucketMultipartUploads'], 'arn:aws:s3:::avatars'),
          rule(
            'Allow',
            [
              'GetObject',
              'PutObject',
              'DeleteObject',
              'AbortMultipartUpload',
              'ListMultipartUploadParts',
            ].map((name) => `s3:${name}`),
            'arn:aws:s3:::avatars/*',
          ),
          rule('Deny', ['s3:PutObjectAcl'], 'arn:aws:s3:::avatars/*'),
        ],
      },
    ]);
  } finally {
    close();
  }
});

test('a server with a foreign certificate is not spoken to', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'aisha-s3-'));
  const [certificate, privateKey] = [join(dir, 'c.pem'), join(dir, 'k.pem')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
      .concat(['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'])
      .concat(['-keyout', privateKey, '-out', certificate]),
    { stdio: 'ignore' },
  );
  let heard = 0;
  const server = createTlsServer(
    { cert: readFileSync(certificate), key: readFileSync(privateKey) },
    (_request, response) => {
      heard += 1;
      response.end();
    },
  ).listen(0);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const endpoint = `https://localhost:${address.port}`;
  const storage = createStorage({ ...testServices().s3, endpoint, buckets }, { log: silentLogger });
  try {
    const error: unknown = await storage.head('avatars', key).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ cause: { code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/) } });
    expect(heard).toBe(0);
  } finally {
    storage.close();
    server.close();
    rmSync(dir, { recursive: true, force: true });
  }
});

test('a list goes on over pages', async () => {
  const asked: (string | null)[] = [];
  const { storage, close } = await storageOn((request, response) => {
    const token = new URL(request.url ?? '', 'http://s3').searchParams.get('continuation-token');
    asked.push(token);
    const page = Number(token ?? 1);
    const next = page < 3 ? `<NextContinuationToken>${page + 1}</NextContinuationToken>` : '';
    response.end(
      `<ListBucketResult><IsTruncated>${page < 3}</IsTruncated>${next}` +
        `<Contents><Key>7/images/o/${page}</Key><Size>1</Size></Contents></ListBucketResult>`,
    );
  });
  try {
    const keys: string[] = [];
    for await (const { key: listed } of storage.list('generated', '7/')) keys.push(listed);
    expect(keys).toEqual(['7/images/o/1', '7/images/o/2', '7/images/o/3']);
    expect(asked).toEqual([null, '2', '3']);
  } finally {
    close();
  }
});

test('an object that breaks off half-way is a passing error, never a short object', async () => {
  const { storage, close } = await storageOn((_request, response) => {
    response.writeHead(200, { 'content-length': 1_000 });
    response.write('half', () => response.destroy());
  });
  try {
    await expect(storage.get('generated', key)).rejects.toBeInstanceOf(TransientError);
  } finally {
    close();
  }
});

describe('a storage that is away', () => {
  test('is a passing error within seconds, and works again once it is back', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'aisha-s3-'));
    const server = await startS3({
      dataDir: join(dir, 's3'),
      runDir: join(dir, 'run'),
      log: () => undefined,
    });
    const storage = createStorage({ ...server, endpoint: server.endpoint, buckets }, { log: silentLogger });
    try {
      await storage.ensureBuckets();
      await server.stop();
      const startedAt = performance.now();
      const outcomes = await Promise.allSettled([
        storage.put('generated', key, Buffer.from('x'), png),
        storage.get('generated', key),
        storage.delete('generated', key),
        storage.deletePrefix('generated', '7/'),
        storage.check(AbortSignal.timeout(2_000)),
      ]);
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'TransientError' } });
      }
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      await server.restart();
      await vi.waitFor(() => storage.put('generated', key, Buffer.from('x'), png), { timeout: 10_000 });
      expect(await storage.exists('generated', key)).toBe(true);
    } finally {
      storage.close();
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  });

  test('that accepts and never answers is given up when the caller has waited long enough', async () => {
    const { storage, close } = await storageOn(() => undefined);
    try {
      const signal = AbortSignal.timeout(300);
      await expect(storage.get('generated', key, { signal })).rejects.toBeInstanceOf(TransientError);
      await expect(storage.head('generated', key, { signal })).rejects.toBeInstanceOf(TransientError);
    } finally {
      close();
    }
  });

  test('with a wrong key is no passing error', async () => {
    const storage = createStorage(
      { ...testServices().s3, secretKey: 'wrong', buckets },
      { log: silentLogger },
    );
    const refused = storage.get('generated', key);
    await expect(refused).rejects.toThrow('storage: get');
    await expect(refused).rejects.not.toBeInstanceOf(TransientError);
    storage.close();
  });
});

test.each([
  ['that wants a Content-MD5', 400, 'MissingContentMD5'],
  ['that deletes no many', 501, 'NotImplemented'],
  ['that asks the bucket for the right to delete many, as older Ceph does', 403, 'AccessDenied'],
])('what begins with a prefix is deleted on a server %s', async (_what, status, code) => {
  const there = new Set(['7/images/o/1', '7/images/o/2', '7/images/o/3']);
  const { storage, close } = await storageOn((request, response) => {
    const url = new URL(request.url ?? '', 'http://s3');
    request.resume().on('end', () => {
      if (request.method === 'POST' && url.searchParams.has('delete')) {
        response.writeHead(status).end(`<Error><Code>${code}</Code><Message>no</Message></Error>`);
      } else if (request.method === 'DELETE') {
        there.delete(url.pathname.replace('/generated/', ''));
        response.writeHead(204).end();
      } else {
        const contents = [...there].map((one) => `<Contents><Key>${one}</Key><Size>1</Size></Contents>`);
        response.end(
          `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`,
        );
      }
    });
  });
  try {
    expect(await storage.deletePrefix('generated', '7/')).toBe(3);
    expect([...there]).toEqual([]);
  } finally {
    close();
  }
});

test('what may not be deleted, many or one by one, is an error', async () => {
  const { storage, close } = await storageOn((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'GET')
        response.end('<ListBucketResult><Contents><Key>7/images/o/1</Key></Contents></ListBucketResult>');
      else response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
    });
  });
  try {
    await expect(storage.deletePrefix('generated', '7/')).rejects.toThrow('delete 7/images/o/1 failed');
  } finally {
    close();
  }
});
