import { call } from './api.js';
import { popup, toast } from './dom.js';

/** The words in which a person's language is named. */
export const LANGUAGES = { ru: 'Русский', kk: 'Қазақша', en: 'English' };

/**
 * What a person may do about the whole chat.
 * @param {HTMLElement} anchor
 * @param {{ userId: number, isBlocked: boolean, languageCode: string, close: () => void }} chat
 */
export async function chatMenu(anchor, { userId, isBlocked, languageCode, close }) {
  const change = (operation, input = {}) => {
    call(operation, { userId, ...input }).catch((error) => toast(error.message, 'error'));
  };
  const items = [
    isBlocked
      ? { label: 'Unblock the bot', testid: 'menu-unblock', act: () => change('unblock') }
      : { label: 'Block the bot', testid: 'menu-block', act: () => change('block') },
  ];
  for (const [code, label] of Object.entries(LANGUAGES)) {
    if (code === languageCode) continue;
    const act = () => change('updateUser', { languageCode: code });
    items.push({ label: `Language: ${label}`, testid: `menu-language-${code}`, act });
  }
  for (const { chargeId, title, canceled } of await call('subscriptions', { userId })) {
    const state = canceled ? 'active' : 'canceled';
    items.push({
      label: canceled ? `Go on with “${title}”` : `Cancel “${title}”`,
      testid: 'menu-subscription',
      act: () => change('changeSubscription', { chargeId, state }),
    });
    if (!canceled)
      items.push({
        label: `A month of “${title}” later`,
        testid: 'menu-renew',
        act: () => change('renew', { chargeId }),
      });
  }
  items.push({ label: 'Close this chat', testid: 'menu-close', act: close });
  popup(anchor, items);
}
