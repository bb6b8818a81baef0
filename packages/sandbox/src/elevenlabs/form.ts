import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';

export interface SpeechForm {
  /** Every field's values; a repeated part has several. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly file: { readonly path: string; readonly name: string; readonly contentType: string } | null;
  discard(): Promise<void>;
}

/** A multipart form, its file in a folder of its own. */
export async function readForm(request: IncomingMessage): Promise<SpeechForm> {
  const folder = await mkdtemp(path.join(tmpdir(), 'aisha-scribe-'));
  const fields = new Map<string, string[]>();
  const files: Promise<SpeechForm['file']>[] = [];
  const parser = busboy({ headers: request.headers, defParamCharset: 'utf8' });
  parser.on('field', (name, value) => fields.set(name, [...(fields.get(name) ?? []), value]));
  parser.on('file', (name, stream, { filename, mimeType }) => {
    if (name !== 'file') return void stream.resume();
    const target = path.join(folder, String(files.length));
    files.push(
      pipeline(stream, createWriteStream(target)).then(() => ({
        path: target,
        name: filename ?? '',
        contentType: mimeType,
      })),
    );
  });
  await pipeline(request, parser);
  const [file = null] = await Promise.all(files);
  return { fields, file, discard: () => rm(folder, { recursive: true, force: true }) };
}
