import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import { menuScreen, noteScreen } from './screens.ts';
import { turnOf } from '../chat/turn-context.ts';

/** Where the app cuts what somebody pastes (4,096), at the end of a line or word before it. */
const LONG = 3_500;
/** Its pieces come one after the other. They are one thing, and get one answer. */
const PASTING_S = 5;

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
    if (!turn.isPrivate) return;
    const { date } = ctx.message;
    const text = 'text' in ctx.message ? ctx.message.text : '';
    const isLong = text.length >= LONG;
    const goesOn = text !== '' && Math.abs(date - turn.memory.pastedAt) <= PASTING_S;
    if (isLong || goesOn) turn.memory = { ...turn.memory, pastedAt: date };
    if (!goesOn) turn.send({ ...menuScreen(turn), text: turn.t(isLong ? 'unknown.long' : 'unknown.text') });
  });
  return composer;
}
