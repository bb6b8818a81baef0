import { duration, h, icon, popup, toast } from './dom.js';
import { record } from './recorder.js';
import { createTray } from './tray.js';

const MAX_HEIGHT = 160;

/**
 * What a chat does with what was written.
 * @typedef {object} Sender
 * @property {(text: string) => Promise<void>} text
 * @property {(files: File[], caption: string, asFiles: boolean) => Promise<void>} files
 * @property {(blob: Blob, name: string) => Promise<void>} voice
 * @property {() => Promise<{ command: string, description: string }[]>} commands
 */

/**
 * The line one writes in, with attachments, commands and the microphone.
 * @param {Sender} sender
 */
export function createComposer(sender) {
  let busy = false;

  const input = h('textarea', {
    rows: '1',
    placeholder: 'Message',
    'aria-label': 'Message',
    testid: 'composer',
    enterkeyhint: 'send',
  });
  const reply = h('div', { class: 'context' });
  const mediaInput = h('input', {
    type: 'file',
    multiple: true,
    accept: 'image/*,video/*',
    hidden: true,
    testid: 'photo-input',
    'aria-label': 'Photos or videos',
  });
  const fileInput = h('input', {
    type: 'file',
    multiple: true,
    hidden: true,
    testid: 'file-input',
    'aria-label': 'Files',
  });
  const voiceInput = h('input', {
    type: 'file',
    accept: 'audio/*,video/webm',
    hidden: true,
    testid: 'voice-input',
    'aria-label': 'Voice recording',
  });
  const send = h(
    'button',
    { type: 'submit', class: 'round send', 'aria-label': 'Send', testid: 'send' },
    icon('send'),
  );
  const mic = h(
    'button',
    { type: 'button', class: 'round', 'aria-label': 'Record a voice message', testid: 'mic' },
    icon('mic'),
  );
  const clip = h(
    'button',
    { type: 'button', class: 'round', 'aria-label': 'Attach', testid: 'attach' },
    icon('clip'),
  );
  const menu = h(
    'button',
    { type: 'button', class: 'round', 'aria-label': 'Commands', testid: 'commands', 'aria-haspopup': 'true' },
    icon('menu'),
  );
  const commands = h('div', {
    class: 'commands',
    role: 'listbox',
    'aria-label': 'Commands',
    hidden: true,
    testid: 'commands-list',
  });
  const tray = createTray(() => refresh());
  const line = h('div', { class: 'line' }, menu, clip, input, mic, send);
  const form = h(
    'form',
    { class: 'composer' },
    commands,
    reply,
    tray.element,
    line,
    mediaInput,
    fileInput,
    voiceInput,
  );

  const refresh = () => {
    const isEmpty = input.value.trim() === '' && tray.files().length === 0;
    send.hidden = isEmpty;
    mic.hidden = !isEmpty;
    input.style.height = 'auto';
    // While the line is not shown its height cannot be known.
    if (input.scrollHeight > 0) input.style.height = `${Math.min(input.scrollHeight, MAX_HEIGHT)}px`;
  };

  /** @param {{ title: string, text: string, testid: string, cancel: () => void } | null} about */
  const setContext = (about) => {
    reply.replaceChildren();
    if (about === null) return;
    const close = h(
      'button',
      {
        type: 'button',
        class: 'round',
        'aria-label': 'Cancel',
        testid: 'context-cancel',
        onclick: about.cancel,
      },
      icon('close'),
    );
    const words = h(
      'div',
      { class: 'context-text' },
      h('strong', {}, about.title),
      h('span', {}, about.text),
    );
    reply.append(h('div', { class: 'context-line', testid: about.testid }, words, close));
    input.focus();
  };

  /** @param {Iterable<File>} files @param {boolean} [plain] */
  const attach = (files, plain = false) => {
    tray.add(files, plain);
    input.focus();
  };

  const submit = async () => {
    if (busy) return;
    const text = input.value.trim();
    const files = tray.files();
    if (text === '' && files.length === 0) return;
    busy = true;
    form.classList.add('busy');
    try {
      if (files.length === 0) {
        input.value = '';
        refresh();
        await sender.text(text);
      } else {
        await sender.files(files, text, tray.asFiles());
        input.value = '';
        tray.clear();
      }
    } catch (error) {
      if (files.length === 0) input.value = text;
      toast(error.message, 'error');
    } finally {
      busy = false;
      form.classList.remove('busy');
      refresh();
    }
  };

  const voice = async (blob, name) => {
    try {
      await sender.voice(blob, name);
    } catch (error) {
      toast(error.message, 'error');
    }
  };

  const startRecording = async () => {
    let recording;
    try {
      recording = await record();
    } catch {
      toast('The microphone is not available; choose a recording with the paper clip', 'error');
      return;
    }
    const began = Date.now();
    const time = h('span', { class: 'recording-time', role: 'timer' }, '0:00');
    const tick = setInterval(() => (time.textContent = duration((Date.now() - began) / 1000)), 250);
    const bar = h(
      'div',
      { class: 'line recording', testid: 'recording' },
      h('span', { class: 'recording-dot' }),
      time,
    );
    const end = () => {
      clearInterval(tick);
      bar.replaceWith(line);
      refresh();
    };
    const cancel = h(
      'button',
      { type: 'button', class: 'text-button', testid: 'recording-cancel' },
      'Cancel',
    );
    const stop = h(
      'button',
      { type: 'button', class: 'round send', 'aria-label': 'Send voice message', testid: 'recording-send' },
      icon('send'),
    );
    cancel.addEventListener('click', () => {
      recording.cancel();
      end();
    });
    stop.addEventListener('click', () => {
      void recording.stop().then((blob) => {
        end();
        return voice(blob, '');
      });
    });
    bar.append(cancel, stop);
    line.replaceWith(bar);
    stop.focus();
  };

  const showCommands = async () => {
    if (!commands.hidden) {
      commands.hidden = true;
      return;
    }
    const list = await sender.commands();
    commands.replaceChildren();
    if (list.length === 0) commands.append(h('p', { class: 'commands-none' }, 'The bot has set no commands'));
    for (const { command, description } of list) {
      const item = h(
        'button',
        { type: 'button', role: 'option', testid: `command-${command}` },
        h('strong', {}, `/${command}`),
        h('span', {}, description),
      );
      item.addEventListener('click', () => {
        commands.hidden = true;
        sender.text(`/${command}`).catch((error) => toast(error.message, 'error'));
      });
      commands.append(item);
    }
    commands.hidden = false;
    commands.querySelector('button')?.focus();
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  form.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') commands.hidden = true;
  });
  input.addEventListener('input', refresh);
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void submit();
  });
  input.addEventListener('paste', ({ clipboardData }) => {
    if (clipboardData && clipboardData.files.length > 0) attach(clipboardData.files);
  });
  mic.addEventListener('click', () => void startRecording());
  menu.addEventListener('click', () => void showCommands());
  clip.addEventListener('click', () =>
    popup(clip, [
      { label: 'Photos or videos', testid: 'attach-photo', act: () => mediaInput.click() },
      { label: 'Files', testid: 'attach-file', act: () => fileInput.click() },
      { label: 'Voice recording', testid: 'attach-voice', act: () => voiceInput.click() },
    ]),
  );
  mediaInput.addEventListener('change', () => {
    attach(mediaInput.files);
    mediaInput.value = '';
  });
  fileInput.addEventListener('change', () => {
    attach(fileInput.files, true);
    fileInput.value = '';
  });
  voiceInput.addEventListener('change', () => {
    const [file] = voiceInput.files;
    voiceInput.value = '';
    if (file) void voice(file, file.name);
  });
  refresh();
  return {
    element: form,
    attach,
    setContext,
    /** @param {string} text */
    write(text) {
      input.value = text;
      refresh();
      input.focus();
    },
    focus: () => input.focus(),
  };
}
