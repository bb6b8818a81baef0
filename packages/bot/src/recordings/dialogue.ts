import { z } from 'zod';
import { dialogue } from '../chat/dialogue.ts';

/** Names and terms are typed. */
export const termsTyped = dialogue('vocabulary', {});

const of = { recordingId: z.uuid() };
/** Waits for another title. */
export const renamingRecording = dialogue('recording.rename', of);
/** Waits for the name of somebody who speaks. */
export const namingSpeaker = dialogue('recording.speaker', { ...of, speaker: z.int().nonnegative() });
/** Waits for what was really said in the place of a doubted word. */
export const correcting = dialogue('recording.doubt', {
  ...of,
  segment: z.int().nonnegative(),
  index: z.int().nonnegative(),
  word: z.string(),
});
