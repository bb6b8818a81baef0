import { h, toast } from './dom.js';

/**
 * @param {any} entity
 * @param {string} text
 * @param {{ command: (text: string) => void, invoice: (slug: string) => void }} actions
 * @returns {HTMLElement}
 */
function element(entity, text, actions) {
  switch (entity.type) {
    case 'bold':
      return h('strong');
    case 'italic':
      return h('em');
    case 'underline':
      return h('u');
    case 'strikethrough':
      return h('s');
    case 'code':
      return h('code');
    case 'pre':
      return h('pre', { 'data-language': entity.language });
    case 'blockquote':
      return h('blockquote');
    case 'expandable_blockquote': {
      const quote = h('blockquote', { class: 'expandable', tabindex: '0', title: 'Show all' });
      quote.addEventListener('click', () => quote.classList.toggle('open'));
      return quote;
    }
    case 'spoiler': {
      const reveal = () => spoiler.classList.add('open');
      const spoiler = h('span', {
        class: 'spoiler',
        role: 'button',
        tabindex: '0',
        title: 'Show',
        onclick: reveal,
      });
      spoiler.addEventListener('keydown', ({ key }) => key === 'Enter' && reveal());
      return spoiler;
    }
    case 'text_link':
    case 'url':
      return link(entity.url ?? (/^\w+:/.test(text) ? text : `https://${text}`), actions);
    case 'email':
      return h('a', { href: `mailto:${text}` });
    case 'bot_command':
      return h('button', { type: 'button', class: 'inline-link', onclick: () => actions.command(text) });
    default:
      return h('span', { class: 'mention' });
  }
}

/**
 * @param {string} url
 * @param {{ invoice: (slug: string) => void }} actions
 */
function link(url, actions) {
  const slug = /^https:\/\/t\.me\/\$([\w-]+)$/.exec(url)?.[1];
  if (slug !== undefined) {
    return h('button', { type: 'button', class: 'inline-link', onclick: () => actions.invoice(slug) });
  }
  const isSafe = /^(?:https?|tg|ton|tonsite):/i.test(url);
  return h('a', { href: isSafe ? url : undefined, target: '_blank', rel: 'noreferrer noopener' });
}

/**
 * Text with its entities; they may nest, never cross.
 * @param {string} text
 * @param {any[]} entities
 * @param {{ command: (text: string) => void, invoice: (slug: string) => void }} actions
 * @returns {DocumentFragment}
 */
export function formatted(text, entities, actions) {
  const sorted = entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length);
  const fragment = document.createDocumentFragment();
  /** @type {{ node: Node, end: number }[]} */
  const open = [{ node: fragment, end: text.length }];
  let position = 0;
  const write = (end) => {
    while (open.length > 0 && position < end) {
      const top = open.at(-1);
      const stop = Math.min(top.end, end);
      // A quote or a block of code ends its line by itself.
      const isAfterBlock =
        top.node.lastChild instanceof Element && top.node.lastChild.matches('blockquote, pre');
      const from = isAfterBlock && text[position] === '\n' ? position + 1 : position;
      if (stop > from) top.node.append(text.slice(from, stop));
      position = stop;
      if (position === top.end && open.length > 1) open.pop();
    }
  };
  for (const entity of sorted) {
    write(entity.offset);
    while (open.length > 1 && open.at(-1).end <= position) open.pop();
    const end = Math.min(entity.offset + entity.length, open.at(-1).end);
    const node = element(entity, text.slice(entity.offset, end), actions);
    open.at(-1).node.append(node);
    open.push({ node, end });
  }
  write(text.length);
  return fragment;
}

/** @param {string} text */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast('Copied');
  } catch {
    toast('The browser does not allow copying here', 'error');
  }
}
