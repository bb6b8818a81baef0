import { z } from 'zod';
import { type ChatLine, chatText } from './chat-lines.ts';
import { MOST_CUES, type TimedCue } from './outcome.ts';

/** Anything else in these files is nobody's words. */
const part = z.union([z.string(), z.object({ text: z.string() }).transform(({ text }) => text)]).catch('');
const message = z.object({
  date: z.string().catch(''),
  from: z.string().nullish().catch(null),
  text: z.union([z.string(), z.array(part).transform((parts) => parts.join(''))]).catch(''),
});
const messages = z.array(message.catch({ date: '', from: null, text: '' }));
const chat = z.object({ messages });
/** Telegram's export of one chat, or of all of them. */
const chats = z.union([
  chat.transform((one) => [one]),
  z.object({ chats: z.object({ list: z.array(chat) }) }).transform((all) => all.chats.list),
]);

const seconds = z.number().nonnegative();
const segment = z.object({
  start: seconds,
  end: seconds,
  text: z.string(),
  speaker: z.string().nullish(),
});
/** What Whisper and its kin write, and what is downloaded here as JSON. */
const transcript = z.object({ segments: z.array(segment).min(1).max(MOST_CUES) });

/** The words in JSON of a kind that is known: Telegram's export of a chat, a transcript; null when it is none. */
export function jsonTexts(text: string): { text: string; cues: readonly TimedCue[] | null } | null {
  if (!/^[\s\uFEFF]*\{/.test(text.slice(0, 100))) return null;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  const spoken = transcript.safeParse(read);
  if (spoken.success) return ofSegments(spoken.data.segments);
  const written = chats.safeParse(read);
  if (!written.success) return null;
  const all = written.data.map((one) => chatText(one.messages.map(chatLine))).filter(Boolean);
  return all.length === 0 ? null : { text: all.join('\n\n'), cues: null };
}

const chatLine = ({ date, from, text }: z.output<typeof message>): ChatLine => ({
  day: date.slice(0, '2025-01-31'.length),
  from: from ?? '',
  text,
});

function ofSegments(segments: readonly z.output<typeof segment>[]) {
  const cues = segments.map(({ start, end, text, speaker }) => ({
    startMs: Math.round(start * 1_000),
    endMs: Math.round(end * 1_000),
    speaker: speaker ?? null,
    text: text.trim(),
  }));
  const lines = cues.map(({ speaker, text }) => (speaker === null ? text : `${speaker}: ${text}`));
  return { text: lines.join('\n'), cues };
}
