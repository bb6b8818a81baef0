import {
  addPhoto,
  type Avatar,
  findAvatar,
  type IncomingPhoto,
  photoCounts,
  placeCounter,
  rejections,
} from '@aisha/core';
import { IDLE } from '../chat/dialogue.ts';
import type { Turn } from '../chat/turn.ts';
import { takingPhotos } from './dialogue.ts';
import { photosScreen } from './screens.ts';

/** Shows the counter and takes the photos that come from now on. */
export async function collectPhotos(turn: Turn, avatar: Avatar): Promise<void> {
  turn.state = takingPhotos.at({ avatarId: avatar.id });
  const counts = await photoCounts(turn.unit.tx, avatar.id);
  const screen = photosScreen(turn, avatar, counts, await rejections(turn.unit.tx, avatar.id));
  await placeCounter(turn.unit, avatar.id, turn.place, turn.shownIn ?? null);
  turn.show(screen, { bind: { to: 'avatar', id: avatar.id } });
}

/** Photos push the counter out of sight: it comes back below them, once for an album. */
async function followPhotos(turn: Turn, avatar: Avatar, photoMessageId: number): Promise<void> {
  const counter = avatar.screenMessageId;
  // Null: a new one is on its way.
  if (counter === null || photoMessageId < counter) return;
  await collectPhotos(turn, avatar);
  // In another chat that id is some other message.
  if (avatar.chatId === turn.chatId)
    turn.owed.push({ method: 'deleteMessage', payload: { chat_id: turn.chatId, message_id: counter } });
}

/** The message that brought a photo. */
interface Bringing {
  readonly message_id: number;
  readonly media_group_id?: string;
}

export async function takePhoto(
  turn: Turn,
  file: { file_id: string; file_unique_id: string; file_size?: number },
  by: Bringing,
  next: () => Promise<void>,
): Promise<void> {
  const state = takingPhotos.of(turn.state);
  if (!state) return next();
  const avatar = await findAvatar(turn.unit.tx, turn.user.id, state.avatarId);
  if (!avatar) {
    turn.state = IDLE;
    return next();
  }
  const photo: IncomingPhoto = {
    fileId: file.file_id,
    fileUniqueId: file.file_unique_id,
    fileSize: file.file_size ?? null,
  };
  switch (await addPhoto(turn.unit, avatar, photo)) {
    case 'added':
      // The counter is edited by a job, once for many photos.
      return followPhotos(turn, avatar, by.message_id);
    case 'duplicate':
      // Said once for a single photo; ten times for an album sent twice would be noise.
      return by.media_group_id === undefined ? turn.toast('photos.duplicate') : undefined;
    case 'closed':
      turn.state = IDLE;
      return turn.toast('training.closed');
  }
}
