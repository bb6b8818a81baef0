import { z } from 'zod';
import { integer } from '../variables.ts';
import { group } from './group.ts';

const optionalText = z.string().optional();

export interface WorkerSettings {
  readonly queues: readonly string[] | null;
  /** Root null: in the system's temporary folder. */
  readonly scratch: { readonly root: string | null; readonly bytes: number };
}

export const workerGroup = group({
  title: 'Worker',
  variables: {
    WORKER_QUEUES: {
      schema: z
        .string()
        .transform((v) =>
          v
            .split(/[\s,]+/)
            .filter(Boolean)
            .map((s) => s.toLowerCase()),
        )
        .optional(),
      doc: 'Only these queues, separated by commas; all when empty.',
      expected: 'queue names separated by commas, for example speech,text',
    },
    WORKER_SCRATCH_DIR: {
      schema: optionalText,
      doc: 'Where files that users sent lie while they are opened, best on a file system of its own; by default in the temporary folder.',
      expected: 'a path',
    },
    WORKER_SCRATCH_GB: {
      schema: integer(1, 1_000, 8),
      doc: 'How much a worker may use there at once (GiB); work that needs more waits.',
      expected: 'a number from 1 to 1000',
      example: '8',
    },
  },
  build: (v): WorkerSettings => ({
    queues: v.WORKER_QUEUES ?? null,
    scratch: { root: v.WORKER_SCRATCH_DIR ?? null, bytes: v.WORKER_SCRATCH_GB * 1024 ** 3 },
  }),
});

export const leaseGroup = group({
  title: 'Active/standby',
  variables: {
    BOT_LEASE_MS: {
      schema: integer(1_000, 60_000, 3_000),
      doc: 'How long the active bot holds the lease without renewing it (milliseconds).',
      expected: 'a number from 1000 to 60000, at least three times BOT_LEASE_RENEW_MS',
      example: '3000',
    },
    BOT_LEASE_RENEW_MS: {
      schema: integer(200, 20_000, 1_000),
      doc: 'How often it renews it (milliseconds).',
      expected: 'a number from 200 to 20000',
      example: '1000',
    },
  },
  build(v, report): { ttlMs: number; renewMs: number } {
    if (v.BOT_LEASE_MS < 3 * v.BOT_LEASE_RENEW_MS)
      report({
        variable: 'BOT_LEASE_MS',
        problem: 'is less than three renewals',
        expected: 'at least three times BOT_LEASE_RENEW_MS',
      });
    return { ttlMs: v.BOT_LEASE_MS, renewMs: v.BOT_LEASE_RENEW_MS };
  },
});

export const edgeGroup = group({
  title: 'TLS (read by nginx and by the certificate scripts)',
  variables: {
    SSL_CERT_PATH: { schema: optionalText, doc: 'Certificate chain.', expected: 'a path' },
    SSL_KEY_PATH: { schema: optionalText, doc: 'Private key.', expected: 'a path' },
  },
  build(v, report): { certPath: string; keyPath: string } | null {
    if (Boolean(v.SSL_CERT_PATH) !== Boolean(v.SSL_KEY_PATH))
      report({
        variable: v.SSL_CERT_PATH ? 'SSL_KEY_PATH' : 'SSL_CERT_PATH',
        problem: 'is missing while its partner is set',
        expected: 'both or neither',
      });
    return v.SSL_CERT_PATH && v.SSL_KEY_PATH ? { certPath: v.SSL_CERT_PATH, keyPath: v.SSL_KEY_PATH } : null;
  },
});
