import type { Prices } from '@aisha/config';
import { recordings } from '@aisha/db';
import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { giveUpFalJob } from '../fal/jobs.ts';
import type { OrderDefinition } from '../orders/definition.ts';
import type { Order } from '../unit.ts';
import { stopRecording } from './stop.ts';
import { waitsAs } from '../users/turns.ts';

const heard = z.object({
  /** Of what was heard. */
  seconds: z.number().nonnegative().optional(),
  /** What is spoken, ISO 639-1; null: whatever is heard. */
  language: z.string().nullable().optional(),
  /** Whether who speaks is told apart; not there where nobody can. */
  speakers: z.boolean().optional(),
});

/** Seconds of speech in an order of a transcription; none before it was opened. */
export const secondsOf = (input: Order['input']): number => heard.parse(input).seconds ?? 0;

/** How the recording of an order is to be heard, as far as it was opened. */
export const hearingIn = (
  input: Order['input'],
): { readonly language?: string | null | undefined; readonly speakers?: boolean | undefined } => {
  const { language, speakers } = heard.parse(input);
  return { language, speakers };
};

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
    units: chargedMinutes(secondsOf(input), prices),
  }),
  input: heard,
  // That of a quote, or of an order that failed, may have been deleted since.
  begun: async ({ tx }, { subjectId }) =>
    (await tx.$count(recordings, and(eq(recordings.id, subjectId ?? ''), isNull(recordings.deletedAt)))) > 0,
  stopped: stopRecording,
  // Pieces that FAL is at.
  ended: (unit, { id }) => giveUpFalJob(unit, id),
  progressUnit: 'minutes',
  forgets: 'recording',
  first: (unit, { subjectId, ownerId, turn }) => {
    if (subjectId)
      unit.enqueue('recording.prepare', { recordingId: subjectId }, { turn, by: waitsAs(ownerId) });
  },
};
