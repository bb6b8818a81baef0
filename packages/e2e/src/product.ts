import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  createFalControl,
  createOpenAiControl,
  createTelegramControl,
  type FalControl,
  type OpenAiControl,
  type Settings,
  type Stack,
  startStack,
  type TelegramControl,
} from '@aisha/sandbox';
import pg from 'pg';

const ARTIFACTS = fileURLToPath(new URL('../../../artifacts', import.meta.url));

export type BucketName = 'avatars' | 'transcripts' | 'generated';

/** The whole product, running, and what a test looks at it with. */
export interface Product {
  readonly stack: Stack;
  readonly telegram: TelegramControl;
  readonly fal: FalControl;
  readonly openai: OpenAiControl;
  sql(query: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Keys of the objects below a prefix. */
  objects(bucket: BucketName, prefix: string): Promise<string[]>;
  object(bucket: BucketName, key: string): Promise<Buffer>;
  /** Every line that a component wrote so far, in the order of its coming. */
  lines(component?: string | RegExp): string[];
  /** Processes that ended by themselves, with the last that they said. */
  crashes(): string[];
  stop(): Promise<void>;
}

export interface ProductOptions {
  /** For the folder of its logs under artifacts/. */
  readonly name: string;
  readonly settings?: Settings;
  /** See `lookAtPlans`. */
  readonly keepStatements?: boolean;
}

/** Nothing else of whoever runs the tests: an app needs only its own variables. */
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/** Starts the compiled product the way production does, on data of its own that go away with it. */
export async function startProduct({
  name,
  settings,
  keepStatements = false,
}: ProductOptions): Promise<Product> {
  const dataDir = mkdtempSync(join(tmpdir(), 'aisha-e2e-'));
  const said: { component: string; line: string }[] = [];
  const crashed: string[] = [];
  const lines = (component?: string | RegExp) =>
    said
      .filter((one) =>
        typeof component === 'string'
          ? one.component === component
          : (component?.test(one.component) ?? true),
      )
      .map(({ line }) => line);
  const keepLogs = () => {
    const folder = join(ARTIFACTS, 'logs', name);
    mkdirSync(folder, { recursive: true });
    for (const component of new Set(said.map((one) => one.component)))
      writeFileSync(join(folder, `${component}.log`), `${lines(component).join('\n')}\n`);
    rmSync(dataDir, { recursive: true, force: true });
  };
  const stack = await startStack({
    dataDir,
    environment: ENVIRONMENT,
    mode: 'production',
    unsafeDatabase: true,
    keepStatements,
    // What a test is about costs nothing, unless it is about money; nobody is in its pictures, unless it is about faces,
    // and nothing is drawn or asked beside what it orders.
    settings: { CREDITS: 'off', FACES: 'off', FIRST_PICTURES: '0', PHOTO_JUDGE: 'off', ...settings },
    onEvent: (event) => {
      if (event.type === 'log') said.push({ component: event.name, line: event.line });
      if (event.type === 'crashed') crashed.push([event.name, ...event.tail].join('\n'));
    },
  }).catch((error: unknown) => {
    keepLogs();
    throw error;
  });
  const { postgres, s3, telegram, fal, openai } = stack;
  if (!postgres || !s3 || !telegram || !fal || !openai) throw new Error('a part has no stand-in');
  const pool = new pg.Pool({ connectionString: postgres.url, max: 4 });
  pool.on('error', () => undefined);
  const client = new S3Client({
    endpoint: s3.endpoint,
    region: s3.region,
    forcePathStyle: true,
    credentials: { accessKeyId: s3.accessKey, secretAccessKey: s3.secretKey },
  });
  return {
    stack,
    telegram: createTelegramControl(telegram.url),
    fal: createFalControl(fal.url),
    openai: createOpenAiControl(openai.url),
    async sql(query, values = []) {
      const { rows } = await pool.query<Record<string, unknown>>(query, [...values]);
      return rows;
    },
    async objects(bucket, prefix) {
      const { Contents: found } = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }),
      );
      return (found ?? []).flatMap(({ Key: key }) => (key === undefined ? [] : [key]));
    },
    async object(bucket, key) {
      const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (!body) throw new Error(`${bucket}/${key} has no content`);
      return Buffer.from(await body.transformToByteArray());
    },
    lines,
    crashes: () => [...crashed],
    async stop() {
      await pool.end();
      client.destroy();
      await stack.stop();
      keepLogs();
    },
  };
}
