import { languageOf } from '../openai/languages.ts';
import type { DecodedSpeech } from './decode.ts';

const THREE = { ru: 'rus', kk: 'kaz', en: 'eng' } as const;

export interface ScribeOptions {
  readonly diarize: boolean;
  /** Adds an event between the words, as `tag_audio_events` does where somebody laughs. */
  readonly events: boolean;
  /** `logprob` is ElevenLabs' own; FAL leaves it out. */
  readonly logprob: boolean;
  readonly times: boolean;
  /** Vendor samples show both `rus` and `ru`. */
  readonly letters: 2 | 3;
}

/** What was heard in the form of Scribe: words with spacing between them, speakers numbered anew in every call. */
export function scribeTranscript({ words, duration }: DecodedSpeech, options: ScribeOptions) {
  const voices = [...new Set(words.map(({ speaker }) => speaker))];
  const speakerOf = (speaker: string) =>
    options.diarize ? { speaker_id: `speaker_${voices.indexOf(speaker)}` } : {};
  const logprob = (value: number) => (options.logprob ? { logprob: value } : {});
  const text = words.map((word) => word.text).join(' ');
  const language = languageOf(text) ?? 'en';
  const entries = words.flatMap((word, n) => {
    const next = words[n + 1];
    const said = {
      text: word.text,
      ...(options.times ? { start: word.start, end: word.end } : {}),
      type: 'word',
      ...speakerOf(word.speaker),
      ...logprob(word.whole ? -0.05 : -1.6),
    };
    if (!next) return [said];
    const spacing = { text: ' ', start: word.end, end: next.start, type: 'spacing' };
    return [said, { ...spacing, ...speakerOf(word.speaker), ...logprob(0) }];
  });
  const event = { text: '(laughter)', start: duration, end: duration, type: 'audio_event', ...logprob(-0.3) };
  return {
    language_code: options.letters === 3 ? THREE[language] : language,
    language_probability: text === '' ? 0.2 : 0.98,
    text: options.events ? `${text} (laughter)`.trim() : text,
    words: options.events ? [...entries, event] : entries,
  };
}
