import { call } from './api.js';
import { h, toast } from './dom.js';
import { formatted } from './entities.js';

const SHOWN_MS = 30_000;

/**
 * The preview of a message that the bot is still making.
 * @param {number} userId
 * @param {import('./message.js').Actions} actions
 */
export function createDraft(userId, actions) {
  const element = h('article', { class: 'row from-bot draft', testid: 'draft', hidden: true });
  let timer = 0;
  const hide = () => {
    clearTimeout(timer);
    element.hidden = true;
  };
  return {
    element,
    hide,
    show({ draftId, text, entities, canStop }) {
      hide();
      const words = text === '' ? 'Thinking…' : formatted(text, entities, actions);
      const body = h('div', { class: 'bubble' }, h('div', { class: 'text' }, words));
      if (canStop) {
        const stop = h('button', { type: 'button', testid: 'draft-stop' }, 'Stop');
        stop.addEventListener('click', () => {
          call('stopDraft', { userId, draftId }).catch((error) => toast(error.message, 'error'));
        });
        body.append(stop);
      }
      element.replaceChildren(h('div', { class: 'stack' }, body));
      element.hidden = false;
      timer = setTimeout(hide, SHOWN_MS);
    },
  };
}
