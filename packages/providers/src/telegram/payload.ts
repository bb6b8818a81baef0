import { stat } from 'node:fs/promises';
import { isRecord } from '../shapes.ts';
import type { Upload } from './methods.ts';

// What the cloud Bot API takes; a self-hosted server takes 2000 MB.
const MEBIBYTE = 1024 * 1024;
const CLOUD_UPLOAD = 50 * MEBIBYTE;
const CLOUD_PHOTO = 10 * MEBIBYTE;
const SELF_HOSTED_UPLOAD = 2000 * MEBIBYTE;

/**
 * Telegraf silently drops objects (reply_parameters, link_preview_options, …) from multipart requests;
 * as JSON text they are kept, and Telegram takes the text in both forms.
 */
export function readyForMultipart(payload: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [name, needsText(value) ? JSON.stringify(value) : value]),
  );
}

function needsText(value: unknown): boolean {
  return isRecord(value) && !isUpload(value) && !('media' in value);
}

/** Every file in the payload, with the field's name. */
export function uploadsOf(payload: object): { readonly field: string; readonly upload: Upload }[] {
  return Object.entries(payload).flatMap(([field, value]) => {
    const items: unknown[] = Array.isArray(value) ? value : [value];
    return items
      .flatMap((item) => (isRecord(item) ? [item, item['media'], item['thumbnail']] : []))
      .filter(isUpload)
      .map((upload) => ({ field, upload }));
  });
}

function isUpload(value: unknown): value is Upload {
  return isRecord(value) && (Buffer.isBuffer(value['source']) || typeof value['source'] === 'string');
}

/** Too big for the server: known without sending, while the server's own refusal is an unreadable HTML page. */
export async function tooBigToUpload(payload: object, cloud: boolean): Promise<string | null> {
  for (const { field, upload } of uploadsOf(payload)) {
    const size = Buffer.isBuffer(upload.source) ? upload.source.length : (await stat(upload.source)).size;
    const limit = cloud ? (field === 'photo' ? CLOUD_PHOTO : CLOUD_UPLOAD) : SELF_HOSTED_UPLOAD;
    if (size > limit) return `${field} has ${size} bytes, the limit is ${limit}`;
  }
  return null;
}
