import { TransientError, UserError } from './errors.ts';

/** Who is at fault: the user (told), a passing condition (retried), or we (reported). */
export type Fault = 'user' | 'transient' | 'bug';

const networkCodes = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ESOCKETTIMEDOUT',
  'ETIMEDOUT',
]);

// PostgreSQL's states that pass: connections (08), too many or no resources (53), restart and shutdown
// (57P01…57P05), cancelled by statement_timeout (57014), lock not free (55P03), serialization and deadlock (40),
// a transaction ended because its process was frozen in it (25P03), and read-only after a fail-over (25006).
const postgresState = /^(?:08...|53...|57P0[1-5]|57014|55P03|40001|40P01|25P03|25006)$/;

// S3's and its kin's names for "not now".
const s3Names = new Set([
  'InternalError',
  'NetworkingError',
  'OperationAborted',
  'RequestTimeout',
  'ServiceUnavailable',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TimeoutError',
  'TooManyRequestsException',
]);

// Errors that carry no code, only words: ioredis, pg, undici.
const passingWords = [
  'connection is closed',
  'command timed out',
  "stream isn't writeable",
  'max retries per request',
  'connection terminated',
  'client has encountered a connection error',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'query read timeout',
  'socket hang up',
  'other side closed',
  'fetch failed',
  'terminated',
  "cluster isn't ready",
  'failed to refresh slots cache',
  'all sentinels are unreachable',
  'none of startup nodes is available',
];

// Redis answers that pass: it is loading its data, failing over, without memory or a replica.
const redisReply = /^(?:LOADING|READONLY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|OOM|BUSY|MISCONF)\b/;

/** Looks through causes and aggregates; what nothing here recognises is a bug. */
export function classifyError(error: unknown): Fault {
  if (findInChain(error, (one) => one instanceof UserError) !== null) return 'user';
  return findInChain(error, isTransient) === null ? 'bug' : 'transient';
}

/** The wait that somebody in the chain asked for, in milliseconds; null when nobody did. */
export function retryAfterOf(error: unknown): number | null {
  const found = findInChain(error, (one) => one instanceof TransientError && one.retryAfterMs !== null);
  return found instanceof TransientError ? found.retryAfterMs : null;
}

/** The user error in the chain, if there is one. */
export function userErrorOf(error: unknown): UserError | null {
  const found = findInChain(error, (one) => one instanceof UserError);
  return found instanceof UserError ? found : null;
}

function isTransient(error: Error): boolean {
  if (error instanceof TransientError) return true;
  // AbortSignal.timeout gives TimeoutError; an abort means that we are stopping: both are worth another try.
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return true;
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code === 'string') {
    if (networkCodes.has(code) || code.startsWith('UND_ERR_') || postgresState.test(code)) return true;
  }
  if (s3Names.has(error.name) || redisReply.test(error.message)) return true;
  if (isServerStatus(error)) return true;
  return knownPhraseIn(error.message) !== null;
}

/** The words of ours or a library's that say all there is to say of a passing trouble, taken out of a message. */
export function knownPhraseIn(message: string): string | null {
  const words = message.toLowerCase();
  return passingWords.find((phrase) => words.includes(phrase)) ?? null;
}

/** The AWS SDK keeps the HTTP status in `$metadata`. */
function isServerStatus(error: Error): boolean {
  if (!('$metadata' in error)) return false;
  const metadata: unknown = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return false;
  const status = metadata.httpStatusCode;
  return typeof status === 'number' && (status >= 500 || status === 429 || status === 408);
}

function findInChain(error: unknown, matches: (error: Error) => boolean): Error | null {
  const seen = new Set<unknown>();
  const queue: unknown[] = [error];
  while (queue.length > 0) {
    const one = queue.shift();
    if (!(one instanceof Error) || seen.has(one)) continue;
    seen.add(one);
    if (matches(one)) return one;
    if (one instanceof AggregateError) queue.push(...one.errors);
    queue.push(one.cause);
  }
  return null;
}
