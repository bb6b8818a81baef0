import type { Excerpt } from '@aisha/core';
import { recordingExports } from '@aisha/db';
import { clock } from '@aisha/export';
import { CAPTION_LIMIT, escapeHtml } from '@aisha/providers';
import { shorten } from '@aisha/service';
import { eq } from 'drizzle-orm';
import { sendFile, sendVoice } from '../chat/files.ts';
import { READABLY, sendScreen } from '../chat/screen.ts';
import type { ShownOrder, Voice } from '../chat/voice.ts';

/** A file that was asked for, or a moment: its sound with its words, or these alone. */
export const shownExport: ShownOrder = {
  title: 'order.export',
  async result(db, voice, order) {
    const [made] = await db
      .select()
      .from(recordingExports)
      .where(eq(recordingExports.id, order.subjectId ?? ''));
    if (made?.format === 'sound' && made.objectKey === null)
      return [sendScreen(order, { text: `${made.caption ?? ''}\n\n${voice.t('moment.no_sound')}` })];
    if (!made?.objectKey || !made.fileName) return [];
    const file = { bucket: 'transcripts', key: made.objectKey, filename: made.fileName } as const;
    return [
      made.format === 'sound'
        ? sendVoice(order, file, { caption: made.caption ?? '' })
        : sendFile(order, file),
    ];
  },
};

/** What is said in an excerpt, with when and by whom, as Telegram's HTML. */
export function excerptCaption(voice: Pick<Voice, 'label'>, { lines, speakers }: Excerpt): string {
  const startMs = lines[0]?.startMs ?? null;
  const room = CAPTION_LIMIT / Math.max(1, lines.length) - 60;
  const said = lines.map(({ speaker, text }) => {
    const words = escapeHtml(shorten(text, room, READABLY));
    if (speaker === null || speakers.length === 0) return words;
    const name = speakers[speaker] ?? voice.label('speaker', { number: speaker + 1 });
    return `<b>${escapeHtml(shorten(name, 40))}:</b> ${words}`;
  });
  return [...(startMs === null ? [] : [`<i>${clock(startMs)}</i>`]), ...said].join('\n');
}
