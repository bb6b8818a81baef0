import {
  type Cursor,
  deleteRecording,
  type HistoryFilter,
  historyPage,
  partsOf,
  type Recording,
  tagsOf,
  tagsOn,
} from '@aisha/core';
import type { Answers } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import type { Turn } from '../chat/turn.ts';
import { confirmDeleteRecording, filtersScreen, historyScreen, recordingScreen } from './screens.ts';

/** A page of somebody's history. */
export async function showHistory(
  turn: Turn,
  filter: HistoryFilter = 'all',
  cursor: Cursor | null = null,
): Promise<void> {
  turn.state = IDLE;
  const page = await historyPage(turn.unit.tx, { ownerId: turn.user.id }, filter, cursor);
  const tags = await tagsOf(turn.unit.tx, turn.user.id);
  const tag = typeof filter === 'string' ? undefined : tags.find(({ id }) => id === filter.tagId);
  turn.show(historyScreen(turn, { page, filter, tag: tag?.name ?? null }));
}

export async function showRecording(turn: Turn, recording: Recording): Promise<void> {
  turn.show(recordingScreen(turn, recording, await tagsOn(turn.unit.tx, recording.id)));
}

export const listAnswers = {
  history: (turn) => showHistory(turn),
  'history.go': (turn, direction, from, filter) => showHistory(turn, filter, { direction, from }),
  'history.by': (turn, filter) => showHistory(turn, filter),
  'history.tags': async (turn) => turn.show(filtersScreen(turn, await tagsOf(turn.unit.tx, turn.user.id))),
  recording: (turn, recording) => showRecording(turn, recording),
  'recording.delete': async (turn, recording) =>
    turn.show(confirmDeleteRecording(turn, recording, (await partsOf(turn.unit.tx, recording)).length)),
  'recording.delete.yes': async (turn, recording) => {
    await deleteRecording(turn.unit, turn.user.id, recording.id);
    turn.toast('recording.deleted');
    await showHistory(turn);
  },
} satisfies Partial<Answers>;
