import { card } from './card.ts';
import type { PaymentProvider } from './provider.ts';
import { stars } from './stars.ts';

/** Rows keep these names for ever. */
export const paymentProviders = { stars, card } satisfies Readonly<Record<string, PaymentProvider>>;

export type ProviderName = keyof typeof paymentProviders;

export const PROVIDER_NAMES = ['stars', 'card'] as const satisfies readonly ProviderName[];

/** Throws for a row of a newer release. */
export function providerOf(name: string): PaymentProvider {
  const known = PROVIDER_NAMES.find((one) => one === name);
  if (known === undefined) throw new Error(`this process knows no payment provider ${name}`);
  return paymentProviders[known];
}

export const providerTaking = (currency: string): ProviderName =>
  PROVIDER_NAMES.find((name) => paymentProviders[name].takes(currency)) ?? 'card';
