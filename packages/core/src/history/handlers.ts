import { type JobHandlers, nothingToEnd } from '@aisha/queue';
import { failOrderOf } from '../orders/orders.ts';
import type { WorkerParts } from '../parts.ts';
import { answerQuestion } from './answer.ts';
import { indexRecording } from './index-recording.ts';
import { mergeRecordings } from './merge.ts';

export const historyHandlers = (parts: WorkerParts) =>
  ({
    'history.index': { handle: (of) => indexRecording(parts, of), giveUp: nothingToEnd },
    'question.answer': {
      handle: ({ questionId }, run) => answerQuestion(parts, questionId, run),
      giveUp: ({ questionId }) => failOrderOf(parts, 'question', questionId),
    },
    'recording.merge': {
      handle: ({ recordingId }) => mergeRecordings(parts, recordingId),
      giveUp: ({ recordingId }) => failOrderOf(parts, 'merge', recordingId),
    },
  }) satisfies Partial<JobHandlers>;
