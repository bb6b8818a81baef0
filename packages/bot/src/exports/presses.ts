import { type Asked, type Document, orderExport, type Recording } from '@aisha/core';
import type { Turn } from '../chat/turn.ts';
import { refusalScreen } from '../orders/screens.ts';

/** Orders a file; it comes as a message of its own. */
export async function giveFile(
  turn: Turn,
  recording: Pick<Recording, 'id' | 'ownerId'>,
  asked: Asked,
): Promise<void> {
  const placed = await orderExport(turn.unit, recording, asked, {
    ...turn.place,
    language: turn.language,
    by: turn.user.id,
  });
  switch (placed.kind) {
    case 'placed':
      return turn.toast('export.making');
    case 'under-way':
      return turn.toast('export.under_way');
    case 'refused':
      return turn.send(refusalScreen(turn, placed));
    default:
      return placed satisfies never;
  }
}

/** What of a document's owner and recording an order of a file needs. */
export const recordingOf = ({ recordingId, ownerId }: Document) => ({ id: recordingId, ownerId });
