/**
 * What a person says with a message, by Telegram's names of its content. Everything else is a service message: that
 * somebody pinned, came, changed or gave something, kinds that will come later included. Nobody is answered for those.
 * Edits do not come here at all: what was said is not said once more.
 */
const CONTENT = new Set([
  'text',
  'animation',
  'audio',
  'checklist',
  'contact',
  'dice',
  'document',
  'game',
  'live_photo',
  'location',
  'paid_media',
  'photo',
  'poll',
  'sticker',
  'story',
  'venue',
  'video',
  'video_note',
  'voice',
]);

export const isSaid = (message: object): boolean => Object.keys(message).some((field) => CONTENT.has(field));
