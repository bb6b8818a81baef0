import { shorten } from '@aisha/service';
import { recordings } from '@aisha/db';
import {
  doubtsOf,
  heardSoFar,
  type Order,
  paragraphsOf,
  type Recording,
  speakersOf,
  transcriptInRow,
} from '@aisha/core';
import { escapeHtml, MESSAGE_LIMIT, splitMessage } from '@aisha/providers';
import { eq } from 'drizzle-orm';
import { fileNameOf, sendFile } from '../chat/files.ts';
import { READABLY, type Screen, sendScreen } from '../chat/screen.ts';
import type { ShownOrder, Voice } from '../chat/voice.ts';
import { chargedLine } from '../orders/screens.ts';
import { quoteButtons, quoteLines } from './quote.ts';
import { transcriptButtons } from '../documents/screens.ts';

/** The file with a recording's text. */
export const transcriptFile = ({ title }: Recording, key: string) => ({
  bucket: 'transcripts' as const,
  key,
  filename: fileNameOf(title, '.txt'),
});

/** More would be a flood, and more than a group's budget for a while. */
const MOST_PIECES = 8;
/** As much of a message as the text and what belongs to it may take. */
const ROOM = MESSAGE_LIMIT - 96;
/** How much of a long text stands in the chat. */
const PREVIEW = 1_200;

/** What of the recording is not in the text, and why. */
function lossesOf(voice: Voice, { lostMs, missing, stoppedAt }: Recording): string[] {
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
  return lines;
}

/** So many stretches are named. */
const MOST_STRETCHES = 5;

/** The name of a speaker: their own, or their number. */
export const speakerName = (
  voice: Pick<Voice, 'label'>,
  names: readonly (string | null)[],
  speaker: number,
) => names[speaker] ?? voice.label('speaker', { number: speaker + 1 });

/** What the recogniser doubts, underlined; all else escaped. */
function marked({
  text,
  unsure = [],
}: {
  text: string;
  unsure?: readonly { from: number; to: number }[] | undefined;
}) {
  let [html, at] = ['', 0];
  for (const { from, to } of unsure) {
    html += `${escapeHtml(text.slice(at, from))}<u>${escapeHtml(text.slice(from, to))}</u>`;
    at = to;
  }
  return html + escapeHtml(text.slice(at));
}

/** The text as it stands in the chat: paragraphs, who speaks, what is doubted; Telegram's HTML. */
function paragraphsIn(voice: Voice, recording: Recording): string[] {
  // A text that somebody sent stays as it is.
  if (recording.source === 'text' || !recording.segments?.length) return [escapeHtml(recording.text ?? '')];
  const transcript = transcriptInRow(recording);
  const names = speakersOf(recording, transcript);
  let before: number | null = null;
  return paragraphsOf(transcript.segments).map((paragraph) => {
    const speaker = paragraph[0]?.speaker ?? null;
    const isNew = speaker !== null && speaker !== before && names.length > 0;
    before = speaker;
    const who = isNew ? `<b>${escapeHtml(speakerName(voice, names, speaker))}:</b> ` : '';
    return `${who}${paragraph.map(marked).join(' ')}`;
  });
}

/** Its title, how long it is, how many speak. */
function headingOf(voice: Voice, recording: Recording): string {
  const { durationMs } = recording;
  const speakers = recording.segments ? speakersOf(recording, transcriptInRow(recording)).length : 0;
  const about = [
    durationMs === null ? '' : voice.duration(durationMs),
    speakers > 1 ? voice.t('recording.speakers', { count: speakers }) : '',
  ].filter(Boolean);
  return [`<b>${escapeHtml(recording.title)}</b>`, about.join(' · ')].filter(Boolean).join('\n');
}

/** Enough of the paragraphs for what is shown of a long text. */
function beginningOf(paragraphs: readonly string[]): string {
  const taken: string[] = [];
  for (let length = 0, n = 0; length < PREVIEW * 2 && n < paragraphs.length; n += 1) {
    const paragraph = paragraphs[n] ?? '';
    taken.push(paragraph);
    length += paragraph.length;
  }
  return taken.join('\n\n');
}

export interface ResultScreen {
  readonly screen: Screen;
  /** The whole text stands in it; otherwise its beginning does. */
  readonly isWhole: boolean;
}

/** A recording's text in the chat, in the place of its status message: whole where it fits, else its beginning. */
export function resultScreen(
  voice: Voice,
  recording: Recording,
  order: Pick<Order, 'unitPrice' | 'units' | 'delivered' | 'payerId'>,
): ResultScreen {
  const paragraphs = paragraphsIn(voice, recording);
  // Its own first words are no title beside them.
  const isTitled = ['person', 'document', 'model'].includes(recording.titleFrom ?? '');
  const heading = headingOf(voice, recording);
  // A voice note within the free minute needs no words about money.
  const charged = order.units === null ? '' : chargedLine(voice, order);
  const after = [
    ...lossesOf(voice, recording),
    doubtsOf(recording).length > 0 ? voice.t('recording.unsure') : '',
    charged === '' ? '' : `<i>${charged}</i>`,
  ].filter(Boolean);
  const buttons = transcriptButtons(voice, recording);
  const whole = [...(isTitled ? [heading] : []), ...paragraphs, ...after].join('\n\n');
  if (whole.length <= ROOM) return { screen: { text: whole, buttons }, isWhole: true };
  const [beginning = ''] = splitMessage(beginningOf(paragraphs), { limit: PREVIEW, html: true });
  const preview = voice.t('recording.file');
  return {
    screen: { text: [heading, preview, `${beginning} […]`, ...after].join('\n\n'), buttons },
    isWhole: false,
  };
}

/** Short texts stand in the chat, of long ones their beginning, with a file. */
export const shownTranscription: ShownOrder = {
  title: 'order.transcription',
  becomesResult: true,
  quote: quoteLines,
  quoteButtons,
  live: (db, { subjectId }) => heardSoFar(db, subjectId ?? ''),
  async result(db, voice, order) {
    const [recording] = await db
      .select()
      .from(recordings)
      .where(eq(recordings.id, order.subjectId ?? ''));
    if (!recording?.text || !recording.transcriptKey || recording.deletedAt) return [];
    // Of another chat's message the number means another one here.
    const replyTo = recording.chatId === order.chatId ? recording.messageId : undefined;
    const { screen, isWhole } = resultScreen(voice, recording, order);
    const shown = sendScreen(order, screen, { replyTo });
    if (isWhole) return [shown];
    const call = sendFile(order, transcriptFile(recording, recording.transcriptKey), {
      caption: escapeHtml(shorten(recording.title, 200, READABLY)),
      replyTo,
    });
    // A group that takes no files may take a few messages.
    const pieces = splitMessage(escapeHtml(recording.text), { limit: ROOM });
    if (order.chatId > 0 || pieces.length > MOST_PIECES) return [shown, call];
    return [
      shown,
      { ...call, instead: pieces.map((piece) => sendScreen(order, { text: piece }, { replyTo })) },
    ];
  },
};
