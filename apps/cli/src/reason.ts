/** What went wrong, in one line: libraries hide it in causes and collections. */
export function reasonOf(error: unknown): string {
  const said = chain(error)
    .map((one) => one.message.trim().split('\n')[0] ?? '')
    // A query is not a reason.
    .filter((line) => line !== '' && !line.startsWith('Failed query'));
  return [...new Set(said)].join(': ') || String(error);
}

/** The machine-readable code of the error or of what caused it: ECONNREFUSED, 28P01; empty when there is none. */
export function codeOf(error: unknown): string {
  for (const one of chain(error)) if ('code' in one && typeof one.code === 'string') return one.code;
  return '';
}

function chain(error: unknown): Error[] {
  const found: Error[] = [];
  let next: unknown = error;
  while (next instanceof Error && found.length < 5) {
    found.push(next);
    // Both addresses of a host name were tried: the first one's refusal speaks for both.
    next = next instanceof AggregateError ? next.errors[0] : next.cause;
  }
  return found;
}
