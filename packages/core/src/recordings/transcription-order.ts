import { z } from 'zod';
import type { OrderDefinition } from '../orders/definition.ts';

/** The text of a recording. */
export const transcription: OrderDefinition = {
  // Two hours of speech in pieces, with retries.
  deadlineMinutes: 120,
  exclusive: true,
  price: null,
  input: z.object({}),
  progressUnit: 'minutes',
  first: (unit, { subjectId, turn }) => {
    if (subjectId) unit.enqueue('recording.prepare', { recordingId: subjectId }, { turn });
  },
};
