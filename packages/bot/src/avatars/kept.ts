import { addPhoto, type Avatar } from '@aisha/core';
import { button } from '../buttons.ts';
import { type KeptFile, withoutPhotos } from '../chat/memory.ts';
import type { Screen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import { cancelButton, menuButton } from '../menu/screens.ts';
import { choosing, consenting, describing, naming, takingPhotos } from './dialogue.ts';
import { consentScreen, kindScreen, nameScreen, subjectScreen } from './screens.ts';

/** An avatar takes twenty; as many again, twice, may turn out to be bad. */
const MOST_KEPT = 60;
/** How long photos that came outside of an avatar's steps wait for its beginning, in seconds. */
const KEPT_S = 3_600;
/** Photos sent one by one, this close to each other in seconds, are one sending: it gets one answer. */
const ONE_SENDING_S = 20;
/** So are albums, once so many were answered: nobody reads a dozen equal sentences. */
const ALBUMS_ANSWERED = 3;

/** The message that brings something. */
export interface Bringing {
  readonly message_id: number;
  /** By Telegram's clock, in seconds. */
  readonly date: number;
  readonly media_group_id?: string | undefined;
}

/** An avatar is being begun, and its owner's consent is still missing. */
export const isBeginning = ({ state }: Turn): boolean =>
  [choosing, naming, describing, consenting].some((step) => step.of(state) !== null);

/** Any file that comes now may be meant as a photo. */
export const isCollecting = (turn: Turn): boolean =>
  isBeginning(turn) || takingPhotos.of(turn.state) !== null;

/**
 * Keeps photos that came before there is an avatar to take them, by Telegram's ids alone: nothing is downloaded before
 * the consent. Says so once for what is sent together.
 */
export function keepPhotos(turn: Turn, files: readonly KeptFile[], by: Bringing): void {
  forgetOldPhotos(turn);
  const known = new Map([...turn.memory.photos, ...files].map((file) => [file.fileUniqueId, file]));
  const photos = [...known.values()].slice(0, MOST_KEPT);
  turn.memory = { ...turn.memory, photos, photosAt: by.date };
  if (turn.firstOf(by.media_group_id, 'photos') && !isSaid(turn, by)) turn.send(keptScreen(turn));
}

/** Whether what is said of kept photos at this place was said just now. */
function isSaid(turn: Turn, { date, media_group_id: album }: Bringing): boolean {
  const { said } = turn.memory;
  const place = turn.state.name;
  const times = said?.place === place && date - said.at < ONE_SENDING_S ? said.times : 0;
  const enough = times >= (album === undefined ? 1 : ALBUMS_ANSWERED);
  turn.memory = { ...turn.memory, said: { place, at: date, times: enough ? times : times + 1 } };
  return enough;
}

/** Where they stand, and that the photos will be counted then. */
function keptScreen(turn: Turn): Screen {
  const { state } = turn;
  const noted = (screen: Screen) => withNote(screen, turn.t('photos.kept'));
  if (choosing.of(state)) return noted(kindScreen(turn));
  if (naming.of(state)) return noted(nameScreen(turn));
  if (describing.of(state)) return noted(subjectScreen(turn));
  const consent = consenting.of(state);
  if (consent) return noted(consentScreen(turn, consent.kind));
  const begin = button(turn.label('avatars.new'), 'avatar.new');
  return {
    text: keptText(turn),
    buttons: [[begin], [state.name === 'idle' ? menuButton(turn) : cancelButton(turn)]],
  };
}

/** What can become of pictures that came outside of an avatar's steps. */
export const keptText = (turn: Turn): string =>
  turn.state.name === 'idle'
    ? turn.t('photos.kept.idle')
    : `${turn.t('photos.kept.idle')}\n\n${turn.t('photos.kept.asked')}`;

/** The screen of a step, below how many photos are kept for it already. */
export function withKept(turn: Turn, screen: Screen): Screen {
  const count = turn.memory.photos.length;
  return count === 0 ? screen : withNote(screen, turn.t('photos.kept.count', { count }));
}

const withNote = (screen: Screen, note: string): Screen => ({ ...screen, text: `${note}\n\n${screen.text}` });

/** Gives the kept photos to the avatar that they were kept for. */
export async function takeKept(turn: Turn, avatar: Avatar): Promise<void> {
  for (const file of turn.memory.photos) await addPhoto(turn.unit, avatar, file);
  turn.memory = withoutPhotos(turn.memory);
}

/** Outside of an avatar's steps they are kept for an hour. */
export function forgetOldPhotos(turn: Turn): void {
  const old = turn.memory.photosAt + KEPT_S < Date.now() / 1_000;
  if (old && turn.memory.photos.length > 0 && !isBeginning(turn)) turn.memory = withoutPhotos(turn.memory);
}
