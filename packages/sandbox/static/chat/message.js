import { clock, h, icon, popup } from './dom.js';
import { copy, formatted } from './entities.js';
import { media } from './media.js';
import { price } from './payments.js';

/**
 * What a message may ask its chat to do.
 * @typedef {object} Actions
 * @property {(text: string) => void} command
 * @property {(slug: string) => void} invoice
 * @property {(view: any, button: any, element: HTMLButtonElement) => void} press
 * @property {(view: any) => void} pay
 * @property {(view: any) => void} decline
 * @property {(view: any) => void} reply
 * @property {(view: any) => void} edit
 * @property {(view: any, emoji: string | null) => void} react
 * @property {(id: number) => void} goTo
 * @property {number} userId
 */

/** @param {any} message */
function service(message) {
  if (message.successful_payment) {
    const { total_amount: amount, currency } = message.successful_payment;
    return `You paid ${price(currency, amount)}`;
  }
  if (message.refunded_payment) return `⭐ ${message.refunded_payment.total_amount} were refunded`;
  if (message.pinned_message) return 'The bot pinned a message';
  if (message.new_chat_members) return `${message.new_chat_members[0].first_name} joined`;
  if (message.left_chat_member) return `${message.left_chat_member.first_name} left`;
  if (message.web_app_data) return `Data sent from “${message.web_app_data.button_text}”`;
  return null;
}

/** @param {any} view */
export function summary(view) {
  if (view.text !== '') return view.text;
  if (view.message.invoice) return view.message.invoice.title;
  return (
    { photo: 'Photo', voice: 'Voice message', video: 'Video' }[view.file?.kind] ??
    view.file?.name ??
    'Message'
  );
}

/**
 * @param {any} view
 * @param {Actions} actions
 */
function keyboard(view, actions) {
  const rows = view.markup?.inline_keyboard;
  if (!rows) return null;
  const element = h('div', { class: 'keyboard', role: 'group', 'aria-label': 'Buttons of the message' });
  for (const row of rows) {
    const line = h('div', { class: 'keyboard-row' });
    for (const button of row) {
      const key = h(
        'button',
        { type: 'button', testid: 'inline-button', 'data-style': button.style },
        h('span', {}, button.text),
      );
      if (button.url || button.web_app) key.append(icon('link'));
      key.addEventListener('click', () => actions.press(view, button, key));
      line.append(key);
    }
    element.append(line);
  }
  return element;
}

/**
 * @param {any} view
 * @param {Actions} actions
 */
function invoice(view, actions) {
  const { title, description, currency, total_amount: amount } = view.message.invoice;
  const isPaid = view.paidBy.includes(actions.userId);
  const buttons = isPaid
    ? h('p', { class: 'invoice-paid', testid: 'invoice-paid' }, icon('check'), 'Paid')
    : h(
        'div',
        { class: 'invoice-buttons' },
        h(
          'button',
          { type: 'button', class: 'primary', testid: 'pay', onclick: () => actions.pay(view) },
          `Pay ${price(currency, amount)}`,
        ),
        h('button', { type: 'button', testid: 'decline', onclick: () => actions.decline(view) }, 'Decline'),
      );
  return h(
    'div',
    { class: 'invoice', testid: 'invoice' },
    h('strong', {}, title),
    h('p', {}, description),
    buttons,
  );
}

/**
 * @param {any} view
 * @param {Actions} actions
 */
function tools(view, actions) {
  const button = h(
    'button',
    { type: 'button', class: 'tools', 'aria-label': 'Message actions', testid: 'message-actions' },
    icon('more'),
  );
  button.addEventListener('click', (event) => {
    event.stopPropagation();
    const own = view.reactions.find(({ by }) => by === actions.userId)?.emoji ?? null;
    const items = [{ label: 'Reply', testid: 'action-reply', act: () => actions.reply(view) }];
    if (!view.fromBot && !view.message.forward_origin) {
      items.push({ label: 'Edit', testid: 'action-edit', act: () => actions.edit(view) });
    }
    if (view.text !== '')
      items.push({ label: 'Copy text', testid: 'action-copy', act: () => void copy(view.text) });
    items.push({
      label: own === null ? 'React 👍' : 'Remove reaction',
      testid: 'action-react',
      act: () => actions.react(view, own === null ? '👍' : null),
    });
    popup(button, items);
  });
  return button;
}

/**
 * One bubble: a message, or an album.
 * @param {any[]} views
 * @param {Map<number, any>} known
 * @param {Actions} actions
 */
export function bubble(views, known, actions) {
  const [view] = views;
  const { message } = view;
  const notice = service(message);
  if (notice !== null) {
    return h('div', { class: 'service', testid: `message-${view.id}`, 'data-id': `${view.id}` }, notice);
  }
  const captioned = views.find(({ text }) => text !== '') ?? view;
  const body = h('div', { class: 'bubble' });
  const replied = message.reply_to_message;
  if (replied) {
    const target = known.get(replied.message_id);
    const label = target ? summary(target) : (replied.text ?? replied.caption ?? 'Message');
    body.append(
      h(
        'button',
        { type: 'button', class: 'reply-to', onclick: () => actions.goTo(replied.message_id) },
        h('span', { class: 'reply-name' }, replied.from?.first_name ?? ''),
        h('span', { class: 'reply-text' }, message.quote?.text ?? label),
      ),
    );
  }
  if (message.forward_origin) body.append(h('div', { class: 'forwarded' }, 'Forwarded message'));
  const parts = views.map(media).filter((part) => part !== null);
  if (parts.length > 1 && views.every(({ file }) => file?.kind === 'photo' || file?.kind === 'video')) {
    body.append(
      h(
        'div',
        {
          class: 'album',
          testid: 'album',
          'data-count': `${parts.length}`,
          'data-rest': parts.length > 4 && `${parts.length % 3}`,
        },
        ...parts,
      ),
    );
  } else body.append(...parts);
  if (message.invoice) body.append(invoice(view, actions));
  if (captioned.text !== '') {
    const entities = captioned.message.entities ?? captioned.message.caption_entities ?? [];
    const text = h(
      'div',
      { class: 'text', testid: 'text', dir: 'auto' },
      formatted(captioned.text, entities, actions),
    );
    body.append(text);
  }
  body.append(meta(views, actions));
  const isMediaOnly =
    captioned.text === '' &&
    ['photo', 'video', 'animation', 'sticker', 'video_note'].includes(view.file?.kind);
  const classes = ['row', view.fromBot ? 'from-bot' : 'from-user', isMediaOnly ? 'media-only' : ''];
  return h(
    'article',
    {
      class: classes.join(' '),
      testid: `message-${view.id}`,
      'data-id': `${view.id}`,
      'data-from': view.fromBot ? 'bot' : 'user',
      'data-kind': view.file?.kind ?? (message.invoice ? 'invoice' : 'text'),
      'aria-label': `${view.fromBot ? message.from.first_name : 'You'}: ${summary(captioned)}`,
    },
    h('div', { class: 'stack' }, body, keyboard(view, actions)),
    tools(view, actions),
  );
}

/**
 * @param {any[]} views
 * @param {Actions} actions
 */
function meta(views, actions) {
  const [view] = views;
  const line = h('div', { class: 'meta' });
  const reactions = views.flatMap((each) => each.reactions);
  for (const { emoji, by } of reactions) {
    line.append(
      h('span', { class: `reaction${by === actions.userId ? ' own' : ''}`, testid: 'reaction' }, emoji),
    );
  }
  if (view.message.edit_date) line.append(h('span', { class: 'edited' }, 'edited'));
  line.append(h('time', {}, clock(view.message.date)));
  return line;
}
