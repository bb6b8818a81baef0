import { withDeadline } from '@aisha/service';
import { z } from 'zod';
import { transportFailure } from '../transport.ts';
import type { FalTarget } from './library.ts';

export type BalanceOutcome =
  | { readonly kind: 'ok'; readonly usd: number }
  /** The Platform API wants a key with the ADMIN scope, and other servers have none. */
  | { readonly kind: 'not-told' }
  | { readonly kind: 'unavailable'; readonly why: string };

const billing = z.object({
  credits: z.object({ current_balance: z.number(), currency: z.literal('USD') }),
});

/** What is left of the prepaid credits (fal.ai/docs/platform-apis/v1/account/billing). */
export async function readBalance(
  target: FalTarget,
  options: { readonly signal?: AbortSignal | null | undefined },
): Promise<BalanceOutcome> {
  const platform = target.elsewhere ? target.restUrl : 'https://api.fal.ai';
  try {
    const response = await fetch(`${platform}/v1/account/billing?expand=credits`, {
      headers: target.apiKey === null ? {} : { authorization: `Key ${target.apiKey}` },
      redirect: 'error',
      signal: withDeadline(options.signal, 20_000),
    });
    if (!response.ok) {
      await response.body?.cancel();
      if ([401, 403, 404].includes(response.status)) return { kind: 'not-told' };
      return { kind: 'unavailable', why: `HTTP ${response.status}` };
    }
    const answer = billing.safeParse(await response.json());
    return answer.success
      ? { kind: 'ok', usd: answer.data.credits.current_balance }
      : { kind: 'unavailable', why: 'no balance in US dollars in the answer' };
  } catch (error) {
    return { kind: 'unavailable', why: transportFailure(error, options.signal).why };
  }
}
