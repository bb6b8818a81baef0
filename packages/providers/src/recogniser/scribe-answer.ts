import { z } from 'zod';
import { twoLetters } from './language.ts';
import type { Recognition, SpokenWord } from './recogniser.ts';

const second = z.number().nonnegative().nullish().catch(null);
const answer = z.looseObject({
  text: z.string(),
  language_code: z.string().nullish().catch(null),
  audio_duration_secs: second,
  words: z
    .array(
      z.looseObject({
        text: z.string(),
        type: z.string(),
        start: second,
        end: second,
        speaker_id: z.string().nullish().catch(null),
        logprob: z.number().nullish().catch(null),
      }),
    )
    .catch([]),
});

/** What Scribe answers, at ElevenLabs and at FAL; null when it is none. Sounds that are no words are left out. */
export function readScribe(body: unknown): (Recognition & { readonly kind: 'ok' }) | null {
  const parsed = answer.safeParse(body);
  if (!parsed.success) return null;
  const { text, words, language_code: code, audio_duration_secs: durationS } = parsed.data;
  const language = twoLetters(code);
  const said = words.filter(({ type }) => type === 'word');
  const timed = said.flatMap((word): SpokenWord[] =>
    typeof word.start !== 'number' || typeof word.end !== 'number'
      ? []
      : [
          {
            text: word.text.trim(),
            start: word.start,
            end: Math.max(word.start, word.end),
            ...(typeof word.speaker_id === 'string' ? { speaker: word.speaker_id } : {}),
            ...(typeof word.logprob === 'number' ? { confidence: Math.min(1, Math.exp(word.logprob)) } : {}),
          },
        ],
  );
  const segments = turns(timed);
  const spoken = words.some(({ type }) => type === 'audio_event')
    ? words.map((word) => (word.type === 'audio_event' ? '' : word.text)).join('')
    : text;
  return {
    kind: 'ok',
    text: spoken.replaceAll(/\s+/g, ' ').trim(),
    ...(language === null || said.length === 0 ? {} : { language }),
    ...(typeof durationS === 'number' ? { durationS } : {}),
    words: timed,
    segments,
  };
}

/** A pause that ends a turn of one speaker, too. Seconds. */
const PAUSE_S = 0.8;

function turns(words: readonly SpokenWord[]) {
  const all: { text: string; start: number; end: number; speaker?: string }[] = [];
  for (const { text, start, end, speaker } of words) {
    const last = all.at(-1);
    if (last && last.speaker === speaker && start - last.end < PAUSE_S) {
      last.text += ` ${text}`;
      last.end = end;
    } else all.push({ text, start, end, ...(speaker === undefined ? {} : { speaker }) });
  }
  return all;
}
