import type { OpenAiFaultRule } from '@aisha/sandbox';
import type { RecogniserFault } from './recogniser-suite.ts';

/** What goes wrong at the other end, as OpenAI's stand-in is told it. */
export const OPENAI_FAULTS: Record<RecogniserFault, Omit<OpenAiFaultRule, 'route'>> = {
  reset: { fault: { kind: 'reset_answer' } },
  busy: { fault: { kind: 'rate_limit', retryAfter: 7, shouldRetry: false } },
  stall: { fault: { kind: 'stall' } },
  nonsense: { fault: { kind: 'no_content' } },
  account: { fault: { kind: 'bad_key' }, times: null },
  country: { fault: { kind: 'country' }, times: null },
  hang: { fault: { kind: 'hang' }, times: null },
};
