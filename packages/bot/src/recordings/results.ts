import { shorten } from '@aisha/service';
import { recordings } from '@aisha/db';
import type { Recording } from '@aisha/core';
import { escapeHtml, messageLimit } from '@aisha/providers';
import { eq } from 'drizzle-orm';
import { fileNameOf, sendFile } from '../chat/files.ts';
import { READABLY, sendScreen } from '../chat/screen.ts';
import type { ShownOrder } from '../chat/voice.ts';
import { documentButtons } from '../documents/screens.ts';

/** The file with a recording's text. */
export const transcriptFile = ({ title }: Recording, key: string) => ({
  bucket: 'transcripts' as const,
  key,
  filename: fileNameOf(title, '.txt'),
});

/** Short texts stand in the chat, long ones go as a file with their beginning. */
export const shownTranscription: ShownOrder = {
  title: 'order.transcription',
  async result(db, voice, order) {
    const [recording] = await db
      .select()
      .from(recordings)
      .where(eq(recordings.id, order.subjectId ?? ''));
    if (!recording?.text || !recording.transcriptKey) return [];
    const buttons = documentButtons(voice, recording.id);
    const replyTo = recording.messageId;
    const lost = recording.lostMs
      ? `\n\n${voice.t('recording.lost', { duration: voice.duration(recording.lostMs) })}`
      : '';
    const text = escapeHtml(recording.text) + lost;
    if (text.length <= messageLimit - 96) return [sendScreen(order.chatId, { text, buttons }, { replyTo })];
    const caption = voice.t('recording.file', { preview: shorten(recording.text, 500, READABLY) }) + lost;
    const file = transcriptFile(recording, recording.transcriptKey);
    return [sendFile(order.chatId, file, { caption, replyTo, buttons })];
  },
};
