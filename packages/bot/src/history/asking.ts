import { findRecording, orderAnswer, QUESTION, type Recording } from '@aisha/core';
import { Composer } from 'telegraf';
import { type Answers } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { onText } from '../chat/route.ts';
import type { Turn } from '../chat/turn.ts';
import { cancelButton } from '../menu/screens.ts';
import { refusalScreen, statusScreen } from '../orders/screens.ts';
import { asking } from './dialogue.ts';

/** Questions to recordings: to one from its card or below its text, to all from the history. */
export function askingComposer() {
  const composer = new Composer();
  onText(composer, asking, async (turn, text, { recordingId, shown }) => {
    const question = text.trim();
    if (question.length < QUESTION.min || question.length > QUESTION.max)
      return turn.send({ text: turn.t('ask.bad', QUESTION), buttons: [[cancelButton(turn)]] });
    const recording =
      recordingId === null ? null : await findRecording(turn.unit.tx, turn.user.id, recordingId);
    if (recordingId !== null && recording === null) {
      turn.state = IDLE;
      return turn.toast('button.outdated');
    }
    // What is written next is a question, too, until something else is pressed.
    await place(turn, recording ?? { ownerId: turn.user.id }, question, shown);
  });
  return composer;
}

async function place(
  turn: Turn,
  of: Parameters<typeof orderAnswer>[1]['of'],
  question: string,
  shown: number,
): Promise<void> {
  const placed = await orderAnswer(turn.unit, { ...turn.place, ownerId: turn.user.id, of, question, shown });
  if (placed.kind === 'refused') return turn.send(refusalScreen(turn, placed));
  turn.send(statusScreen(turn, placed.order), { bind: { to: 'order', id: placed.order.id } });
}

function prompt(turn: Turn, recording: Pick<Recording, 'id' | 'title'> | null): void {
  const price = turn.price('question');
  turn.state = asking.at({ recordingId: recording?.id ?? null, shown: price });
  const text = recording === null ? turn.t('ask.all') : turn.t('ask.one', { title: recording.title });
  const costs = price > 0 ? `\n\n${turn.t('ask.price', { price: turn.credits(price) })}` : '';
  turn.send({ text: `${text}${costs}`, buttons: [[cancelButton(turn)]] });
}

export const askingAnswers = {
  ask: (turn, recording) => prompt(turn, recording),
  'ask.all': (turn) => prompt(turn, null),
} satisfies Partial<Answers>;
