import { createHash } from 'node:crypto';
import {
  findRecording,
  nameSpeaker,
  readName,
  readTitle,
  type Recording,
  rememberedNames,
  renameRecording,
  speakersOf,
  TITLE_LENGTH,
  transcriptInRow,
} from '@aisha/core';
import { shorten } from '@aisha/service';
import { Composer } from 'telegraf';
import { type Answers, button } from '../buttons.ts';
import { rows } from '../chat/button.ts';
import { IDLE } from '../chat/dialogue.ts';
import { onText } from '../chat/route.ts';
import { READABLY, type Screen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../chat/voice.ts';
import { cancelButton } from '../menu/screens.ts';
import { namingSpeaker, renamingRecording } from './dialogue.ts';
import { speakerName } from './results.ts';
import { lineOf, showChanged } from './shown.ts';

/** What a recording is called, and who speaks in it. */
export function namingComposer() {
  const composer = new Composer();
  onText(composer, renamingRecording, async (turn, text, { recordingId }) => {
    const title = readTitle(text);
    if (title === null) return turn.send({ text: turn.t('recording.rename.bad', { most: TITLE_LENGTH }) });
    turn.state = IDLE;
    const recording = await findRecording(turn.unit.tx, turn.user.id, recordingId);
    if (!recording || !(await renameRecording(turn.unit, recording, title)))
      return turn.toast('button.outdated');
    await showChanged(turn, recording);
    turn.send({ text: turn.t('recording.renamed', { title }) });
  });
  onText(composer, namingSpeaker, async (turn, text, { recordingId, speaker }) => {
    const name = readName(text);
    if (name === null) return turn.send({ text: turn.t('speaker.name.bad') });
    turn.state = IDLE;
    const recording = await findRecording(turn.unit.tx, turn.user.id, recordingId);
    if (!recording) return turn.toast('button.outdated');
    await callSpeaker(turn, recording, speaker, name);
  });
  return composer;
}

export const namingAnswers = {
  'recording.rename': (turn, recording) => {
    turn.state = renamingRecording.at({ recordingId: recording.id });
    turn.send({
      text: turn.t('recording.rename', { title: recording.title }),
      buttons: [[cancelButton(turn)]],
    });
  },
  speakers: (turn, recording) => turn.showButtons(speakerButtons(turn, recording)),
  speaker: async (turn, recording, speaker) => {
    const names = await rememberedNames(turn.unit.tx, turn.user.id);
    if (turn.isPrivate) turn.state = namingSpeaker.at({ recordingId: recording.id, speaker });
    turn.send(speakerScreen(turn, recording, speaker, names));
  },
  'speaker.is': async (turn, recording, speaker, mark) => {
    const names = await rememberedNames(turn.unit.tx, turn.user.id);
    const name = names.find((one) => markOf(one) === mark);
    if (name === undefined) return turn.toast('button.outdated');
    turn.state = IDLE;
    await callSpeaker(turn, recording, speaker, name);
  },
} satisfies Partial<Answers>;

/** Everybody who speaks, each to be named. */
function speakerButtons(voice: Pick<Voice, 'label'>, recording: Recording) {
  const names = speakersOf(recording, transcriptInRow(recording));
  return [
    ...rows(
      names
        .slice(0, 30)
        .map((_name, n) => button(shorten(speakerName(voice, names, n), 30), 'speaker', recording.id, n)),
      2,
    ),
    [button(voice.label('button.back'), 'recording.more', recording.id)],
  ];
}

/** Fits beside two ids into a button. */
const markOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 8);

/** Who is this? What they say first, their voice, and the names that were given before. */
function speakerScreen(
  voice: Voice,
  recording: Recording,
  speaker: number,
  names: readonly string[],
): Screen {
  const transcript = transcriptInRow(recording);
  const called = speakersOf(recording, transcript);
  const first = transcript.segments.findIndex((one) => one.speaker === speaker);
  return {
    text: voice.t('speaker.ask', {
      speaker: speakerName(voice, called, speaker),
      words: shorten(transcript.segments[first]?.text ?? '', 200, READABLY),
    }),
    buttons: [
      ...rows(
        names
          .filter((name) => !called.includes(name))
          .map((name) => button(shorten(name, 30), 'speaker.is', recording.id, speaker, markOf(name))),
        2,
      ),
      ...(first < 0
        ? []
        : [[button(voice.label('speaker.listen'), 'moment', recording.id, lineOf(recording, first))]]),
      [cancelButton(voice)],
    ],
  };
}

/** Names somebody who speaks, for good: the text shows it, and so do the files and documents from now on. */
export async function callSpeaker(
  turn: Turn,
  recording: Recording,
  speaker: number,
  name: string,
): Promise<void> {
  const called = speakersOf(recording, transcriptInRow(recording));
  if (speaker >= called.length) return turn.toast('button.outdated');
  const was = speakerName(turn, called, speaker);
  await nameSpeaker(turn.unit, recording, speaker, name);
  await showChanged(turn, recording);
  turn.send({ text: turn.t('speaker.named', { was, name }) });
}
