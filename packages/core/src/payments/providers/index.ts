import { card } from './card.ts';
import type { PaymentProvider } from './provider.ts';
import { stars } from './stars.ts';

/** Rows keep these names for ever. */
export const paymentProviders = { stars, card } satisfies Readonly<Record<string, PaymentProvider>>;

export type ProviderName = keyof typeof paymentProviders;

export const PROVIDER_NAMES = ['stars', 'card'] as const satisfies readonly ProviderName[];

export const providerTaking = (currency: string): ProviderName =>
  PROVIDER_NAMES.find((name) => paymentProviders[name].takes(currency)) ?? 'card';
