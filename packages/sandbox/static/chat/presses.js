import { call } from './api.js';
import { ask, h, toast } from './dom.js';

const ANSWER_MS = 15_000;

/**
 * Presses of inline buttons and the bot's answers to them.
 * @param {number} userId
 * @param {() => any} bot
 */
export function createPresses(userId, bot) {
  /** Buttons that wait. @type {Map<string, HTMLElement>} */
  const waiting = new Map();
  /** Answers that came before the press was known to be made. @type {Map<string, any>} */
  const early = new Map();

  const show = ({ text, showAlert, url }) => {
    if (url) open(url, '_blank', 'noopener');
    if (text === '') return;
    const ok = { label: 'OK', value: 'ok', testid: 'alert-ok', kind: 'primary' };
    if (showAlert) void ask([h('p', {}, text)], [ok], { title: bot()?.firstName ?? 'Bot', testid: 'alert' });
    else toast(text);
  };
  const settle = (id) => {
    waiting.get(id)?.classList.remove('waiting');
    waiting.delete(id);
    early.delete(id);
  };

  return {
    async press(view, button, key) {
      key.classList.add('waiting');
      const input = { userId, messageId: view.id, data: button.callback_data, text: button.text };
      try {
        const { callbackQueryId } = await call('press', input);
        waiting.set(callbackQueryId, key);
        const answer = early.get(callbackQueryId);
        if (answer !== undefined) show(answer);
        if (answer === undefined) setTimeout(settle, ANSWER_MS, callbackQueryId);
        else settle(callbackQueryId);
      } catch (error) {
        key.classList.remove('waiting');
        toast(error.message, 'error');
      }
    },
    answered(answer) {
      if (!waiting.has(answer.id)) {
        early.set(answer.id, answer);
        setTimeout(settle, ANSWER_MS, answer.id);
        return;
      }
      settle(answer.id);
      show(answer);
    },
  };
}
