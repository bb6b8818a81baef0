import { type BalanceOutcome, readBalance } from './balance.ts';
import { atMost } from '@aisha/service';
import { observed, type Observers } from '../observe.ts';
import {
  fetchFile,
  fetchFileTo,
  type FetchedBuffer,
  type FetchedTo,
  type FetchFileOptions,
} from './download.ts';
import { detailTypes } from './errors.ts';
import type { FalTarget } from './library.ts';
import {
  readResult,
  readStatus,
  requestCancel,
  type CancelOutcome,
  type QueueOptions,
  type ResultOutcome,
  type StatusOutcome,
} from './queue.ts';
import {
  deleteRequestFiles,
  uploadFile,
  type DeletionOutcome,
  type UploadBody,
  type UploadOptions,
  type UploadOutcome,
} from './storage.ts';
import { submitOnce, type SubmitOptions, type SubmitOutcome } from './submit.ts';

export type FalDownloadOptions = Omit<FetchFileOptions, 'anyAddress'>;

/** FAL's queue and storage. Outcomes are values; nothing here is repeated that could cost twice. */
export interface FalClient {
  submit(
    model: string,
    input: Readonly<Record<string, unknown>>,
    options?: SubmitOptions,
  ): Promise<SubmitOutcome>;
  status(
    model: string,
    requestId: string,
    options?: QueueOptions & { readonly logs?: boolean },
  ): Promise<StatusOutcome>;
  result(model: string, requestId: string, options?: QueueOptions): Promise<ResultOutcome>;
  cancel(model: string, requestId: string, options?: QueueOptions): Promise<CancelOutcome>;
  uploadFile(body: UploadBody, options: UploadOptions): Promise<UploadOutcome>;
  /** Outputs only, and with an ADMIN key only; uploads go by `expiresS`. */
  deleteRequestFiles(requestId: string, options?: QueueOptions): Promise<DeletionOutcome>;
  /** What is left on the account; only an ADMIN key may ask. */
  balance(options?: QueueOptions): Promise<BalanceOutcome>;
  /** A result's file: https and public addresses only, unless FAL's addresses are set elsewhere. */
  download(url: string, options: FalDownloadOptions): Promise<FetchedBuffer>;
  /** The same, read by `take` as it comes. What comes broken throws there and is the outcome here. */
  downloadTo<T>(
    url: string,
    take: (body: AsyncIterable<Uint8Array>) => Promise<T>,
    options: FalDownloadOptions,
  ): Promise<FetchedTo<T>>;
}

export interface FalClientOptions extends Observers {
  readonly config: FalTarget;
}

/** Each holds a part of 10 MB. */
const UPLOADS_AT_ONCE = 3;

/** A job is accepted within a second or two; past this nobody knows. */
const SUBMIT_TIMEOUT_MS = 20_000;

export function createFalClient({ config, log, metrics }: FalClientOptions): FalClient {
  const seen = async <T extends { readonly kind: string }>(
    operation: string,
    about: Readonly<Record<string, unknown>>,
    request: () => Promise<T>,
  ): Promise<T> => {
    const answer = await observed(metrics, 'fal', operation, ({ kind }) => kind, request);
    if (quiet.has(answer.kind)) log.debug(`fal ${operation}`, { ...about, outcome: answer.kind });
    else log.warn(`fal ${operation}: ${answer.kind}`, { ...about, ...loggable(answer) });
    return answer;
  };
  const uploading = atMost(UPLOADS_AT_ONCE);
  const anyAddress = config.elsewhere;

  return {
    submit: (model, input, options = {}) =>
      seen('submit', { model }, () =>
        submitOnce({ ...config, timeoutMs: SUBMIT_TIMEOUT_MS }, model, input, options),
      ),
    status: (model, requestId, options = {}) =>
      seen('status', { model, requestId }, () => readStatus(config, model, requestId, options)),
    result: (model, requestId, options = {}) =>
      seen('result', { model, requestId }, () => readResult(config, model, requestId, options)),
    cancel: (model, requestId, options = {}) =>
      seen('cancel', { model, requestId }, () => requestCancel(config, model, requestId, options)),
    uploadFile: (body, options) =>
      seen('upload', {}, () => uploading(() => uploadFile(config, body, options))),
    deleteRequestFiles: (requestId, options = {}) =>
      seen('delete', { requestId }, () => deleteRequestFiles(config, requestId, options)),
    balance: (options = {}) => seen('balance', {}, () => readBalance(config, options)),
    download: (url, options) => seen('download', {}, () => fetchFile(url, { ...options, anyAddress })),
    downloadTo: (url, take, options) =>
      seen('download', {}, () => fetchFileTo(url, take, { ...options, anyAddress })),
  };
}

/** What an answer says of itself; of FAL's words the types of its errors, since the rest may repeat a prompt or an address. */
function loggable(answer: object): Readonly<Record<string, unknown>> {
  const said = ['kind', 'status', 'reason', 'why', 'account', 'afterMs', 'retryAfterMs', 'retryable'];
  return {
    ...Object.fromEntries(Object.entries(answer).filter(([name]) => said.includes(name))),
    ...('errors' in answer && Array.isArray(answer.errors) && { types: detailTypes(answer.errors) }),
    ...('detail' in answer && { types: answer.detail }),
  };
}

/** Outcomes of an ordinary day. */
const quiet: ReadonlySet<string> = new Set([
  'ok',
  'not-told',
  'accepted',
  'queued',
  'running',
  'completed',
  'requested',
  'deleted',
]);
