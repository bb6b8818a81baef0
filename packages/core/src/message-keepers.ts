import { keepCounterMessage } from './avatars/counter-message.ts';
import { keepImageFile, keepStyleFile } from './images/sent-files.ts';
import type { MessageKeepers } from './inbox/calls.ts';
import { keepStatusMessage } from './orders/status-message.ts';

/** Who keeps the id of a message that is edited later, or of the file in it, by what a call's `bind` names. */
export const messageKeepers: MessageKeepers = {
  avatar: keepCounterMessage,
  order: keepStatusMessage,
  image: keepImageFile,
  style: keepStyleFile,
};
