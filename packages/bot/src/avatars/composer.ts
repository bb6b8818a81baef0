import {
  addPhoto,
  type Avatar,
  avatarFigures,
  avatarName,
  clearPhotos,
  createAvatar,
  deleteAvatar,
  findAvatar,
  type IncomingPhoto,
  listAvatars,
  makeMain,
  nameTaken,
  orderTraining,
  PHOTO_COUNT,
  photoCounts,
  placeCounter,
  PRESETS,
  rejections,
  renameAvatar,
} from '@aisha/core';
import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import { z } from 'zod';
import { IDLE } from '../chat/dialogue.ts';
import {
  avatarScreen,
  avatarsScreen,
  confirmDeleteScreen,
  consentScreen,
  kindScreen,
  nameScreen,
  photosScreen,
  subjectScreen,
  trainingScreen,
} from './screens.ts';
import { noteScreen } from '../menu/screens.ts';
import { statusScreen } from '../orders/screens.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { onCommand, onPress, type Press } from '../chat/route.ts';

const isImageFile = /^image\/(jpeg|png|webp)$/;

export function avatarsComposer() {
  const composer = new Composer();
  onCommand(composer, 'avatars', list);
  onPress(composer, 'avatars', list);
  onCommand(composer, 'new_avatar', begin);
  onPress(composer, 'avatar.new', begin);

  onPress(composer, 'avatar.kind', (turn, kind) => {
    if (kind !== 'portrait' && kind !== 'style') return turn.toast('button.outdated');
    turn.state = { name: 'avatar.name', kind };
    turn.show(nameScreen(turn));
  });
  onPress(composer, 'avatar.subject', (turn, subject) => {
    const { state } = turn;
    if (
      state.name !== 'avatar.subject' ||
      (subject !== 'man' && subject !== 'woman' && subject !== 'neutral')
    )
      return turn.toast('button.outdated');
    turn.state = { name: 'avatar.consent', kind: 'portrait', avatarName: state.avatarName, subject };
    turn.show(consentScreen(turn, 'portrait'));
  });
  onPress(composer, 'avatar.consent', async (turn) => {
    const { state } = turn;
    if (state.name !== 'avatar.consent') return turn.toast('button.outdated');
    const avatar = await createAvatar(turn.unit, {
      ownerId: turn.user.id,
      chatId: turn.chatId,
      kind: state.kind,
      name: state.avatarName,
      subject: state.subject,
    });
    if (!avatar) {
      turn.state = { name: 'avatar.name', kind: state.kind };
      return turn.show(nameScreen(turn, 'avatar.name.taken', state.avatarName));
    }
    return collectPhotos(turn, avatar);
  });

  onPress(
    composer,
    'avatar',
    own(async (turn, avatar) => {
      turn.state = IDLE;
      turn.show(avatarScreen(turn, avatar, await avatarFigures(turn.unit.tx, avatar.id)));
    }),
  );
  onPress(
    composer,
    'avatar.photos',
    own(async (turn, avatar) => {
      if (avatar.state !== 'draft' && avatar.state !== 'failed') return turn.toast('training.closed');
      return collectPhotos(turn, avatar);
    }),
  );
  onPress(
    composer,
    'photos.clear',
    own(async (turn, avatar) => {
      if (avatar.state !== 'draft' && avatar.state !== 'failed') return turn.toast('training.closed');
      await clearPhotos(turn.unit, avatar.id);
      return collectPhotos(turn, avatar);
    }),
  );
  onPress(composer, 'photos.later', (turn) => {
    turn.state = IDLE;
    turn.show(noteScreen(turn, turn.t('photos.saved')));
  });
  onPress(
    composer,
    'training',
    own(async (turn, avatar) => {
      const counts = await photoCounts(turn.unit.tx, avatar.id);
      if (counts.received > 0) return turn.toast('training.checking');
      if (counts.accepted < PHOTO_COUNT.min) return turn.toast('training.too_few');
      turn.show(trainingScreen(turn, avatar, counts.accepted));
    }),
  );
  onPress(
    composer,
    'training.start',
    own(async (turn, avatar, chosen) => {
      const preset = PRESETS.find((one) => one === chosen);
      if (!preset) return turn.toast('button.outdated');
      const screen = { chatId: turn.chatId, messageId: turn.pressed?.messageId };
      const placed = await orderTraining(turn.unit, avatar, preset, screen);
      if (placed.kind === 'refused') return turn.toast(`training.${placed.reason}`);
      if (placed.kind === 'under-way') return turn.toast('training.closed');
      const { order } = placed;
      turn.state = IDLE;
      turn.show(statusScreen(turn, order), { bind: { to: 'order', id: order.id } });
    }),
  );
  onPress(
    composer,
    'avatar.main',
    own(async (turn, avatar) => {
      if (avatar.state !== 'ready') return turn.toast('button.outdated');
      await makeMain(turn.unit, avatar);
      turn.show(
        avatarScreen(turn, { ...avatar, isMain: true }, await avatarFigures(turn.unit.tx, avatar.id)),
      );
    }),
  );
  onPress(
    composer,
    'avatar.rename',
    own((turn, avatar) => {
      turn.state = { name: 'avatar.rename', avatarId: avatar.id };
      turn.show(nameScreen(turn, 'avatar.rename.ask', avatar.name));
    }),
  );
  onPress(
    composer,
    'avatar.delete',
    own((turn, avatar) => {
      if (avatar.state === 'training') return turn.toast('avatar.busy');
      turn.show(confirmDeleteScreen(turn, avatar));
    }),
  );
  onPress(
    composer,
    'avatar.delete.yes',
    own(async (turn, avatar) => {
      if (!(await deleteAvatar(turn.unit, avatar))) return turn.toast('avatar.busy');
      turn.toast('avatar.deleted');
      turn.show(avatarsScreen(turn, await listAvatars(turn.unit.tx, turn.user.id)));
    }),
  );

  composer.on(message('text'), (ctx, next) => {
    const turn = turnOf(ctx);
    if (!turn.isPrivate || ctx.message.text.startsWith('/')) return next();
    const { state } = turn;
    if (state.name === 'avatar.name') return takeName(turn, state.kind, ctx.message.text);
    if (state.name === 'avatar.rename') return takeNewName(turn, state.avatarId, ctx.message.text);
    return next();
  });
  composer.on(message('photo'), (ctx, next) => {
    const largest = ctx.message.photo.at(-1);
    const inAlbum = ctx.message.media_group_id !== undefined;
    return largest
      ? takePhoto(turnOf(ctx), { ...largest, inAlbum, in: ctx.message.message_id }, next)
      : next();
  });
  composer.on(message('document'), (ctx, next) =>
    isImageFile.test(ctx.message.document.mime_type ?? '')
      ? takePhoto(
          turnOf(ctx),
          {
            ...ctx.message.document,
            inAlbum: ctx.message.media_group_id !== undefined,
            in: ctx.message.message_id,
          },
          next,
        )
      : next(),
  );
  return composer;
}

const list: Press = async (turn) => {
  turn.state = IDLE;
  turn.show(avatarsScreen(turn, await listAvatars(turn.unit.tx, turn.user.id)));
};

const begin: Press = (turn) => {
  turn.state = IDLE;
  turn.show(kindScreen(turn));
};

/** Hands the owner's own avatar on; somebody else's is as if it were not there. */
function own(handle: (turn: Turn, avatar: Avatar, ...args: string[]) => Promise<void> | void): Press {
  return async (turn, id, ...args) => {
    const avatar = z.uuid().safeParse(id).success
      ? await findAvatar(turn.unit.tx, turn.user.id, id ?? '')
      : null;
    return avatar ? handle(turn, avatar, ...args) : turn.toast('button.outdated');
  };
}

/** Shows the counter and takes the photos that come from now on. */
async function collectPhotos(turn: Turn, avatar: Avatar): Promise<void> {
  turn.state = { name: 'avatar.photos', avatarId: avatar.id };
  const counts = await photoCounts(turn.unit.tx, avatar.id);
  const screen = photosScreen(turn, avatar, counts, await rejections(turn.unit.tx, avatar.id));
  await placeCounter(turn.unit, avatar.id, turn.chatId, turn.pressed?.messageId ?? null);
  turn.show(screen, { bind: { to: 'avatar', id: avatar.id } });
}

/** Photos push the counter out of sight: it comes back below them, once for an album. */
async function followPhotos(turn: Turn, avatar: Avatar, photoMessageId: number): Promise<void> {
  const counter = avatar.screenMessageId;
  // Null: a new one is on its way.
  if (counter === null || photoMessageId < counter) return;
  await collectPhotos(turn, avatar);
  turn.owed.push({ method: 'deleteMessage', payload: { chat_id: turn.chatId, message_id: counter } });
}

async function takeName(turn: Turn, kind: 'portrait' | 'style', text: string): Promise<void> {
  const name = avatarName(text);
  if (name === null) return turn.send(nameScreen(turn, 'avatar.name.bad'));
  if (await nameTaken(turn.unit.tx, turn.user.id, name))
    return turn.send(nameScreen(turn, 'avatar.name.taken', name));
  if (kind === 'portrait') {
    turn.state = { name: 'avatar.subject', avatarName: name };
    return turn.send(subjectScreen(turn));
  }
  turn.state = { name: 'avatar.consent', kind, avatarName: name, subject: null };
  turn.send(consentScreen(turn, kind));
}

async function takeNewName(turn: Turn, avatarId: string, text: string): Promise<void> {
  const avatar = await findAvatar(turn.unit.tx, turn.user.id, avatarId);
  const name = avatarName(text);
  if (!avatar) {
    turn.state = IDLE;
    return turn.toast('button.outdated');
  }
  if (name === null) return turn.send(nameScreen(turn, 'avatar.name.bad'));
  if (!(await renameAvatar(turn.unit, avatar, name)))
    return turn.send(nameScreen(turn, 'avatar.name.taken', name));
  turn.state = IDLE;
  turn.send(noteScreen(turn, turn.t('avatar.renamed', { name })));
}

async function takePhoto(
  turn: Turn,
  file: {
    file_id: string;
    file_unique_id: string;
    file_size?: number | undefined;
    inAlbum: boolean;
    /** The message that brought it. */
    in: number;
  },
  next: () => Promise<void>,
): Promise<void> {
  if (turn.state.name !== 'avatar.photos') return next();
  const avatar = await findAvatar(turn.unit.tx, turn.user.id, turn.state.avatarId);
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
      return followPhotos(turn, avatar, file.in);
    case 'duplicate':
      // Said once for a single photo; ten times for an album sent twice would be noise.
      return file.inAlbum ? undefined : turn.toast('photos.duplicate');
    case 'closed':
      turn.state = IDLE;
      return turn.toast('training.closed');
  }
}
