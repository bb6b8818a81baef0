import type { JobHandlers } from '@aisha/queue';
import { failOrderOf } from '../orders/orders.ts';
import type { WorkerParts } from '../parts.ts';
import { joinRecording } from './join.ts';
import { giveUpPiece, transcribePiece } from './pieces.ts';
import { prepareRecording } from './prepare.ts';

export function recordingHandlers(parts: WorkerParts) {
  const giveUp = ({ recordingId }: { readonly recordingId: string }) =>
    failOrderOf(parts, 'transcription', recordingId);
  return {
    'recording.prepare': {
      handle: ({ recordingId }, run) => prepareRecording(parts, recordingId, run),
      giveUp,
    },
    'recording.piece': {
      handle: ({ recordingId, index }, run) => transcribePiece(parts, recordingId, index, run),
      giveUp: ({ recordingId, index }) => giveUpPiece(parts, recordingId, index),
    },
    'recording.join': { handle: ({ recordingId }, run) => joinRecording(parts, recordingId, run), giveUp },
  } satisfies Partial<JobHandlers>;
}
