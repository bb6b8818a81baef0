import type { Logger, Metrics, Provider } from '@aisha/service';

/** What a client needs to be seen from outside; metrics may be absent in tools. */
export interface Observers {
  readonly log: Logger;
  readonly metrics?: ProviderMetrics | undefined;
}

export type ProviderMetrics = Pick<
  Metrics,
  | 'providerRequests'
  | 'providerRequestSeconds'
  | 'providerCostUsd'
  | 'providerTokens'
  | 'telegramSends'
  | 'telegram429'
>;

/** Counts and times one request; `outcomeOf` turns the answer into the metric's label. */
export async function observed<T>(
  metrics: ProviderMetrics | undefined,
  provider: Provider,
  operation: string,
  outcomeOf: (answer: T) => string,
  request: () => Promise<T>,
): Promise<T> {
  if (metrics === undefined) return await request();
  const start = performance.now();
  let outcome = 'threw';
  try {
    const answer = await request();
    outcome = outcomeOf(answer);
    return answer;
  } finally {
    metrics.providerRequests.inc({ provider, operation, outcome });
    metrics.providerRequestSeconds.observe({ provider, operation }, (performance.now() - start) / 1000);
  }
}
