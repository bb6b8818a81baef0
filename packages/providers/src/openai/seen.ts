import type { Provider } from '@aisha/service';
import { observed, type Observers } from '../observe.ts';
import { loggable } from './loggable.ts';

/** Measures and logs a request by what came of it, never by what was said. */
export const seenBy =
  (provider: Provider, { log, metrics }: Observers) =>
  async <T extends { readonly kind: string }>(
    operation: string,
    model: string,
    request: () => Promise<T>,
  ): Promise<T> => {
    const answer = await observed(metrics, provider, operation, ({ kind }) => kind, request);
    if ('code' in answer && answer.code === 'account')
      log.error(`${provider} refuses the account`, { operation, model, ...loggable(answer) });
    else if (answer.kind === 'refused' || answer.kind === 'retry')
      log.warn(`${provider} ${operation}: ${answer.kind}`, { model, ...loggable(answer) });
    return answer;
  };
