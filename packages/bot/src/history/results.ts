import { tagsOn } from '@aisha/core';
import { recordings } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { sendScreen } from '../chat/screen.ts';
import type { ShownOrder } from '../chat/voice.ts';
import { recordingScreen } from './screens.ts';

/** Recordings that became one: its card. */
export const shownMerge: ShownOrder = {
  title: 'order.merge',
  becomesResult: true,
  async result(db, voice, order) {
    const [recording] = await db
      .select()
      .from(recordings)
      .where(eq(recordings.id, order.subjectId ?? ''));
    if (!recording) return [];
    return [sendScreen(order, recordingScreen(voice, recording, await tagsOn(db, recording.id)))];
  },
};
