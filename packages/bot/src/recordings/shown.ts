import { linesOf, type Recording, resultOf, transcriptInRow } from '@aisha/core';
import { editScreen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import { resultScreen } from './results.ts';

/** A recording was changed: the message with its text shows it. */
export async function showChanged(turn: Turn, { id }: Pick<Recording, 'id'>): Promise<void> {
  const result = await resultOf(turn.unit.tx, id);
  const messageId = result?.order.statusMessageId ?? null;
  if (!result || messageId === null) return;
  const { screen } = resultScreen(turn, result.recording, result.order);
  turn.owed.push(editScreen(result.order, messageId, screen));
}

/** The number of the line in which a segment begins. */
export function lineOf(recording: Recording, segment: number): number {
  const transcript = transcriptInRow(recording);
  return linesOf({ ...transcript, segments: transcript.segments.slice(0, segment) }).length + 1;
}

/** The line that is being said at a time; null where the text has no times. */
export function lineAt(recording: Recording, ms: number): number | null {
  const lines = linesOf(transcriptInRow(recording));
  const said = lines.findLast(({ startMs }) => startMs !== null && startMs <= ms) ?? lines[0];
  return said?.startMs == null || ms > (recording.durationMs ?? Infinity) ? null : said.number;
}
