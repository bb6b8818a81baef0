/**
 * Makes an element. `class`, `testid`, `on…` and `style` variables are understood, other properties become
 * attributes; null children are skipped.
 * @param {string} tag
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'testid') element.dataset.testid = value;
    else if (name.startsWith('--')) element.style.setProperty(name, value);
    else if (value === true) element.setAttribute(name, '');
    else element.setAttribute(name, value);
  }
  for (const child of children) if (child || child === '') element.append(child);
  return element;
}

const PATHS = {
  send: 'M3 20.500V14l8-2-8-2V3.500l19 8.500z',
  mic: 'M12 14.500a3.500 3.500 0 0 0 3.500-3.500V5.500a3.500 3.500 0 1 0-7 0V11a3.500 3.500 0 0 0 3.500 3.500zm6-3.500a6 6 0 0 1-12 0H4a8 8 0 0 0 7 7.900V22h2v-3.100A8 8 0 0 0 20 11z',
  clip: 'M16.500 6v10.800a4.300 4.300 0 0 1-8.600 0V5.300a2.700 2.700 0 0 1 5.400 0v10.300a1.100 1.100 0 0 1-2.200 0V6.500H9.500v9.100a2.700 2.700 0 0 0 5.400 0V5.300a4.300 4.300 0 1 0-8.600 0v11.500a5.900 5.900 0 0 0 11.800 0V6z',
  menu: 'M3 6h18v2H3zm0 5h18v2H3zm0 5h12v2H3z',
  more: 'M12 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zm0 6a2 2 0 1 0 0-4 2 2 0 0 0 0 4zm0 6a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  close:
    'm18.300 5.710-1.410-1.420L12 9.170 7.110 4.290 5.700 5.710 10.590 10.600 5.700 15.480l1.410 1.420L12 12.010l4.890 4.890 1.410-1.420-4.890-4.880z',
  reply: 'M10 9V5l-7 7 7 7v-4.100c5 0 8.500 1.600 11 5.100-1-5-4-10-11-11z',
  play: 'M8 5v14l11-7z',
  pause: 'M6 5h4v14H6zm8 0h4v14h-4z',
  file: 'M14 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8zm-1 7V3.500L18.500 9z',
  check: 'M9 16.200 4.800 12l-1.400 1.400L9 19 21 7l-1.400-1.400z',
  link: 'M7 7h8.600L5.300 17.300l1.400 1.400L17 8.400V17h2V5H7z',
  trash: 'M6 19a2 2 0 0 0 2 2h8a2 2 0 0 0 2-2V7H6zM19 4h-3.500l-1-1h-5l-1 1H5v2h14z',
};

/**
 * @param {keyof typeof PATHS} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('icon');
  const path = document.createElementNS(namespace, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** @param {number} seconds unix seconds */
export const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

/** @param {number} seconds */
export const duration = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/**
 * A round picture with initials, its colour by the id.
 * @param {string} name
 * @param {number} id
 */
export function avatar(name, id) {
  const initials = name
    .split(/\s+/)
    .map((word) => Array.from(word)[0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase();
  return h('span', { class: 'avatar', 'aria-hidden': 'true', '--hue': `${(id * 67) % 360}` }, initials);
}

/**
 * Says something for a few seconds.
 * @param {string} text
 * @param {'info' | 'error'} [kind]
 */
export function toast(text, kind = 'info') {
  const element = h('div', { class: `toast toast-${kind}`, testid: 'toast' }, text);
  document.querySelector('#toasts')?.append(element);
  setTimeout(() => element.remove(), 4000);
}

/**
 * Shows a modal dialog; resolves with the value of the button that closed it, '' when dismissed.
 * @param {HTMLElement[]} content
 * @param {{ label: string, value: string, testid: string, kind?: string }[]} buttons
 * @param {{ title: string, testid: string }} about
 * @returns {Promise<string>}
 */
export function ask(content, buttons, { title, testid }) {
  const heading = h('h2', {}, title);
  const row = h('div', { class: 'dialog-buttons' });
  for (const { label, value, testid: id, kind = '' } of buttons) {
    row.append(h('button', { type: 'submit', value, class: kind, testid: id }, label));
  }
  const form = h('form', { method: 'dialog' }, heading, ...content, row);
  const dialog = h('dialog', { class: 'dialog', testid, 'aria-label': title }, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) dialog.close('');
    });
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue);
      dialog.remove();
    });
    dialog.showModal();
  });
}

/**
 * A small menu that goes away by itself.
 * @param {HTMLElement} anchor
 * @param {{ label: string, testid: string, act: () => void }[]} items
 */
export function popup(anchor, items) {
  document.querySelector('.popup')?.remove();
  const menu = h('div', { class: 'popup', role: 'menu' });
  for (const { label, testid, act } of items) {
    menu.append(h('button', { type: 'button', role: 'menuitem', testid, onclick: act }, label));
  }
  document.body.append(menu);
  const box = anchor.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = menu;
  const left = Math.max(8, Math.min(box.left, innerWidth - offsetWidth - 8));
  const below = box.bottom + offsetHeight + 8 < innerHeight;
  menu.style.left = `${left}px`;
  menu.style.top = `${below ? box.bottom + 4 : box.top - offsetHeight - 4}px`;
  menu.querySelector('button')?.focus();
  const dismiss = (event) => {
    if (event.type === 'keydown' && event.key !== 'Escape') return;
    menu.remove();
    removeEventListener('click', dismiss);
    removeEventListener('keydown', dismiss);
    if (event.type === 'keydown') anchor.focus();
  };
  setTimeout(() => {
    addEventListener('click', dismiss);
    addEventListener('keydown', dismiss);
  });
}
