/** What became of a request that got no readable answer. */
export type TransportFailure =
  /** The request certainly never reached the server: repeating it is harmless. */
  | { readonly kind: 'not-sent'; readonly why: string }
  /** The caller gave up. */
  | { readonly kind: 'aborted'; readonly why: string }
  /** Time-out, reset, torn answer: it may or may not have been done. */
  | { readonly kind: 'unclear'; readonly why: string };

// No connection was made, so nothing can have been processed.
const neverConnected = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'ERR_INVALID_URL',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Sorts an error thrown by fetch, node-fetch or node:http; looks through causes and aggregates. */
export function transportFailure(error: unknown, callerSignal?: AbortSignal | null): TransportFailure {
  const why = describeFailure(error);
  if (callerSignal?.aborted === true) return { kind: 'aborted', why };
  return chainOf(error).some(isNeverConnected) ? { kind: 'not-sent', why } : { kind: 'unclear', why };
}

/** The codes and names along the cause chain: enough for a log, nothing that could hold a key or an address. */
export function describeFailure(error: unknown): string {
  const words = chainOf(error).map((one) => codeOf(one) ?? one.name);
  return words.length === 0 ? typeof error : [...new Set(words)].join(' < ');
}

function isNeverConnected(error: Error): boolean {
  const code = codeOf(error);
  if (code === null) return false;
  if (neverConnected.has(code)) return true;
  return code === 'ETIMEDOUT' && 'syscall' in error && error.syscall === 'connect';
}

function codeOf(error: Error): string | null {
  return 'code' in error && typeof error.code === 'string' ? error.code : null;
}

function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  const queue: unknown[] = [error];
  while (queue.length > 0 && chain.length < 10) {
    const one = queue.shift();
    if (!(one instanceof Error) || chain.includes(one)) continue;
    chain.push(one);
    if (one instanceof AggregateError) queue.push(...one.errors);
    queue.push(one.cause);
  }
  return chain;
}

/** `Retry-After` (seconds or date) or `retry-after-ms` in milliseconds; null when absent or unreadable. */
export function retryAfterMs(headers: { get(name: string): string | null }): number | null {
  const exact = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(exact) && exact >= 0) return exact;
  const value = headers.get('retry-after');
  if (value === null) return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}

/** Full jitter up to the step, doubling: 0.5–1 × base, then 1–2 × base, … */
export function backoffMs(attempt: number, baseMs: number): number {
  return baseMs * 2 ** attempt * (0.5 + Math.random() / 2);
}
