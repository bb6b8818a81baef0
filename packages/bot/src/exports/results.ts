import { recordingExports } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { sendFile } from '../chat/files.ts';
import type { ShownOrder } from '../chat/voice.ts';

/** A file that was asked for. */
export const shownExport: ShownOrder = {
  title: 'order.export',
  async result(db, _voice, order) {
    const [made] = await db
      .select()
      .from(recordingExports)
      .where(eq(recordingExports.id, order.subjectId ?? ''));
    if (!made?.objectKey || !made.fileName) return [];
    return [sendFile(order, { bucket: 'transcripts', key: made.objectKey, filename: made.fileName })];
  },
};
