import { untilAborted, withDeadline } from '@aisha/service';
import { z } from 'zod';
import { isRecord } from '../shapes.ts';
import { transportFailure } from '../transport.ts';
import { detailTypes, errorDetails, isLockText, type FalErrorDetail } from './errors.ts';
import { FalHttpError, libraryClient, type FalTarget } from './library.ts';

type Unavailable = {
  readonly kind: 'unavailable';
  readonly why: string;
  readonly retryAfterMs: number | null;
  /** The account is locked or the key refused: an operator must act. */
  readonly account: boolean;
};
type NotFound = { readonly kind: 'not-found' };

export interface FalLog {
  readonly message: string;
  readonly level: string;
  readonly timestamp: string;
}

export type StatusOutcome =
  | { readonly kind: 'queued'; readonly position: number | null }
  | { readonly kind: 'running'; readonly logs: readonly FalLog[] }
  /** Over, well or not: a failed job is completed too, its error is in the result. */
  | {
      readonly kind: 'completed';
      readonly error: string | null;
      readonly errorType: string | null;
      readonly inferenceTimeS: number | null;
    }
  | NotFound
  | Unavailable;

export type ResultOutcome =
  | { readonly kind: 'ok'; readonly output: unknown }
  | {
      readonly kind: 'failed';
      readonly status: number;
      readonly errors: readonly FalErrorDetail[];
      readonly retryable: boolean;
    }
  /** Never was, or expired: an hour after completion, six minutes if it was 10 KB or more. */
  | { readonly kind: 'gone' }
  | Unavailable;

/** `requested`: a queued job goes, a running one may still finish and be billed. */
export type CancelOutcome =
  | { readonly kind: 'requested' }
  | { readonly kind: 'completed' }
  | NotFound
  | Unavailable;

export interface QueueOptions {
  readonly signal?: AbortSignal | null | undefined;
}

const DEADLINE_MS = 20_000;

const noLog = { message: '', level: 'INFO', timestamp: '' };
const logShape = z.object({
  message: z.string().catch(''),
  level: z.string().catch('INFO'),
  timestamp: z.string().catch(''),
});
// The state decides; whatever else is of another form than documented is as good as absent.
const statusShape = z.discriminatedUnion('status', [
  z.object({ status: z.literal('IN_QUEUE'), queue_position: z.number().nullish().catch(null) }),
  z.object({ status: z.literal('IN_PROGRESS'), logs: z.array(logShape.catch(noLog)).nullish().catch(null) }),
  z.object({
    status: z.literal('COMPLETED'),
    error: z.unknown().optional(),
    error_type: z.string().nullish().catch(null),
    metrics: z.object({ inference_time: z.number().nullish() }).nullish().catch(null),
  }),
]);

/** As documented, whatever a gateway makes of it. */
const inCapitals = (answer: unknown): unknown =>
  isRecord(answer) && typeof answer['status'] === 'string'
    ? { ...answer, status: answer['status'].toUpperCase() }
    : answer;

/** Documented as a text; seen as null, as nothing and as an object of details. Empty says that all is well. */
function errorText(error: unknown): string | null {
  if (error === undefined || error === null || error === '' || error === false) return null;
  const text = typeof error === 'string' ? error : JSON.stringify(error);
  return text === '{}' || text === '[]' ? null : text;
}

export async function readStatus(
  target: FalTarget,
  model: string,
  requestId: string,
  options: QueueOptions & { readonly logs?: boolean },
): Promise<StatusOutcome> {
  return await guarded(options.signal, async (signal) => {
    const { queue } = libraryClient(target, signal);
    const answer: unknown = await queue.status(model, { requestId, logs: options.logs ?? false });
    const status = statusShape.parse(inCapitals(answer));
    switch (status.status) {
      case 'IN_QUEUE':
        return { kind: 'queued', position: status.queue_position ?? null };
      case 'IN_PROGRESS':
        return { kind: 'running', logs: status.logs ?? [] };
      case 'COMPLETED':
        break;
    }
    return {
      kind: 'completed',
      error: errorText(status.error),
      errorType: status.error_type ?? null,
      inferenceTimeS: status.metrics?.inference_time ?? null,
    };
  });
}

export async function readResult(
  target: FalTarget,
  model: string,
  requestId: string,
  options: QueueOptions,
): Promise<ResultOutcome> {
  const outcome = await guarded<ResultOutcome>(
    options.signal,
    async (signal) => {
      const { queue } = libraryClient(target, signal);
      const answer = await queue.result(model, { requestId });
      return { kind: 'ok', output: answer.data };
    },
    failedResult,
  );
  return outcome.kind === 'not-found' ? { kind: 'gone' } : outcome;
}

export async function requestCancel(
  target: FalTarget,
  model: string,
  requestId: string,
  options: QueueOptions,
): Promise<CancelOutcome> {
  return await guarded<CancelOutcome>(
    options.signal,
    async (signal) => {
      const { queue } = libraryClient(target, signal);
      await queue.cancel(model, { requestId });
      return { kind: 'requested' };
    },
    (error) =>
      error.status === 400 && mentions(error.body, 'ALREADY_COMPLETED') ? { kind: 'completed' } : null,
  );
}

/** The model's own status and body are replayed: those are failures of the job, the others of the way to it. */
function failedResult(error: FalHttpError): ResultOutcome | null {
  const errors = errorDetails(error.body);
  // The model refuses its input, in words that we do not know.
  if (errors.length === 0 && error.status === 422)
    return { kind: 'failed', status: 422, errors, retryable: false };
  if (errors.length === 0 || errors.some(({ msg }) => isLockText(msg))) return null;
  // The gateway's own texts carry no type.
  const typed = errors.some(({ type }) => type !== '');
  if ([401, 403, 404, 429].includes(error.status) && !typed) return null;
  if (error.status === 400 && errors.some(({ msg }) => /in progress|not completed/i.test(msg))) return null;
  return { kind: 'failed', status: error.status, errors, retryable: error.retryable ?? error.status >= 500 };
}

async function guarded<T>(
  caller: AbortSignal | null | undefined,
  call: (signal: AbortSignal) => Promise<T>,
  expected: (error: FalHttpError) => T | null = () => null,
): Promise<T | NotFound | Unavailable> {
  const signal = withDeadline(caller, DEADLINE_MS);
  try {
    return await untilAborted(call(signal), signal);
  } catch (error) {
    if (error instanceof FalHttpError) return expected(error) ?? refusal(error);
    const why = error instanceof z.ZodError ? 'unreadable answer' : transportFailure(error, caller).why;
    return { kind: 'unavailable', why, retryAfterMs: null, account: false };
  }
}

function refusal(error: FalHttpError): NotFound | Unavailable {
  if (error.status === 404) return { kind: 'not-found' };
  const text = detailTypes(errorDetails(error.body));
  return {
    kind: 'unavailable',
    why: `HTTP ${error.status}${text === '' ? '' : ` ${text}`}`,
    retryAfterMs: error.retryAfterMs,
    account: [401, 402, 403].includes(error.status),
  };
}

function mentions(body: unknown, word: string): boolean {
  return JSON.stringify(body ?? null).includes(word);
}
