import { call } from './api.js';
import { h, toast } from './dom.js';

const MADE_UP_PHONE = '+77010000000';

/**
 * The keyboard that a bot puts under the line one writes in.
 * @param {number} userId
 */
export function createReplyKeyboard(userId) {
  const element = h('div', { class: 'reply-keyboard', testid: 'reply-keyboard', hidden: true });
  const act = ({ text, request_contact: wantsContact }) =>
    wantsContact
      ? call('sendContact', { userId, phoneNumber: MADE_UP_PHONE })
      : call('sendText', { userId, text });
  return {
    element,
    /** @param {any} markup the last one that is no inline keyboard, or null */
    show(markup) {
      element.replaceChildren();
      element.hidden = !markup?.keyboard;
      for (const row of markup?.keyboard ?? []) {
        const line = h('div', { class: 'keyboard-row' });
        for (const button of row) {
          const key = h('button', { type: 'button', testid: 'reply-button' }, button.text);
          key.addEventListener('click', () => {
            if (markup.one_time_keyboard) element.hidden = true;
            act(button).catch((error) => toast(error.message, 'error'));
          });
          line.append(key);
        }
        element.append(line);
      }
    },
  };
}
