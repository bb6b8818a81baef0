import { z } from 'zod';
import { dialogue } from '../chat/dialogue.ts';

/** Waits for words to look for; those that come after are looked for as well. */
export const searching = dialogue('history.search', {});
/** Waits for a question; `recordingId` null: to all recordings. */
export const asking = dialogue('history.ask', {
  recordingId: z.uuid().nullable(),
  shown: z.number().int().nonnegative(),
});
/** Waits for tags. */
export const tagging = dialogue('history.tag', { recordingId: z.uuid() });
/** Recordings are chosen that become one; `at`: the page that is shown. */
export const merging = dialogue('history.merge', {
  ids: z.array(z.uuid()),
  at: z.object({ direction: z.enum(['older', 'newer']), id: z.uuid() }).nullable(),
});
