import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { FileSlot, FileStore } from './files.ts';
import { parseJson, readBody, type Call, type Reply } from './http.ts';
import { lifetimePreference, type Answer } from './queue-routes.ts';
import type { FalSettings } from './settings.ts';

interface Upload {
  slot: FileSlot;
  token: string;
  multipart: boolean;
  parts: Map<number, { file: string; etag: string }>;
}

export interface StorageParts {
  settings: () => FalSettings;
  baseUrl: () => string;
  files: FileStore;
}

const initiateSchema = z.object({
  content_type: z.string().default('application/octet-stream'),
  file_name: z.string().default('file.bin'),
});
const completeSchema = z.object({
  parts: z.array(z.object({ partNumber: z.int(), etag: z.string() })).min(1),
});

const TOKEN_SECONDS = 3600;

/** FAL's storage as its two clients use it (1.9), and the CDN behind it. */
export function createStorageRoutes(parts: StorageParts) {
  const uploads = new Map<string, Upload>();
  const tokens = new Set<string>();

  const lifetimeMs = (header: string | string[] | undefined): number | null => {
    const seconds = lifetimePreference(header);
    return seconds === null ? null : (seconds * 1000) / parts.settings().timeScale;
  };

  return {
    /** `initiate` and `initiate-multipart`: same question, same answer. */
    async initiate(call: Call, multipart: boolean): Promise<Reply> {
      const body = initiateSchema.safeParse(
        parseJson((await readBody(call.request))?.toString('utf8') ?? ''),
      );
      if (!body.success) return { status: 422, body: { detail: 'content_type and file_name are expected' } };
      const { content_type: contentType, file_name: name } = body.data;
      const lifetime = lifetimeMs(call.request.headers['x-fal-object-lifecycle']);
      const slot = await parts.files.reserve(name, contentType, lifetime);
      const id = randomUUID();
      const token = randomUUID();
      uploads.set(id, { slot, token, multipart, parts: new Map() });
      const uploadUrl = `${parts.baseUrl()}/upload/${id}?token=${token}`;
      return { status: 200, body: { upload_url: uploadUrl, file_url: slot.url } };
    },

    /** `PUT /upload/{id}`, `PUT /upload/{id}/{n}`, `POST /upload/{id}/complete`; signed by the address itself. */
    async upload(call: Call, id: string, step: string | null): Promise<Reply> {
      const upload = uploads.get(id);
      if (upload === undefined || upload.token !== call.query.get('token')) {
        return { status: 403, body: { detail: 'Upload address is not valid' } };
      }
      if (step === 'complete' && call.method === 'POST') {
        const listed = completeSchema.safeParse(parseJson((await readBody(call.request))?.toString() ?? ''));
        const reply = listed.success ? await joinParts(upload, listed.data.parts, parts.files) : null;
        if (reply !== null && reply.status === 200) uploads.delete(id);
        return reply ?? { status: 400, body: { detail: 'A list of parts is expected' } };
      }
      if (call.method !== 'PUT') return { status: 405, body: { detail: 'Method Not Allowed' } };
      if (step === null) {
        await parts.files.fill(upload.slot, call.request);
        uploads.delete(id);
        return { status: 200, body: { file_url: upload.slot.url } };
      }
      const partNumber = Number(step);
      const bytes = await readBody(call.request, 128 * 1024 * 1024);
      if (!Number.isInteger(partNumber) || partNumber < 1 || bytes === null) {
        return { status: 400, body: { detail: 'Bad part' } };
      }
      const file = `${upload.slot.diskPath}.${partNumber}`;
      await writeFile(file, bytes);
      const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
      upload.parts.set(partNumber, { file, etag });
      return { status: 200, headers: { etag }, body: { partNumber, etag } };
    },

    /** The Python client's way: a token, then the bytes straight to the CDN. */
    token(): Reply {
      const token = randomUUID();
      tokens.add(token);
      const expiresAt = new Date(Date.now() + TOKEN_SECONDS * 1000).toISOString();
      const body = { token, token_type: 'Bearer', base_url: parts.baseUrl(), expires_at: expiresAt };
      return { status: 200, body };
    },

    async uploadWithToken(call: Call): Promise<Reply> {
      const given = /^Bearer (.+)$/u.exec(call.request.headers.authorization ?? '')?.[1];
      if (given === undefined || !tokens.has(given))
        return { status: 401, body: { detail: 'Invalid token' } };
      const name = call.request.headers['x-fal-file-name'];
      const type = call.request.headers['content-type'] ?? 'application/octet-stream';
      const lifetime = lifetimeMs(call.request.headers['x-fal-object-lifecycle']);
      const slot = await parts.files.reserve(typeof name === 'string' ? name : 'file.bin', type, lifetime);
      await parts.files.fill(slot, call.request);
      return { status: 200, body: { access_url: slot.url } };
    },

    async download(call: Call): Promise<Answer> {
      const file = await parts.files.open(call.path);
      if (file === null) return { status: 404, body: { detail: 'Not Found' } };
      const { response } = call;
      response.writeHead(200, {
        'content-type': file.contentType,
        'content-length': String(file.size),
        'access-control-allow-origin': '*',
      });
      if (call.method === 'HEAD') response.end();
      // A reader who goes away half-way is no fault of ours.
      else await pipeline(file.stream(), response).catch(() => null);
      return 'streamed';
    },
  };
}

async function joinParts(
  upload: Upload,
  listed: { partNumber: number; etag: string }[],
  files: FileStore,
): Promise<Reply> {
  const ordered = listed.toSorted((a, b) => a.partNumber - b.partNumber);
  const paths: string[] = [];
  for (const { partNumber, etag } of ordered) {
    const part = upload.parts.get(partNumber);
    if (part === undefined || part.etag !== etag) {
      return { status: 400, body: { detail: `Part ${partNumber} was not uploaded as listed` } };
    }
    paths.push(part.file);
  }
  await files.fill(upload.slot, Readable.from(concatenate(paths)));
  await Promise.all(paths.map((file) => rm(file, { force: true })));
  return { status: 200, body: { file_url: upload.slot.url } };
}

async function* concatenate(paths: string[]): AsyncGenerator<Buffer> {
  for (const file of paths) {
    for await (const chunk of createReadStream(file)) if (Buffer.isBuffer(chunk)) yield chunk;
  }
}
