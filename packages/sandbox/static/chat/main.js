import { call, listen } from './api.js';
import { LANGUAGES } from './chat-menu.js';
import { createColumn } from './column.js';
import { ask, avatar, h, toast } from './dom.js';

const REMEMBERED = 'open-people';
const AUTOMATIC = 3;
const STATE_EVERY_MS = 3000;
/** A bot that handles updates does not poll all the time. */
const POLLED_LATELY_MS = 12_000;
const NAMES = ['Анна', 'Бекзат', 'Kate', 'Мария', 'Айгуль', 'Tom'];
const CODES = ['ru', 'kk', 'en', 'ru', 'kk', 'en'];

const columns = document.querySelector('#columns');
const tabs = document.querySelector('#tabs');
const status = document.querySelector('#bot-status');
const only = Number(new URLSearchParams(location.search).get('user')) || null;

/** @type {Map<number, ReturnType<typeof createColumn>>} */
const open = new Map();
/** @type {Map<number, any>} */
const people = new Map();
let bot = null;
let isConnected = false;
let polledAt = 0;

const remember = () => {
  if (only === null) localStorage.setItem(REMEMBERED, JSON.stringify([...open.keys()]));
};
const remembered = () => {
  try {
    const ids = JSON.parse(localStorage.getItem(REMEMBERED) ?? '[]');
    return Array.isArray(ids) ? ids : [];
  } catch {
    return [];
  }
};

function showTabs() {
  tabs.replaceChildren();
  for (const column of open.values()) {
    const { firstName, id } = column.person();
    const isCurrent = column.element.classList.contains('current');
    const tab = h(
      'button',
      { type: 'button', 'aria-pressed': `${isCurrent}`, testid: `tab-${id}` },
      avatar(firstName, id),
      firstName,
    );
    tab.addEventListener('click', () => select(id));
    tabs.append(tab);
  }
}

/** On a narrow screen one chat is seen at a time. */
function select(id) {
  for (const column of open.values()) column.element.classList.toggle('current', column.userId === id);
  showTabs();
}

async function openColumn(person, isChosen) {
  if (open.has(person.id)) {
    select(person.id);
    return;
  }
  const column = createColumn(
    person,
    () => bot,
    () => closeColumn(person.id),
  );
  open.set(person.id, column);
  columns.append(column.element);
  document.querySelector('.welcome')?.remove();
  column.show();
  if (isChosen || open.size === 1) select(person.id);
  else showTabs();
  remember();
  await column.load();
}

function closeColumn(id) {
  open.get(id)?.element.remove();
  open.delete(id);
  remember();
  const [first] = open.keys();
  if (first === undefined) welcome();
  else select(first);
}

function personForm() {
  const index = people.size % NAMES.length;
  const name = h('input', {
    name: 'name',
    required: true,
    value: NAMES[index],
    maxlength: '64',
    testid: 'user-name',
    autocomplete: 'off',
  });
  const languages = h('fieldset', { class: 'choices' }, h('legend', {}, 'Language'));
  for (const [code, label] of Object.entries(LANGUAGES)) {
    const radio = h('input', {
      type: 'radio',
      name: 'language',
      value: code,
      testid: `user-language-${code}`,
    });
    if (code === CODES[index]) radio.setAttribute('checked', '');
    languages.append(h('label', {}, radio, h('span', {}, label)));
  }
  const fields = [h('label', { class: 'field' }, h('span', {}, 'Name'), name), languages];
  const read = (form) => {
    const data = new FormData(form);
    const text = (field) => {
      const value = data.get(field);
      return typeof value === 'string' ? value.trim() : '';
    };
    return { firstName: text('name') || NAMES[index], languageCode: text('language') };
  };
  return { fields, read };
}

async function create(input) {
  const person = await call('createUser', input);
  people.set(person.id, person);
  await openColumn(person, true);
  open.get(person.id)?.focus();
}

async function addPerson() {
  const { fields, read } = personForm();
  const closed = [...people.values()].filter(({ id }) => !open.has(id)).slice(-12);
  const again = h('div', { class: 'again' });
  for (const person of closed) {
    const button = h(
      'button',
      { type: 'submit', value: `${person.id}`, formnovalidate: true, testid: `reopen-${person.id}` },
      avatar(person.firstName, person.id),
      person.firstName,
    );
    again.append(button);
  }
  const extra = closed.length === 0 ? [] : [h('p', { class: 'quiet' }, 'Or go on as'), again];
  const wanted = ask(
    [...fields, ...extra],
    [
      { label: 'Cancel', value: 'cancel', testid: 'user-cancel' },
      { label: 'Add', value: 'add', testid: 'user-create', kind: 'primary' },
    ],
    { title: 'Who writes to the bot?', testid: 'user-dialog' },
  );
  const form = document.querySelector('dialog form');
  // The first submit button answers to Enter; here it must be "Add".
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.target.tagName !== 'INPUT') return;
    event.preventDefault();
    form.requestSubmit(form.querySelector('[value="add"]'));
  });
  form.querySelector('input').select();
  const answer = await wanted;
  if (answer === 'add') await create(read(form));
  else if (people.has(Number(answer))) await openColumn(people.get(Number(answer)), true);
}

function welcome() {
  const { fields, read } = personForm();
  const form = h(
    'form',
    { class: 'welcome', testid: 'welcome' },
    h('img', { src: '/icon.svg', alt: '', width: '72', height: '72' }),
    h('h2', {}, 'Talk to the bot'),
    h(
      'p',
      { class: 'quiet' },
      'Nobody here is real. Make up a person and write as they would; add more people and see their chats side by side.',
    ),
    ...fields,
    h('button', { type: 'submit', class: 'primary', testid: 'user-create' }, 'Start chatting'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    create(read(form)).catch((error) => toast(error.message, 'error'));
  });
  columns.append(form);
}

async function showState() {
  if (!isConnected) return;
  try {
    const { bots } = await call('state');
    [bot] = bots;
  } catch {
    return;
  }
  document.querySelector('#bot-name').textContent = bot.firstName;
  document.querySelector('#bot-avatar').replaceChildren(Array.from(bot.firstName)[0] ?? '');
  document.title = `${bot.firstName} · sandbox chat`;
  if (bot.polling) polledAt = Date.now();
  const isPolling = Date.now() - polledAt < POLLED_LATELY_MS;
  const isListening = bot.webhookUrl !== null || isPolling;
  const waiting = bot.pending > 0 ? ` · ${bot.pending} waiting` : '';
  const how = bot.webhookUrl !== null ? 'webhook' : isPolling ? 'polling' : 'no bot is connected';
  status.textContent = `@${bot.username} · ${how}${waiting}`;
  status.dataset.state = isListening ? 'ok' : 'waiting';
}

function received(event) {
  const column = open.get(event.chatId);
  if (event.kind === 'message') column?.update(event.message);
  else if (event.kind === 'happening' && event.happening) column?.happened(event.happening);
  else if (event.kind === 'user') {
    const isNew = !people.has(event.userId);
    people.set(event.userId, event.user);
    open.get(event.userId)?.setPerson(event.user);
    const hasRoom = only === null ? open.size < AUTOMATIC : only === event.userId;
    if (isNew && hasRoom) void openColumn(event.user, false);
  }
}

async function refresh() {
  isConnected = true;
  await showState();
  for (const person of await call('listUsers')) people.set(person.id, person);
  if (open.size > 0) {
    await Promise.all([...open.values()].map((column) => column.load()));
    return;
  }
  const known = (only === null ? remembered() : [only]).filter((id) => people.has(id));
  const chosen = known.length > 0 ? known : [...people.keys()].slice(-AUTOMATIC);
  for (const id of chosen) await openColumn(people.get(id), false);
  if (open.size === 0 && document.querySelector('.welcome') === null) welcome();
}

document.querySelector('#add-user').addEventListener('click', () => {
  addPerson().catch((error) => toast(error.message, 'error'));
});
listen({
  hello: () => void refresh().catch((error) => toast(error.message, 'error')),
  event: received,
  lost: () => {
    isConnected = false;
    status.textContent = 'the sandbox is away, trying again…';
    status.dataset.state = 'away';
  },
});
setInterval(() => void showState(), STATE_EVERY_MS);
