import { untilAborted, withDeadline } from '@aisha/service';
import { transportFailure } from '../transport.ts';
import { detailTypes, errorDetails } from './errors.ts';
import { FalHttpError, libraryClient, type FalTarget } from './library.ts';

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

// Archives of photos weigh up to some 50 MB.
const uploadDeadlineMs = 180_000;

export async function uploadFile(
  target: FalTarget,
  data: Blob | Buffer,
  options: UploadOptions,
): Promise<UploadOutcome> {
  const signal = withDeadline(options.signal, uploadDeadlineMs);
  const bytes = Buffer.isBuffer(data) ? new Uint8Array(data) : data;
  const file = new File([bytes], options.fileName, { type: options.contentType });
  try {
    const { storage } = libraryClient(target, signal);
    const lifecycle = options.expiresS === undefined ? {} : { lifecycle: { expiresIn: options.expiresS } };
    return { kind: 'ok', url: await untilAborted(storage.upload(file, lifecycle), signal) };
  } catch (error) {
    return failure(error, options.signal);
  }
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
