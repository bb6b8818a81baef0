import { duration, h, icon, size } from './dom.js';

const SPEECH_BARS = 32;

/**
 * A player for voice messages and music.
 * @param {any} file
 * @param {string} label
 */
export function player(file, label) {
  const audio = new Audio();
  audio.preload = 'none';
  audio.src = file.path;
  const total = file.duration ?? 0;
  const time = h('span', { class: 'player-time' }, duration(total));
  const bar = h('input', {
    type: 'range',
    min: '0',
    max: '1000',
    value: '0',
    'aria-label': `Position in ${label}`,
  });
  const button = h('button', {
    type: 'button',
    class: 'round play',
    'aria-label': `Play ${label}`,
    testid: 'play',
  });
  button.append(icon('play'));
  const show = () => {
    const length = Number.isFinite(audio.duration) ? audio.duration : total;
    const share = length > 0 ? audio.currentTime / length : 0;
    bar.value = `${Math.round(share * 1000)}`;
    bar.style.setProperty('--played', `${share * 100}%`);
    time.textContent =
      audio.paused && audio.currentTime === 0 ? duration(total) : duration(audio.currentTime);
    button.replaceChildren(icon(audio.paused ? 'play' : 'pause'));
    button.setAttribute('aria-label', `${audio.paused ? 'Play' : 'Pause'} ${label}`);
  };
  for (const name of ['play', 'pause', 'timeupdate', 'ended']) audio.addEventListener(name, show);
  button.addEventListener('click', () => (audio.paused ? void audio.play() : audio.pause()));
  bar.addEventListener('input', () => {
    const length = Number.isFinite(audio.duration) ? audio.duration : total;
    audio.currentTime = (Number(bar.value) / 1000) * length;
  });
  return h('div', { class: 'player' }, button, h('div', { class: 'player-body' }, bar, time));
}

/** @param {any} file */
export function voice(file) {
  const element = player(file, 'voice message');
  const wave = h('div', { class: 'wave', 'aria-hidden': 'true' });
  // Not the sound's own shape, only a steady pattern that tells one message from another.
  for (let index = 0; index < SPEECH_BARS; index += 1) {
    const height = 25 + ((file.size * (index + 7) * 31) % 75);
    wave.append(h('i', { '--height': `${height}%` }));
  }
  element.querySelector('.player-body')?.prepend(wave);
  return element;
}

/** @param {any} file */
export function download(file) {
  const extension = (/\.([a-z0-9]{1,5})$/i.exec(file.name)?.[1] ?? '').toUpperCase();
  const badge = file.thumbnailPath
    ? h('img', { src: file.thumbnailPath, alt: '', class: 'document-thumb', loading: 'lazy' })
    : h(
        'span',
        { class: 'document-badge', 'aria-hidden': 'true' },
        extension === '' ? icon('file') : extension,
      );
  const details = h(
    'span',
    { class: 'document-text' },
    h('span', { class: 'document-name' }, file.name),
    h('span', { class: 'document-size' }, size(file.size)),
  );
  return h(
    'a',
    {
      class: 'document',
      href: file.path,
      download: file.name,
      testid: 'document',
      'aria-label': `Download ${file.name}`,
    },
    badge,
    details,
  );
}

/**
 * @param {any} file
 * @param {boolean} hidden behind a spoiler
 */
export function photo(file, hidden) {
  const image = h('img', {
    src: file.path,
    alt: 'Photo',
    width: file.width,
    height: file.height,
    loading: 'lazy',
    testid: 'photo',
  });
  const button = h(
    'button',
    {
      type: 'button',
      class: `photo${hidden ? ' veiled' : ''}`,
      'aria-label': 'Enlarge photo',
      testid: 'photo-open',
    },
    image,
  );
  button.addEventListener('click', () => {
    if (button.classList.contains('veiled')) button.classList.remove('veiled');
    else enlarge(file);
  });
  return button;
}

/** @param {any} file */
function enlarge(file) {
  const picture = h('img', { src: file.path, alt: 'Photo, enlarged' });
  const close = h(
    'button',
    { type: 'button', class: 'round viewer-close', 'aria-label': 'Close' },
    icon('close'),
  );
  const save = h(
    'a',
    { class: 'viewer-save', href: file.path, download: file.name, testid: 'viewer-save' },
    'Download',
  );
  const dialog = h(
    'dialog',
    { class: 'viewer', testid: 'viewer', 'aria-label': 'Photo' },
    picture,
    close,
    save,
  );
  dialog.addEventListener('click', ({ target }) => target !== save && dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * @param {any} file
 * @param {boolean} isRound
 */
export function video(file, isRound) {
  return h('video', {
    src: file.path,
    controls: true,
    preload: 'metadata',
    playsinline: true,
    class: isRound ? 'video round-video' : 'video',
    'aria-label': 'Video',
  });
}

/**
 * The media of one message.
 * @param {any} view
 * @returns {HTMLElement | null}
 */
export function media(view) {
  const { file, message } = view;
  if (message.location) {
    const { latitude, longitude } = message.location;
    return h('div', { class: 'note' }, `📍 ${latitude.toFixed(5)}, ${longitude.toFixed(5)}`);
  }
  if (message.contact) {
    return h('div', { class: 'note' }, `👤 ${message.contact.first_name} · ${message.contact.phone_number}`);
  }
  if (!file) return null;
  switch (file.kind) {
    case 'photo':
      return photo(file, message.has_media_spoiler === true);
    case 'voice':
      return voice(file);
    case 'audio': {
      const { title, performer } = message.audio;
      const name = [performer, title].filter(Boolean).join(' — ') || file.name;
      return h('div', { class: 'audio' }, h('div', { class: 'audio-name' }, name), player(file, name));
    }
    case 'video':
    case 'animation':
      return video(file, false);
    case 'video_note':
      return video(file, true);
    case 'sticker':
      return h('img', { src: file.path, alt: `Sticker ${message.sticker?.emoji ?? ''}`, class: 'sticker' });
    default:
      return download(file);
  }
}
