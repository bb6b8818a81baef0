import {
  addTags,
  findRecording,
  MOST_TAGS,
  tagsIn,
  tagsOf,
  tagsOn,
  toggleTag,
  type Recording,
} from '@aisha/core';
import { Composer } from 'telegraf';
import type { Answers } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { onText } from '../chat/route.ts';
import type { Screen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import { cancelButton } from '../menu/screens.ts';
import { tagging } from './dialogue.ts';
import { tagsScreen } from './screens.ts';

export function taggingComposer() {
  const composer = new Composer();
  onText(composer, tagging, async (turn, text, { recordingId }) => {
    const names = tagsIn(text);
    if (names.length === 0) return turn.send({ text: turn.t('tags.bad'), buttons: [[cancelButton(turn)]] });
    turn.state = IDLE;
    const recording = await findRecording(turn.unit.tx, turn.user.id, recordingId);
    if (!recording) return turn.toast('button.outdated');
    const left = await addTags(turn.unit, recording, names);
    const screen = await screenOf(turn, recording);
    turn.send(
      left === 0
        ? screen
        : { ...screen, text: `${turn.t('tags.full', { most: MOST_TAGS })}\n\n${screen.text}` },
    );
  });
  return composer;
}

const screenOf = async (turn: Turn, recording: Recording): Promise<Screen> =>
  tagsScreen(
    turn,
    recording,
    await tagsOf(turn.unit.tx, turn.user.id),
    await tagsOn(turn.unit.tx, recording.id),
  );

export const taggingAnswers = {
  tags: async (turn, recording) => turn.show(await screenOf(turn, recording)),
  'tag.toggle': async (turn, recording, tag) => {
    await toggleTag(turn.unit, recording, tag);
    turn.show(await screenOf(turn, recording));
  },
  'tag.new': (turn, recording) => {
    turn.state = tagging.at({ recordingId: recording.id });
    turn.send({ text: turn.t('tags.new'), buttons: [[cancelButton(turn)]] });
  },
} satisfies Partial<Answers>;
