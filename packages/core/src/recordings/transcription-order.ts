import type { Prices } from '@aisha/config';
import { z } from 'zod';
import type { OrderDefinition } from '../orders/definition.ts';

/** `seconds`: of what was heard. */
const heard = z.object({ seconds: z.number().nonnegative().optional() });

/** Minutes beyond the free ones; a begun one counts. */
export const chargedMinutes = (seconds: number, { freeSeconds }: Pick<Prices, 'freeSeconds'>): number =>
  Math.ceil(Math.max(0, seconds - freeSeconds) / 60);

/** The text of a recording. */
export const transcription: OrderDefinition = {
  // Two hours of speech in pieces, with retries.
  deadlineMinutes: 120,
  exclusive: true,
  // How long it is shows only once it was opened: until then nothing is asked for.
  price: (input, prices) => ({
    each: prices.transcriptionMinute,
    units: chargedMinutes(heard.parse(input).seconds ?? 0, prices),
  }),
  input: heard,
  progressUnit: 'minutes',
  first: (unit, { subjectId, ownerId, turn }) => {
    if (subjectId) unit.enqueue('recording.prepare', { recordingId: subjectId }, { turn, by: ownerId });
  },
};
