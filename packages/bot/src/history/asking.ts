import {
  findReadable,
  orderAnswer,
  QUESTION,
  readableInMessage,
  type Recording,
  rulesOfGroup,
} from '@aisha/core';
import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import { type Answers } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { cancelButton } from '../menu/screens.ts';
import { refusalScreen, statusScreen } from '../orders/screens.ts';
import { asking } from './dialogue.ts';

/** A recording, or all that may be searched where it is asked. */
type Of = Pick<Recording, 'id'> | null;

/**
 * Questions to recordings: to one from its card, below its text or as a reply to it, to all from the history. In a group
 * members ask what was recorded there: by the button and a reply to what it sends, by a reply, or by `/ask`.
 */
export function askingComposer() {
  const composer = new Composer();
  composer.command('ask', async (ctx) => {
    const turn = turnOf(ctx);
    const original = ctx.message.reply_to_message;
    const recording = original ? await recordingShownIn(turn, original.message_id) : null;
    const question = ctx.payload.trim();
    if (question === '') return prompt(turn, recording);
    await ask(turn, recording, question);
  });
  composer.on(message('text'), async (ctx, next) => {
    const turn = turnOf(ctx);
    const { text, reply_to_message: original } = ctx.message;
    const answersUs = original?.from?.id === ctx.botInfo.id;
    if (text.startsWith('/') || (!turn.isPrivate && !answersUs)) return next();
    const shown = original && answersUs && text.includes('?') ? original.message_id : null;
    const recording = shown === null ? null : await recordingShownIn(turn, shown);
    if (recording) return ask(turn, recording, text);
    const state = asking.of(turn.state);
    if (!state) return next();
    const of = state.recordingId === null ? null : await readable(turn, state.recordingId);
    if (state.recordingId !== null && of === null) {
      turn.state = IDLE;
      return turn.toast('button.outdated');
    }
    // What is written next is a question, too, until something else is pressed; in a group it is said for one alone.
    if (!turn.isPrivate) turn.state = IDLE;
    await ask(turn, of, text, state.shown);
  });
  return composer;
}

const readable = (turn: Turn, id: string) =>
  findReadable(turn.unit.tx, { userId: turn.user.id, chatId: turn.chatId }, id);

const recordingShownIn = (turn: Turn, messageId: number) =>
  readableInMessage(turn.unit.tx, { userId: turn.user.id, chatId: turn.chatId, messageId });

/** `shown`: the price that they know; without one it is told first. */
async function ask(turn: Turn, of: Of, text: string, shown?: number): Promise<void> {
  if (await isForbidden(turn)) return;
  const question = text.trim();
  if (question.length < QUESTION.min || question.length > QUESTION.max)
    return turn.send({
      text: turn.t('ask.bad', QUESTION),
      buttons: turn.isPrivate ? [[cancelButton(turn)]] : [],
    });
  const placed = await orderAnswer(turn.unit, {
    ...turn.place,
    ownerId: turn.user.id,
    of: of ?? (turn.isPrivate ? { ownerId: turn.user.id } : { groupId: turn.chatId }),
    question,
    shown,
  });
  if (placed.kind === 'refused') return turn.send(refusalScreen(turn, placed));
  turn.send(statusScreen(turn, placed.order), { bind: { to: 'order', id: placed.order.id } });
}

async function prompt(turn: Turn, recording: Pick<Recording, 'id' | 'title'> | null): Promise<void> {
  if (await isForbidden(turn)) return;
  const price = turn.price('question');
  turn.state = asking.at({ recordingId: recording?.id ?? null, shown: price });
  const all = turn.isPrivate ? 'ask.all' : 'ask.all.group';
  const text = [
    recording === null ? turn.t(all) : turn.t('ask.one', { title: recording.title }),
    price > 0 ? turn.t('ask.price', { price: turn.credits(price) }) : '',
    turn.isPrivate ? '' : turn.t('ask.reply'),
  ];
  turn.send({
    text: text.filter(Boolean).join('\n\n'),
    buttons: turn.isPrivate ? [[cancelButton(turn)]] : [],
  });
}

/** What a group's administrators say of documents holds for answers, which are written as well. */
async function isForbidden(turn: Turn): Promise<boolean> {
  if (turn.isPrivate) return false;
  const rules = await rulesOfGroup(turn.unit.tx, turn.chatId);
  if (rules?.mode === 'silent') return true;
  if (rules?.documents !== false) return false;
  turn.toast('group.documents.none');
  return true;
}

export const askingAnswers = {
  ask: (turn, recording) => prompt(turn, recording),
  'ask.all': (turn) => prompt(turn, null),
} satisfies Partial<Answers>;
