import { avatarName, findAvatar, nameTaken, renameAvatar, shareAvatar } from '@aisha/core';
import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import { IDLE } from '../chat/dialogue.ts';
import { onCommand, onText } from '../chat/route.ts';
import { turnOf } from '../chat/turn-context.ts';
import { noteScreen } from '../menu/screens.ts';
import { consenting, describing, naming, renaming, sharing } from './dialogue.ts';
import { withKept } from './kept.ts';
import { receivePhotos } from './photos.ts';
import { beginAvatar, showAvatars } from './presses.ts';
import { consentScreen, nameScreen, subjectScreen } from './screens.ts';

export function avatarsComposer() {
  const composer = new Composer();
  onCommand(composer, 'avatars', showAvatars);
  onCommand(composer, 'new_avatar', beginAvatar);

  onText(composer, naming, async (turn, text, { kind, instant }) => {
    const name = avatarName(text);
    if (name === null) return turn.send(nameScreen(turn, 'avatar.name.bad'));
    if (await nameTaken(turn.unit.tx, turn.user.id, name))
      return turn.send(nameScreen(turn, 'avatar.name.taken', name));
    if (kind === 'portrait') {
      turn.state = describing.at({ avatarName: name, instant });
      return turn.send(withKept(turn, subjectScreen(turn)));
    }
    turn.state = consenting.at({ kind, avatarName: name, subject: null });
    turn.send(withKept(turn, consentScreen(turn, kind)));
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

  onText(composer, sharing, async (turn, text, { avatarId }) => {
    const avatar = await findAvatar(turn.unit.tx, turn.user.id, avatarId);
    const shared = avatar ? await shareAvatar(turn.unit, avatar, text) : 'closed';
    if (!avatar || shared === 'closed') {
      turn.state = IDLE;
      return turn.toast('button.outdated');
    }
    if (shared === 'unknown' || shared === 'yourself')
      return turn.send(nameScreen(turn, `avatar.share.${shared}`, avatar.name));
    turn.state = IDLE;
    if (shared === 'taken' || shared === 'too_many')
      return turn.send(noteScreen(turn, turn.t(`avatar.share.${shared}`)));
    const guest = shared.guest.firstName || `@${shared.guest.username ?? shared.guest.id}`;
    turn.send(noteScreen(turn, turn.t('avatar.share.done', { name: avatar.name, guest })));
  });

  composer.on(message(), (ctx, next) => {
    const turn = turnOf(ctx);
    return turn.isPrivate ? receivePhotos(turn, ctx.message, next) : next();
  });
  return composer;
}
