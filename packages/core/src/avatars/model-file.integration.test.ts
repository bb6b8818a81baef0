import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MB = 1024 * 1024;
// More in all than the worker may have; past 90 MB FAL takes a file in parts.
const MODEL_MB = 100;
const HEADER = Buffer.from(
  JSON.stringify({ weight: { dtype: 'F16', shape: [1], data_offsets: [0, MODEL_MB * MB] } }),
);
const LENGTH = Buffer.alloc(8);
LENGTH.writeBigUInt64LE(BigInt(HEADER.length));
const MODEL_BYTES = LENGTH.length + HEADER.length + MODEL_MB * MB;
const COPIES = 10;

function* model() {
  yield LENGTH;
  yield HEADER;
  const chunk = Buffer.alloc(MB, 7);
  for (let n = 0; n < MODEL_MB; n += 1) yield chunk;
}

/** What came, by whom: a bucket and a FAL that keep nothing but the count. */
const came = { s3: 0, fal: 0 };

async function counted(request: IncomingMessage, by?: keyof typeof came): Promise<void> {
  for await (const chunk of request) if (by) came[by] += chunk.length;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '', 'http://here');
  const asked = `${request.method} ${url.pathname.split('/')[1]}`;
  const part = url.searchParams.get('partNumber') ?? url.pathname.split('/').at(-1);
  const json = (body: unknown) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  const whole = { 'content-length': MODEL_BYTES, 'content-type': 'application/octet-stream' };
  switch (asked) {
    case 'GET model':
    case 'GET s3':
      response.writeHead(200, whole);
      return pipeline(Readable.from(model(), { objectMode: false }), response);
    case 'HEAD s3':
      return void response.writeHead(200, whole).end();
    case 'PUT s3':
      await counted(request, 's3');
      return void response.setHeader('etag', `"${part}"`).end();
    case 'POST s3': {
      await counted(request);
      const name = url.searchParams.has('uploads')
        ? 'InitiateMultipartUploadResult'
        : 'CompleteMultipartUploadResult';
      return void response.end(`<${name}><UploadId>1</UploadId><ETag>"1"</ETag></${name}>`);
    }
    case 'PUT fal':
      await counted(request, 'fal');
      return void json({ partNumber: Number(part), etag: part });
    case 'POST fal':
      await counted(request);
      return void json({ upload_url: `${address}/fal/put`, file_url: `${address}/model` });
    default:
      response.writeHead(404).end();
  }
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy());
});
let address: string;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('no port');
  address = `http://127.0.0.1:${at.port}`;
});
afterAll(() => server.close());

test('ten models at once are copied in what a worker of 512 MB has left, from FAL and back', async () => {
  const program = join(import.meta.dirname, '../testing/model-copies/main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--conditions=@aisha/source',
    '--max-old-space-size=256',
    program,
    address,
    String(COPIES),
  ]);
  expect(came).toEqual({ s3: COPIES * MODEL_BYTES, fal: COPIES * MODEL_BYTES });
  expect(Number(stdout)).toBeLessThan(400 * MB);
}, 120_000);
