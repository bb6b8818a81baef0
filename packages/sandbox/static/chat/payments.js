import { call } from './api.js';
import { ask, h, toast } from './dom.js';

/** @param {string} currency @param {number} amount */
export const price = (currency, amount) =>
  currency === 'XTR' ? `⭐ ${amount}` : `${(amount / 100).toFixed(2)} ${currency}`;

/**
 * Asks the person to confirm, then pays and says how it ended.
 * @param {number} userId
 * @param {{ title: string, description: string, currency: string, amount: number }} terms
 * @param {{ messageId: number } | { slug: string }} target
 * @returns {Promise<boolean>} whether the person wanted to pay
 */
export async function checkout(userId, terms, target) {
  const answer = await ask(
    [h('p', {}, terms.title), h('p', { class: 'quiet' }, terms.description)],
    [
      { label: 'Decline', value: '', testid: 'pay-cancel' },
      {
        label: `Pay ${price(terms.currency, terms.amount)}`,
        value: 'pay',
        testid: 'pay-confirm',
        kind: 'primary',
      },
    ],
    { title: 'Confirm the purchase', testid: 'pay-dialog' },
  );
  if (answer !== 'pay') return false;
  const { outcome, reason } = await call('pay', { userId, ...target });
  if (outcome === 'paid') toast('Paid');
  else toast(outcome === 'declined' ? reason : 'The bot did not agree in time', 'error');
  return true;
}
