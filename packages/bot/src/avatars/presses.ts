import {
  type Avatar,
  clearPhotos,
  CONSENT_VERSION,
  createAvatar,
  deleteAvatar,
  dropDoubted,
  finishInstant,
  hasManyOpen,
  keepDoubted,
  listAvatars,
  isShareRefusal,
  makeMain,
  noteConsent,
  orderTraining,
  PHOTO_COUNT,
  photoAt,
  photoCounts,
  photoDoubts,
  removePhoto,
  sharedWith,
  showInCounter,
  unshareAvatar,
} from '@aisha/core';
import type { Answers } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { sendPhoto } from '../chat/files.ts';
import { during } from '../chat/route.ts';
import type { Turn } from '../chat/turn.ts';
import { noteScreen } from '../menu/screens.ts';
import { refusalScreen, statusScreen } from '../orders/screens.ts';
import { choosing, consenting, describing, naming, renaming, sharing, takingPhotos } from './dialogue.ts';
import { showCard } from './card.ts';
import { forgetOldPhotos, takeKept, withKept } from './kept.ts';
import { collectPhotos, removeCounter } from './photos.ts';
import {
  avatarsScreen,
  confirmDeleteScreen,
  doubtedScreen,
  consentScreen,
  instantReadyScreen,
  consentText,
  kindScreen,
  nameScreen,
  photoCard,
  savedScreen,
  trainingScreen,
} from './screens.ts';

export async function showAvatars(turn: Turn): Promise<void> {
  turn.state = IDLE;
  const { tx } = turn.unit;
  turn.show(avatarsScreen(turn, await listAvatars(tx, turn.user.id), await sharedWith(tx, turn.user.id)));
  leaveCard(turn);
}

/** A picture cannot become text: it goes, so that one screen is one message. */
function leaveCard(turn: Turn): void {
  if (turn.shownIn === undefined) turn.remove();
}

/** A photo as a card; it takes the place of the one whose arrow was pressed. */
async function showPhoto(turn: Turn, avatar: Avatar, at: number): Promise<void> {
  const { photo, total, page } = await photoAt(turn.unit.tx, avatar.id, at);
  if (!photo?.objectKey) {
    turn.toast('photos.look.none');
    return isOpen(avatar) ? collectPhotos(turn, avatar) : undefined;
  }
  const card = photoCard(turn, avatar, photo, { page, total, open: isOpen(avatar) });
  const file = { bucket: 'avatars', key: photo.objectKey, filename: `photo-${page + 1}.jpg` } as const;
  turn.owed.push(sendPhoto(turn, file, card));
  leaveCard(turn);
}

export function beginAvatar(turn: Turn): void {
  forgetOldPhotos(turn);
  turn.state = choosing.at({});
  turn.show(withKept(turn, kindScreen(turn)));
}

const isOpen = ({ state }: { state: string }) => state === 'draft' || state === 'failed';

export const avatarAnswers = {
  avatars: showAvatars,
  'avatar.new': beginAvatar,
  'avatar.kind': (turn, kind) => {
    forgetOldPhotos(turn);
    turn.state = naming.at({ kind });
    turn.show(withKept(turn, nameScreen(turn)));
  },
  'avatar.instant': (turn) => {
    forgetOldPhotos(turn);
    turn.state = naming.at({ kind: 'portrait', instant: true });
    turn.show(withKept(turn, nameScreen(turn)));
  },
  'avatar.subject': during(describing, (turn, { avatarName, instant }, subject) => {
    turn.state = consenting.at({ kind: 'portrait', avatarName, subject, instant });
    turn.show(withKept(turn, consentScreen(turn, 'portrait')));
  }),
  'avatar.consent': during(consenting, async (turn, { kind, avatarName, subject, instant }) => {
    if (await hasManyOpen(turn.unit.tx, turn.user.id)) {
      turn.state = IDLE;
      return turn.show(noteScreen(turn, turn.t('avatar.many_open')));
    }
    const consentVersion = kind === 'portrait' && !turn.settings.faces ? null : CONSENT_VERSION;
    const draft = {
      ...turn.place,
      ownerId: turn.user.id,
      kind,
      name: avatarName,
      subject,
      consentVersion,
      instant,
    };
    const avatar = await createAvatar(turn.unit, draft);
    if (avatar) {
      await noteConsent(turn.unit, {
        userId: turn.user.id,
        what: 'avatar',
        subjectId: avatar.id,
        language: turn.language,
        text: consentText(turn, kind),
      });
      await takeKept(turn, avatar);
      return collectPhotos(turn, avatar);
    }
    turn.state = naming.at({ kind, instant });
    turn.show(nameScreen(turn, 'avatar.name.taken', avatarName));
  }),

  avatar: async (turn, avatar) => {
    turn.state = IDLE;
    return showCard(turn, avatar);
  },
  'avatar.photos': async (turn, avatar) => {
    if (!isOpen(avatar)) return turn.toast('training.closed');
    await collectPhotos(turn, avatar);
    leaveCard(turn);
    // From a card it comes anew: there is one counter.
    if (turn.shownIn === undefined) removeCounter(turn, avatar);
  },
  'photos.clear': async (turn, avatar) => {
    if (!isOpen(avatar)) return turn.toast('training.closed');
    await clearPhotos(turn.unit, avatar.id);
    return collectPhotos(turn, avatar);
  },
  'photos.keep': async (turn, avatar) => {
    await keepDoubted(turn.unit, avatar.id);
    turn.toast('photo.kept');
    if (isOpen(avatar)) await collectPhotos(turn, avatar);
  },
  'photos.drop': async (turn, avatar) => {
    if (!isOpen(avatar)) return turn.toast('training.closed');
    await dropDoubted(turn.unit, avatar.id);
    turn.toast('photo.deleted');
    return collectPhotos(turn, avatar);
  },
  'photos.look': showPhoto,
  'photo.keep': async (turn, { photo, avatar }, page) => {
    await keepDoubted(turn.unit, avatar.id, photo.id);
    turn.toast('photo.kept');
    return showPhoto(turn, avatar, page);
  },
  'photo.delete': async (turn, { photo, avatar }, page) => {
    if (!(await removePhoto(turn.unit, avatar, photo.id))) return turn.toast('training.closed');
    turn.toast('photo.deleted');
    return showPhoto(turn, avatar, page);
  },
  'photos.later': async (turn) => {
    const draft = takingPhotos.of(turn.state);
    turn.state = IDLE;
    if (draft) await showInCounter(turn.unit, draft.avatarId, turn.shownIn, 'saved');
    turn.show(savedScreen(turn));
  },
  'avatar.finish': async (turn, avatar, doubted) => {
    if (doubted === 'keep') await keepDoubted(turn.unit, avatar.id);
    const ready = await finishInstant(turn.unit, avatar);
    if (ready === 'doubted') {
      await showInCounter(turn.unit, avatar.id, turn.shownIn, 'doubted');
      return turn.show(doubtedScreen(turn, avatar, await photoDoubts(turn.unit.tx, avatar.id)));
    }
    if (typeof ready === 'string') return turn.toast(`training.${ready}`);
    turn.state = IDLE;
    turn.show(instantReadyScreen(turn, ready));
  },
  training: async (turn, avatar) => {
    if (avatar.instant) return turn.toast('training.closed');
    const counts = await photoCounts(turn.unit.tx, avatar.id);
    if (counts.received > 0) return turn.toast('training.checking');
    if (counts.accepted < PHOTO_COUNT.min) return turn.toast('training.too_few');
    await showInCounter(turn.unit, avatar.id, turn.shownIn, 'presets');
    turn.show(trainingScreen(turn, avatar, counts.accepted));
  },
  'training.start': async (turn, avatar, preset, shown) => {
    const screen = { ...turn.place, messageId: turn.shownIn, shown };
    const placed = await orderTraining(turn.unit, avatar, preset, screen);
    if (placed.kind === 'refused') {
      const { reason } = placed;
      if (isShareRefusal(reason)) return turn.toast(`limit.${reason}`);
      if (reason === 'credits' || reason === 'payer' || reason === 'maintenance')
        return turn.send(refusalScreen(turn, { ...placed, reason }));
      return turn.toast(`training.${reason}`);
    }
    const { order } = placed;
    if (placed.kind === 'under-way' && order.state !== 'quoted') return turn.toast('training.closed');
    turn.state = IDLE;
    turn.show(statusScreen(turn, order), { bind: { to: 'order', id: order.id } });
  },
  'avatar.main': async (turn, avatar) => {
    if (avatar.state !== 'ready') return turn.toast('button.outdated');
    await makeMain(turn.unit, avatar);
    return showCard(turn, { ...avatar, isMain: true });
  },
  'avatar.rename': (turn, avatar) => {
    turn.state = renaming.at({ avatarId: avatar.id });
    turn.show(nameScreen(turn, 'avatar.rename.ask', avatar.name));
  },
  'avatar.delete': (turn, avatar) => {
    if (avatar.state === 'training') return turn.toast('avatar.busy');
    turn.show(confirmDeleteScreen(turn, avatar));
  },
  'avatar.delete.yes': async (turn, avatar) => {
    if (!(await deleteAvatar(turn.unit, avatar))) return turn.toast('avatar.busy');
    turn.toast('avatar.deleted');
    return showAvatars(turn);
  },
  'avatar.share': (turn, avatar) => {
    if (avatar.state !== 'ready') return turn.toast('button.outdated');
    turn.state = sharing.at({ avatarId: avatar.id });
    turn.show(nameScreen(turn, 'avatar.share.ask', avatar.name));
  },
  'avatar.unshare': async (turn, avatar) => {
    await unshareAvatar(turn.unit, avatar.id);
    turn.toast('avatar.unshared');
    return showCard(turn, avatar);
  },
} satisfies Partial<Answers>;
