import { call } from './api.js';
import { chatMenu, LANGUAGES } from './chat-menu.js';
import { createComposer } from './composer.js';
import { avatar, h, icon, toast } from './dom.js';
import { createDraft } from './draft.js';
import { copy } from './entities.js';
import { bubble, summary } from './message.js';
import { checkout } from './payments.js';
import { createPresses } from './presses.js';
import { createReplyKeyboard } from './reply-keyboard.js';
import { createSender } from './sender.js';

const ACTION_MS = 5000;
/** So near the end new messages scroll into view. */
const NEAR_END = 120;
const DOING = {
  typing: 'is typing',
  upload_photo: 'is sending a photo',
  upload_document: 'is sending a file',
  record_voice: 'is recording a voice message',
  upload_voice: 'is sending a voice message',
  upload_video: 'is sending a video',
};

/** Messages of an album make one bubble. */
const unitOf = (view) => view.message.media_group_id ?? `${view.id}`;
/** An address of an invoice: its slug. */
const invoiceSlug = (address) => /^https:\/\/t\.me\/\$([\w-]+)$/.exec(address ?? '')?.[1];
const fail = (error) => toast(error.message, 'error');

/**
 * One person's chat with the bot.
 * @param {any} user
 * @param {() => any} bot
 * @param {() => void} close
 */
export function createColumn(user, bot, close) {
  const userId = user.id;
  /** @type {Map<number, any>} */
  const views = new Map();
  /** @type {Map<string, HTMLElement>} */
  const units = new Map();
  let person = user;
  let replyTo;
  let editing;
  let actionTimer = 0;

  const name = h('h2');
  const note = h('p', { class: 'column-note', testid: 'chat-note', role: 'status' });
  const face = h('span');
  const more = h('button', {
    type: 'button',
    class: 'round',
    'aria-label': 'Chat menu',
    testid: 'chat-menu',
  });
  more.append(icon('more'));
  const list = h('div', {
    class: 'messages',
    role: 'log',
    'aria-label': 'Messages',
    tabindex: '0',
    testid: 'messages',
  });
  const start = h('button', { type: 'button', class: 'start', testid: 'start' }, 'Start');
  const unblock = h('button', { type: 'button', class: 'start', testid: 'unblock' }, 'Unblock and restart');
  const drop = h('div', { class: 'drop', 'aria-hidden': 'true' }, 'Drop photos or files here');

  const said = () => {
    replyTo = undefined;
    editing = undefined;
    composer.setContext(null);
  };
  const sender = createSender(userId, { replyTo: () => replyTo, editing: () => editing, done: said });
  const composer = createComposer(sender);
  const keys = createReplyKeyboard(userId);
  const presses = createPresses(userId, bot);

  /** @type {import('./message.js').Actions} */
  const actions = {
    userId,
    command: (text) => void sender.text(text).catch(fail),
    invoice: (slug) =>
      void call('invoice', { slug })
        .then((terms) => checkout(userId, terms, { slug }))
        .catch(fail),
    pay(view) {
      const { title, description, currency, total_amount: amount } = view.message.invoice;
      checkout(userId, { title, description, currency, amount }, { messageId: view.id })
        .then((wanted) => wanted || actions.decline(view))
        .catch(fail);
    },
    decline: (view) =>
      void call('decline', { userId, messageId: view.id })
        .then(() => toast('The purchase was cancelled'))
        .catch(fail),
    press(view, button, key) {
      const address = button.url ?? button.web_app?.url;
      const slug = invoiceSlug(address);
      if (button.pay) actions.pay(view);
      else if (slug) actions.invoice(slug);
      else if (address) open(address, '_blank', 'noopener');
      else if (button.copy_text) void copy(button.copy_text.text);
      else if (button.callback_data !== undefined) void presses.press(view, button, key);
      else toast('This kind of button does nothing here');
    },
    reply(view) {
      editing = undefined;
      replyTo = view.id;
      composer.setContext({ title: 'Reply', text: summary(view), testid: 'reply-context', cancel: said });
    },
    edit(view) {
      replyTo = undefined;
      editing = view.id;
      composer.setContext({ title: 'Edit', text: summary(view), testid: 'edit-context', cancel: said });
      composer.write(view.text);
    },
    react: (view, emoji) => void call('react', { userId, messageId: view.id, emoji }).catch(fail),
    goTo(id) {
      const target = list.querySelector(`[data-ids~="${id}"]`);
      target?.scrollIntoView({ block: 'center', behavior: 'smooth' });
      target?.classList.add('pointed');
      setTimeout(() => target?.classList.remove('pointed'), 1200);
    },
  };
  const draft = createDraft(userId, actions);

  const footer = h('footer', {}, composer.element, keys.element, start, unblock);
  const names = h('div', { class: 'column-names' }, name, note);
  const element = h(
    'section',
    { class: 'column', testid: `chat-${userId}`, 'data-user': `${userId}` },
    h('header', {}, face, names, more),
    list,
    drop,
    footer,
  );

  /** Draws a message or album anew where it stands, or where it belongs. */
  const renderUnit = (unit, isLive) => {
    const members = [...views.values()].filter((view) => unitOf(view) === unit && !view.deleted);
    members.sort((a, b) => a.id - b.id);
    const before = units.get(unit);
    if (members.length === 0) {
      before?.remove();
      units.delete(unit);
      return;
    }
    const fresh = bubble(members, views, actions);
    fresh.dataset.ids = members.map(({ id }) => id).join(' ');
    units.set(unit, fresh);
    if (before) {
      if (isLive) fresh.classList.add('changed');
      before.replaceWith(fresh);
      return;
    }
    if (isLive) fresh.classList.add('arrived');
    const first = members[0].id;
    const next = [...list.children].find((child) => Number(child.dataset.id ?? Infinity) > first);
    list.insertBefore(fresh, next ?? null);
  };

  const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END;
  let wasAtEnd = true;
  const toEnd = () => {
    wasAtEnd = true;
    list.scrollTop = list.scrollHeight;
  };
  let lastTop = 0;
  list.addEventListener('scroll', () => {
    // Only the person's own scrolling up leaves the end; growing content does not.
    if (atEnd()) wasAtEnd = true;
    else if (list.scrollTop < lastTop) wasAtEnd = false;
    lastTop = list.scrollTop;
  });
  // Pictures grow while they load.
  list.addEventListener('load', () => wasAtEnd && toEnd(), { capture: true });
  new ResizeObserver(() => wasAtEnd && toEnd()).observe(list);

  const isBlocked = () => person.blocked.includes(bot()?.id);
  const show = () => {
    name.textContent = person.firstName;
    element.setAttribute('aria-label', `Chat of ${person.firstName}`);
    face.replaceChildren(avatar(person.firstName, person.id));
    if (note.dataset.action !== 'yes') {
      note.textContent = `${LANGUAGES[person.languageCode] ?? person.languageCode} · ${person.id}`;
    }
    const there = [...views.values()].filter(({ deleted }) => !deleted);
    const isEmpty = there.length === 0;
    unblock.hidden = !isBlocked();
    start.hidden = isBlocked() || !isEmpty;
    composer.element.hidden = isBlocked() || isEmpty;
    list.classList.toggle('empty', isEmpty);
    const withKeys = there.filter(({ fromBot, markup }) => fromBot && markup && !markup.inline_keyboard);
    withKeys.sort((a, b) => a.id - b.id);
    keys.show(isBlocked() ? null : (withKeys.at(-1)?.markup ?? null));
  };

  const act = (action) => {
    clearTimeout(actionTimer);
    const rest = () => {
      note.dataset.action = 'no';
      show();
    };
    if (action === 'cancel') {
      rest();
      return;
    }
    note.dataset.action = 'yes';
    const words = `${bot()?.firstName ?? 'The bot'} ${DOING[action] ?? 'is busy'}`;
    note.replaceChildren(words, h('span', { class: 'dots', 'aria-hidden': 'true' }));
    actionTimer = setTimeout(rest, ACTION_MS);
  };

  start.addEventListener('click', () => void sender.text('/start').catch(fail));
  unblock.addEventListener('click', () => {
    call('unblock', { userId })
      .then(() => sender.text('/start'))
      .catch(fail);
  });
  more.addEventListener('click', () => {
    void chatMenu(more, { userId, isBlocked: isBlocked(), languageCode: person.languageCode, close });
  });

  let depth = 0;
  const dropping = (change) => {
    depth += change;
    element.classList.toggle('dropping', depth > 0);
  };
  element.addEventListener('dragenter', (event) => {
    event.preventDefault();
    dropping(1);
  });
  element.addEventListener('dragover', (event) => event.preventDefault());
  element.addEventListener('dragleave', () => dropping(-1));
  element.addEventListener('drop', (event) => {
    event.preventDefault();
    dropping(-depth);
    if (event.dataTransfer) composer.attach(event.dataTransfer.files);
  });

  return {
    element,
    userId,
    person: () => person,
    focus: () => composer.focus(),
    show,
    setPerson(next) {
      person = next;
      show();
    },
    /** Everything from the beginning. */
    async load() {
      const { messages, seq } = await call('transcript', { chatId: userId });
      // What came while this was under way is not in it.
      const newer = [...views.values()].filter((view) => view.seq > seq);
      views.clear();
      units.clear();
      list.replaceChildren(draft.element);
      for (const view of [...messages, ...newer].toSorted((a, b) => a.id - b.id)) views.set(view.id, view);
      for (const unit of new Set([...views.values()].map(unitOf))) renderUnit(unit, false);
      show();
      toEnd();
    },
    update(view) {
      const isNew = !views.has(view.id);
      const follow = wasAtEnd || (isNew && !view.fromBot);
      views.set(view.id, view);
      renderUnit(unitOf(view), true);
      if (view.fromBot && isNew) {
        draft.hide();
        act('cancel');
      } else show();
      if (follow) toEnd();
    },
    happened({ kind, detail }) {
      if (kind === 'action') act(detail.action);
      else if (kind === 'callback_answer') presses.answered(detail);
      else if (kind === 'draft') {
        draft.show(detail);
        toEnd();
      }
    },
  };
}
