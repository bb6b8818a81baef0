import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import { menuScreen, noteScreen } from './screens.ts';
import { turnOf } from '../chat/turn-context.ts';

/** What nothing else took: every press and message gets an answer. */
export function restComposer() {
  const composer = new Composer();
  composer.on(message('document'), (ctx) => {
    const turn = turnOf(ctx);
    if (turn.isPrivate && turn.firstOf(ctx.message.media_group_id, 'files'))
      turn.send(noteScreen(turn, turn.t('unknown.file')));
  });
  composer.on(message(), (ctx) => {
    const turn = turnOf(ctx);
    if (turn.isPrivate) turn.send({ ...menuScreen(turn), text: turn.t('unknown.text') });
  });
  return composer;
}
