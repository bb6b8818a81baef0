import { STARS } from './stars.ts';
import type { PaymentProvider } from './provider.ts';

/** A payment provider of Telegram's that takes cards, by its token. It has no way to refund but its own pages, and no statement here. */
export const card: PaymentProvider = {
  price: (sales, pack) =>
    sales.card && pack.price !== null ? { currency: sales.card.currency, amount: pack.price } : null,
  takes: (currency) => currency !== STARS,
  refund: async () => ({ kind: 'by-hand' }),
  statement: null,
};
