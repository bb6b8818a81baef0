import { shorten } from '@aisha/service';
import { recordings } from '@aisha/db';
import { heardSoFar, type Recording, secondsOf } from '@aisha/core';
import { escapeHtml, MESSAGE_LIMIT, splitMessage } from '@aisha/providers';
import { eq } from 'drizzle-orm';
import { fileNameOf, sendFile } from '../chat/files.ts';
import { READABLY, sendScreen } from '../chat/screen.ts';
import type { ShownOrder, Voice } from '../chat/voice.ts';
import { transcriptButtons } from '../documents/screens.ts';

/** The file with a recording's text. */
export const transcriptFile = ({ title }: Recording, key: string) => ({
  bucket: 'transcripts' as const,
  key,
  filename: fileNameOf(title, '.txt'),
});

/** More would be a flood, and more than a group's budget for a while. */
const MOST_PIECES = 8;

/** What of the recording is not in the text, and why. */
function lossesOf(voice: Voice, { lostMs, missing, stoppedAt }: Recording): string {
  const lines: string[] = [];
  if (lostMs) lines.push(voice.t('recording.lost', { duration: voice.duration(lostMs) }));
  const [first] = missing ?? [];
  if (first) {
    const shown = (missing ?? []).slice(0, MOST_STRETCHES);
    const stretches = shown
      .map(({ startMs, endMs }) => `${voice.duration(startMs)}–${voice.duration(endMs)}`)
      .join(', ');
    const more = (missing ?? []).length > shown.length ? ', …' : '';
    lines.push(
      voice.t(stoppedAt ? 'recording.stopped' : 'recording.missing', { stretches: `${stretches}${more}` }),
    );
  }
  return lines.map((line) => `\n\n${line}`).join('');
}

/** So many stretches are named. */
const MOST_STRETCHES = 5;

/** Short texts stand in the chat, long ones go as a file with their beginning. */
export const shownTranscription: ShownOrder = {
  title: 'order.transcription',
  quote(voice, { input }) {
    const { prices } = voice.settings;
    const duration = voice.duration(secondsOf(input) * 1_000);
    const each = voice.credits(prices.transcriptionMinute);
    const free = voice.duration(prices.freeSeconds * 1_000);
    return [
      voice.t('quote.length', { duration }),
      voice.t(prices.freeSeconds > 0 ? 'quote.minutes' : 'quote.minutes.none_free', { each, free }),
    ];
  },
  live: (db, { subjectId }) => heardSoFar(db, subjectId ?? ''),
  async result(db, voice, order) {
    const [recording] = await db
      .select()
      .from(recordings)
      .where(eq(recordings.id, order.subjectId ?? ''));
    if (!recording?.text || !recording.transcriptKey) return [];
    const buttons = transcriptButtons(voice, recording);
    // Of another chat's message the number means another one here.
    const replyTo = recording.chatId === order.chatId ? recording.messageId : undefined;
    const lost = lossesOf(voice, recording);
    const text = escapeHtml(recording.text) + lost;
    if (text.length <= MESSAGE_LIMIT - 96) return [sendScreen(order, { text, buttons }, { replyTo })];
    const caption = voice.t('recording.file', { preview: shorten(recording.text, 500, READABLY) }) + lost;
    const file = transcriptFile(recording, recording.transcriptKey);
    const call = sendFile(order, file, { caption, replyTo, buttons });
    // A group that takes no files may take a few messages.
    const pieces = splitMessage(text, { limit: MESSAGE_LIMIT - 96 });
    if (order.chatId > 0 || pieces.length > MOST_PIECES) return [call];
    const instead = pieces.map((piece, n) =>
      sendScreen(order, n < pieces.length - 1 ? { text: piece } : { text: piece, buttons }, { replyTo }),
    );
    return [{ ...call, instead }];
  },
};
