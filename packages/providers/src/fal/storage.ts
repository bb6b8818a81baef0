import { Readable } from 'node:stream';
import { withDeadline } from '@aisha/service';
import { z } from 'zod';
import { transportFailure } from '../transport.ts';
import { detailTypes, errorDetails } from './errors.ts';
import { FalHttpError, jsonBody, type FalTarget } from './library.ts';

export interface UploadOptions {
  readonly fileName: string;
  readonly contentType: string;
  /**
   * FAL deletes the file after that time. The only way to remove an upload: the Platform API deletes what a
   * request produced, never what it was given.
   */
  readonly expiresS?: number;
  readonly signal?: AbortSignal | null | undefined;
}

export type UploadOutcome =
  | { readonly kind: 'ok'; readonly url: string }
  /** `account`: the key or the account, an operator must act. */
  | { readonly kind: 'refused'; readonly status: number; readonly detail: string; readonly account: boolean }
  | { readonly kind: 'unavailable'; readonly why: string };

/** Bytes, or a stream of a known length; the stream is destroyed whatever comes of it. */
export type UploadBody = Buffer | { readonly stream: Readable; readonly bytes: number };

/** Past this FAL takes a file in parts alone, of this size each (its own client does the same). */
const WHOLE_UP_TO = 90 * 1024 * 1024;
const PART_BYTES = 10 * 1024 * 1024;
/** A part is in memory and may be sent again. */
const PART_TRIES = 3;
/** Three minutes for whatever stalls, and 2 MB/s. */
const deadlineMs = (bytes: number) => 180_000 + Math.ceil(bytes / 2_000);

const addresses = z.object({ upload_url: z.url(), file_url: z.url() });
const etag = z.object({ etag: z.string() });

/** FAL's storage takes whole what is small and in parts what is not; never more than a part is held in memory. */
export async function uploadFile(
  target: FalTarget,
  body: UploadBody,
  options: UploadOptions,
): Promise<UploadOutcome> {
  const { stream, bytes } = Buffer.isBuffer(body)
    ? { stream: Readable.from([body], { objectMode: false }), bytes: body.length }
    : body;
  const signal = withDeadline(options.signal, deadlineMs(bytes));
  const inParts = bytes > WHOLE_UP_TO;
  try {
    const { upload_url: uploadUrl, file_url: url } = await initiate(target, options, inParts, signal);
    if (inParts) await putParts(uploadUrl, stream, bytes, signal);
    else
      await answered(uploadUrl, {
        method: 'PUT',
        ...streamed(stream, bytes, { 'content-type': options.contentType }),
        signal,
      });
    return { kind: 'ok', url };
  } catch (error) {
    return failure(error, options.signal);
  } finally {
    stream.destroy();
  }
}

async function initiate(target: FalTarget, options: UploadOptions, inParts: boolean, signal: AbortSignal) {
  const step = inParts ? 'initiate-multipart' : 'initiate';
  const answer = await answered(`${target.restUrl}/storage/upload/${step}?storage_type=fal-cdn-v3`, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      ...(target.apiKey === null ? {} : { authorization: `Key ${target.apiKey}` }),
      ...(options.expiresS === undefined
        ? {}
        : {
            'x-fal-object-lifecycle': JSON.stringify({ expiration_duration_seconds: options.expiresS }),
          }),
    },
    body: JSON.stringify({ content_type: options.contentType, file_name: options.fileName }),
    signal,
  });
  return addresses.parse(answer);
}

async function putParts(uploadUrl: string, stream: Readable, bytes: number, signal: AbortSignal) {
  const step = (name: string | number) => {
    const url = new URL(uploadUrl);
    url.pathname += `/${name}`;
    return url.href;
  };
  const parts: { partNumber: number; etag: string }[] = [];
  let sent = 0;
  for await (const part of inPieces(stream, PART_BYTES)) {
    const partNumber = parts.length + 1;
    const put = () =>
      answered(step(partNumber), { method: 'PUT', ...streamed(Readable.from([part]), part.length), signal });
    parts.push({ partNumber, etag: etag.parse(await tried(put, signal)).etag });
    sent += part.length;
  }
  if (sent !== bytes) throw new Error(`${sent} of ${bytes} bytes came`);
  await answered(step('complete'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ parts }),
    signal,
  });
}

/** As a stream even where the bytes are there: of bytes fetch makes a copy first. */
const streamed = (body: Readable, bytes: number, headers: Readonly<Record<string, string>> = {}) => ({
  body,
  duplex: 'half' as const,
  headers: { ...headers, 'content-length': String(bytes) },
});

/** Pieces of that size, the last one of what is left. A piece is good until the next one is asked for. */
async function* inPieces(stream: AsyncIterable<Uint8Array>, size: number) {
  const piece = Buffer.alloc(size);
  let filled = 0;
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length;) {
      const taken = chunk.subarray(at, at + size - filled);
      piece.set(taken, filled);
      filled += taken.length;
      at += taken.length;
      if (filled < size) continue;
      yield piece;
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

async function tried<T>(put: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await put();
    } catch (error) {
      if (attempt === PART_TRIES || signal.aborted) throw error;
    }
  }
}

/** The JSON of a good answer, undefined where it is none; a FalHttpError otherwise. */
async function answered(url: string, init: RequestInit & { readonly duplex?: 'half' }): Promise<unknown> {
  const response = await fetch(url, { ...init, redirect: 'error' });
  const body = await jsonBody(response);
  if (!response.ok) throw new FalHttpError(response, body);
  return body;
}

export type DeletionOutcome =
  | { readonly kind: 'deleted' }
  /** The Platform API wants a key with the ADMIN scope. */
  | { readonly kind: 'not-allowed' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'unavailable'; readonly why: string };

/** Deletes a request's stored input and output and the files it produced, at FAL. */
export async function deleteRequestFiles(
  target: FalTarget,
  requestId: string,
  options: { readonly signal?: AbortSignal | null | undefined },
): Promise<DeletionOutcome> {
  const platform = target.elsewhere ? target.restUrl : 'https://api.fal.ai';
  try {
    const response = await fetch(`${platform}/v1/models/requests/${encodeURIComponent(requestId)}/payloads`, {
      method: 'DELETE',
      headers: target.apiKey === null ? {} : { authorization: `Key ${target.apiKey}` },
      redirect: 'error',
      signal: withDeadline(options.signal, 20_000),
    });
    await response.body?.cancel();
    if (response.ok) return { kind: 'deleted' };
    if (response.status === 401 || response.status === 403) return { kind: 'not-allowed' };
    if (response.status === 404) return { kind: 'not-found' };
    return { kind: 'unavailable', why: `HTTP ${response.status}` };
  } catch (error) {
    return { kind: 'unavailable', why: transportFailure(error, options.signal).why };
  }
}

function failure(error: unknown, caller: AbortSignal | null | undefined): UploadOutcome {
  if (!(error instanceof FalHttpError)) {
    return { kind: 'unavailable', why: transportFailure(error, caller).why };
  }
  const { status } = error;
  if (status === 429 || status >= 500) return { kind: 'unavailable', why: `HTTP ${status}` };
  const detail = detailTypes(errorDetails(error.body));
  return { kind: 'refused', status, detail, account: [401, 402, 403].includes(status) };
}
