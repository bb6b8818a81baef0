import { call, upload } from './api.js';

const MAX_ALBUM = 10;

/**
 * What a file is sent as.
 * @param {File} file
 * @param {boolean} asFiles
 */
function kindOf(file, asFiles) {
  if (file.type.startsWith('audio/')) return 'audio';
  if (asFiles) return 'document';
  if (file.type.startsWith('image/') && file.type !== 'image/gif') return 'photo';
  return file.type.startsWith('video/') ? 'video' : 'document';
}

/**
 * Sends what the person wrote, as an answer or an edit when that was begun.
 * @param {number} userId
 * @param {{ replyTo: () => number | undefined, editing: () => number | undefined, done: () => void }} context
 * @returns {import('./composer.js').Sender}
 */
export function createSender(userId, { replyTo, editing, done }) {
  const reply = () => (replyTo() === undefined ? {} : { replyTo: replyTo() });
  return {
    async text(text) {
      const messageId = editing();
      if (messageId === undefined) await call('sendText', { userId, text, ...reply() });
      else await call('editMessage', { userId, messageId, text });
      done();
    },
    async files(files, caption, asFiles) {
      const items = files.map((file) => ({ kind: kindOf(file, asFiles), file: upload(file) }));
      // Photos and videos share an album; files and music go with their own kind.
      const groups = Map.groupBy(items, ({ kind }) =>
        kind === 'photo' || kind === 'video' ? 'visual' : kind,
      );
      let words = caption;
      for (const group of groups.values()) {
        for (let from = 0; from < group.length; from += MAX_ALBUM) {
          const part = group.slice(from, from + MAX_ALBUM);
          await call('sendAlbum', { userId, items: part, caption: words, ...reply() });
          words = '';
        }
      }
      done();
    },
    async voice(blob, fileName) {
      await call('sendMedia', { userId, kind: 'voice', file: upload(blob, fileName), ...reply() });
      done();
    },
    commands: () => call('commands', { userId }),
  };
}
