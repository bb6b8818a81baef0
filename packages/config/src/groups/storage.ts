import { z } from 'zod';
import { boolean, json } from '../variables.ts';
import { group } from './group.ts';

export interface StorageConfig {
  /** With scheme, without trailing slash. */
  endpoint: string;
  /** Where everybody reaches it: links are given out for this address. Null: it has none, and no links are given out. */
  publicEndpoint?: string | null;
  accessKey: string;
  secretKey: string;
  region: string;
  buckets: { avatars: string; transcripts: string; generated: string };
}

const bucketName = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
const BUCKET_EXPECTED = 'a bucket name: 3 to 63 small letters, digits, dots or dashes';

/** `{"avatars": …, "transcripts": …, "generated": …}`, or a list of names that contain those words. */
const bucketsJson = json
  .transform((value) =>
    Array.isArray(value)
      ? Object.fromEntries(
          ['avatars', 'transcripts', 'generated'].map((k) => [
            k,
            value.find((name) => String(name).includes(k.replace(/s$/, ''))),
          ]),
        )
      : value,
  )
  .pipe(z.object({ avatars: bucketName, transcripts: bucketName, generated: bucketName }).partial());

export const storageGroup = group({
  title: 'S3 (MinIO or any other)',
  variables: {
    MINIO_ENDPOINT: {
      schema: z.string().refine((v) => URL.canParse(/^https?:\/\//.test(v) ? v : `http://${v}`)),
      doc: 'Host and port, or a full address.',
      expected: 'host:port or http(s)://host:port',
      example: 'localhost:9000',
    },
    MINIO_ACCESS_KEY: {
      schema: z.string(),
      doc: 'Access key.',
      expected: 'an access key',
      secret: true,
      example: '',
    },
    MINIO_SECRET_KEY: {
      schema: z.string(),
      doc: 'Secret key.',
      expected: 'a secret key',
      secret: true,
      example: '',
    },
    MINIO_SECURE: {
      schema: boolean(false),
      doc: 'https, when MINIO_ENDPOINT has no scheme.',
      expected: 'true or false',
      example: 'false',
    },
    MINIO_PUBLIC_ENDPOINT: {
      schema: z.url({ protocol: /^https?$/ }).optional(),
      doc: 'Where people’s browsers reach the same server, if they do: what is too much for Telegram is then given as a link that ends. The server, or a proxy before it, has to be asked under this very host name.',
      expected: 'a full address with https:// and without a path',
      example: '',
    },
    MINIO_REGION: { schema: z.string().default('us-east-1'), doc: 'Region.', expected: 'a region name' },
    MINIO_BUCKETS: {
      schema: bucketsJson.optional(),
      doc: 'All three buckets as JSON; the single variables below win over it.',
      expected: '{"avatars":"…","transcripts":"…","generated":"…"}',
    },
    MINIO_BUCKET_AVATARS: {
      schema: bucketName.optional(),
      doc: 'Photos and models.',
      expected: BUCKET_EXPECTED,
      example: 'avatars',
    },
    MINIO_BUCKET_TRANSCRIPTS: {
      schema: bucketName.optional(),
      doc: 'Audio, transcripts and documents.',
      expected: BUCKET_EXPECTED,
      example: 'transcripts',
    },
    MINIO_BUCKET_GENERATED: {
      schema: bucketName.optional(),
      doc: 'Images that FAL made.',
      expected: BUCKET_EXPECTED,
      example: 'generated',
    },
  },
  build: (v): StorageConfig => ({
    endpoint: (/^https?:\/\//.test(v.MINIO_ENDPOINT)
      ? v.MINIO_ENDPOINT
      : `${v.MINIO_SECURE ? 'https' : 'http'}://${v.MINIO_ENDPOINT}`
    ).replace(/\/+$/, ''),
    publicEndpoint: v.MINIO_PUBLIC_ENDPOINT?.replace(/\/+$/, '') ?? null,
    accessKey: v.MINIO_ACCESS_KEY,
    secretKey: v.MINIO_SECRET_KEY,
    region: v.MINIO_REGION,
    buckets: {
      avatars: v.MINIO_BUCKET_AVATARS ?? v.MINIO_BUCKETS?.avatars ?? 'avatars',
      transcripts: v.MINIO_BUCKET_TRANSCRIPTS ?? v.MINIO_BUCKETS?.transcripts ?? 'transcripts',
      generated: v.MINIO_BUCKET_GENERATED ?? v.MINIO_BUCKETS?.generated ?? 'generated',
    },
  }),
});

/** Of `pnpm storage:setup` alone, which may be given a key that makes buckets. */
export const storageGrantGroup = group({
  title: 'S3: who may use the buckets',
  variables: {
    MINIO_GRANT_TO: {
      schema: z.string().optional(),
      doc: 'The access key of the processes, where another one makes the buckets: a policy lets it use them.',
      expected: 'an access key',
      secret: true,
    },
    MINIO_GRANT_PRINCIPAL: {
      schema: z.string().optional(),
      doc: "How the server's policies name the user of that key, where not by the key: arn:aws:iam:::user/<uid> at Ceph, arn:aws:iam::<account>:user/<name> at AWS.",
      expected: 'an ARN',
    },
  },
  build: (v): { readonly accessKey: string | null; readonly principal: string | null } => ({
    accessKey: v.MINIO_GRANT_TO ?? null,
    principal: v.MINIO_GRANT_PRINCIPAL ?? v.MINIO_GRANT_TO ?? null,
  }),
});
