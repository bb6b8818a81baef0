import { h, icon, size } from './dom.js';

const MAX_ALBUM = 10;

/**
 * Files chosen and not yet sent.
 * @param {() => void} changed
 */
export function createTray(changed) {
  /** @type {File[]} */
  let chosen = [];
  const element = h('div', { class: 'tray', testid: 'tray' });
  const asFiles = h('input', { type: 'checkbox', testid: 'as-files' });

  const item = (file) => {
    const remove = h(
      'button',
      { type: 'button', class: 'round', 'aria-label': `Remove ${file.name}`, testid: 'tray-remove' },
      icon('close'),
    );
    remove.addEventListener('click', () => {
      chosen = chosen.filter((other) => other !== file);
      show();
    });
    const isPicture = file.type.startsWith('image/') && file.size > 0;
    const face = isPicture
      ? h('img', { src: URL.createObjectURL(file), alt: file.name })
      : h(
          'span',
          { class: 'tray-file' },
          icon('file'),
          h('span', {}, file.name),
          h('small', {}, size(file.size)),
        );
    return h('div', { class: 'tray-item', testid: 'tray-item' }, face, remove);
  };

  const show = () => {
    for (const image of element.querySelectorAll('img')) URL.revokeObjectURL(image.src);
    element.replaceChildren(...chosen.map(item));
    if (chosen.some(({ type }) => /^(?:image|video)\//.test(type))) {
      const words = `Send as file${chosen.length > 1 ? 's' : ''}`;
      element.append(h('label', { class: 'tray-option' }, asFiles, words));
    }
    if (chosen.length > MAX_ALBUM) {
      element.append(
        h('p', { class: 'tray-note' }, `${chosen.length} files, in albums of up to ${MAX_ALBUM}`),
      );
    }
    changed();
  };

  return {
    element,
    files: () => chosen,
    asFiles: () => asFiles.checked,
    /** @param {Iterable<File>} files @param {boolean} plain not as photos */
    add(files, plain) {
      chosen = [...chosen, ...files];
      if (plain) asFiles.checked = true;
      show();
    },
    clear() {
      chosen = [];
      asFiles.checked = false;
      show();
    },
  };
}
