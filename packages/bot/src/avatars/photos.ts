import { addPhoto, type Avatar, findAvatar, photoSet, placeCounter } from '@aisha/core';
import { IDLE } from '../chat/dialogue.ts';
import type { KeptFile } from '../chat/memory.ts';
import type { Turn } from '../chat/turn.ts';
import { takingPhotos } from './dialogue.ts';
import { type Bringing, isCollecting, keepPhotos } from './kept.ts';
import { picturesAnswered, picturesOf } from '../chat/pictures.ts';
import { photosScreen } from './screens.ts';

/** Shows the counter and takes the photos that come from now on. */
export async function collectPhotos(turn: Turn, avatar: Avatar): Promise<void> {
  turn.state = takingPhotos.at({ avatarId: avatar.id });
  const screen = photosScreen(turn, avatar, await photoSet(turn.unit.tx, avatar.id));
  await placeCounter(turn.unit, avatar.id, turn.place, turn.shownIn ?? null);
  turn.show(screen, { bind: { to: 'avatar', id: avatar.id } });
}

/** Photos push the counter out of sight: it comes back below them, once for an album. */
async function followPhotos(turn: Turn, avatar: Avatar, photoMessageId: number): Promise<void> {
  const counter = avatar.screenMessageId;
  // Null: a new one is on its way.
  if (counter === null || photoMessageId < counter) return;
  await collectPhotos(turn, avatar);
  removeCounter(turn, avatar);
}

/** Takes away the message that was the counter until now. */
export function removeCounter(turn: Turn, { chatId, screenMessageId }: Avatar): void {
  // In another chat that id is some other message.
  if (screenMessageId !== null && chatId === turn.chatId)
    turn.owed.push({
      method: 'deleteMessage',
      payload: { chat_id: turn.chatId, message_id: screenMessageId },
    });
}

/** What a message brings for an avatar, if it does: taken, kept for later, or said why not. */
export async function receivePhotos(
  turn: Turn,
  message: Bringing & object,
  next: () => Promise<void>,
): Promise<void> {
  const collects = takingPhotos.of(turn.state) !== null;
  const wanted = isCollecting(turn) ? 'any' : 'declared';
  const most = turn.settings.fileLimit;
  const album = message.media_group_id;
  const isPhoto = (one: unknown) => picturesOf(one, 'declared', most).length > 0;
  const among =
    album !== undefined && ('video' in message || 'document' in message)
      ? await turn.isAmongPhotos(album, isPhoto)
      : false;
  // Not a recording: the album's photos are answered.
  if (among && 'video' in message) return;
  // Whatever lies among photos for an avatar was meant as one: the counter says why it is none.
  const own = picturesOf(message, among && wanted === 'any' ? 'all' : wanted, most);
  const files = own.length === 0 && collects ? picturesAnswered(message, wanted, most) : own;
  if (files.length > 0)
    return (await takePhotos(turn, files, message)) ? undefined : keepPhotos(turn, files, message);
  if (wanted === 'any' && NO_PHOTOS.some((what) => what in message))
    return turn.send({ text: turn.t('paid_media' in message ? 'photos.unseen' : 'photos.none_in_it') });
  return next();
}

/** What people send for photos, and what holds none. */
const NO_PHOTOS = ['sticker', 'animation', 'story', 'paid_media'];

/** False when no avatar is open that would take them. */
async function takePhotos(turn: Turn, files: readonly KeptFile[], by: Bringing): Promise<boolean> {
  const state = takingPhotos.of(turn.state);
  if (!state) return false;
  const avatar = await findAvatar(turn.unit.tx, turn.user.id, state.avatarId);
  if (!avatar) {
    turn.state = IDLE;
    return false;
  }
  const isNew = turn.firstOf(by.media_group_id, 'photos');
  const outcomes = new Set<Awaited<ReturnType<typeof addPhoto>>>();
  for (const file of files) outcomes.add(await addPhoto(turn.unit, avatar, file));
  if (outcomes.has('closed')) {
    turn.state = IDLE;
    if (isNew) turn.toast('training.closed');
  } else if (by.media_group_id === undefined && !outcomes.has('added'))
    turn.toast(outcomes.has('full') ? 'photos.full' : 'photos.duplicate');
  // The counter is edited by a job, once for many photos.
  else await followPhotos(turn, avatar, by.message_id);
  return true;
}
