import { avatarName, findAvatar, nameTaken, renameAvatar } from '@aisha/core';
import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import { IDLE } from '../chat/dialogue.ts';
import { onCommand, onText } from '../chat/route.ts';
import { turnOf } from '../chat/turn-context.ts';
import { noteScreen } from '../menu/screens.ts';
import { consenting, describing, naming, renaming } from './dialogue.ts';
import { takePhoto } from './photos.ts';
import { beginAvatar, showAvatars } from './presses.ts';
import { consentScreen, nameScreen, subjectScreen } from './screens.ts';

const isImageFile = /^image\/(jpeg|png|webp)$/;

export function avatarsComposer() {
  const composer = new Composer();
  onCommand(composer, 'avatars', showAvatars);
  onCommand(composer, 'new_avatar', beginAvatar);

  onText(composer, naming, async (turn, text, { kind }) => {
    const name = avatarName(text);
    if (name === null) return turn.send(nameScreen(turn, 'avatar.name.bad'));
    if (await nameTaken(turn.unit.tx, turn.user.id, name))
      return turn.send(nameScreen(turn, 'avatar.name.taken', name));
    if (kind === 'portrait') {
      turn.state = describing.at({ avatarName: name });
      return turn.send(subjectScreen(turn));
    }
    turn.state = consenting.at({ kind, avatarName: name, subject: null });
    turn.send(consentScreen(turn, kind));
  });
  onText(composer, renaming, async (turn, text, { avatarId }) => {
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
  });

  composer.on(message('photo'), (ctx, next) => {
    const largest = ctx.message.photo.at(-1);
    return largest ? takePhoto(turnOf(ctx), largest, ctx.message, next) : next();
  });
  composer.on(message('document'), (ctx, next) => {
    const { document } = ctx.message;
    return isImageFile.test(document.mime_type ?? '')
      ? takePhoto(turnOf(ctx), document, ctx.message, next)
      : next();
  });
  return composer;
}
