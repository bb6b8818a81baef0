import type { SpeechFormatName } from './models.ts';
import { languageName } from './languages.ts';
import type { Transcript, TranscriptSegment } from './transcript.ts';

const round = (seconds: number): number => Math.round(seconds * 100) / 100;

/** Tokens of a text as they are counted here: about three letters each. */
export const countTokens = (text: string): number => Math.ceil(text.length / 3);

export type SpeechUsage =
  | { type: 'duration'; seconds: number }
  | {
      type: 'tokens';
      input_tokens: number;
      output_tokens: number;
      total_tokens: number;
      input_token_details: { audio_tokens: number; text_tokens: number };
    };

export function usageOf(
  kind: SpeechUsage['type'],
  seconds: number,
  text: string,
  prompt: string,
): SpeechUsage {
  if (kind === 'duration') return { type: 'duration', seconds: Math.ceil(seconds) };
  const audio = Math.max(1, Math.round(seconds * 10));
  const words = countTokens(prompt);
  const output = countTokens(text);
  return {
    type: 'tokens',
    input_tokens: audio + words,
    output_tokens: output,
    total_tokens: audio + words + output,
    input_token_details: { audio_tokens: audio, text_tokens: words },
  };
}

/** Log probabilities, the same for the same text. */
export function logprobsOf(text: string): { token: string; bytes: number[]; logprob: number }[] {
  return (text.match(/\s?\S{1,4}/gu) ?? []).map((token, n) => ({
    token,
    bytes: [...Buffer.from(token)],
    logprob: -((n * 37) % 50) / 1000,
  }));
}

const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');

const clock = (seconds: number, mark: string): string => {
  const ms = Math.round(seconds * 1000);
  const part = String(ms % 1000).padStart(3, '0');
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}${mark}${part}`;
};

function subtitles(segments: readonly TranscriptSegment[], mark: string, numbered: boolean): string {
  return segments
    .map(({ text, start, end }, n) =>
      [...(numbered ? [String(n + 1)] : []), `${clock(start, mark)} --> ${clock(end, mark)}`, text, ''].join(
        '\n',
      ),
    )
    .join('\n');
}

export interface FormatOptions {
  granularities: readonly string[];
  logprobs: boolean;
  /** `languages` of gpt-transcribe. */
  tellsLanguages: boolean;
  temperature: number;
  usage: SpeechUsage;
  /** Names of the speakers that were given. */
  speakerNames: ReadonlyMap<string, string>;
}

export const diarizedSegment = (
  segment: TranscriptSegment,
  n: number,
  names: ReadonlyMap<string, string>,
) => ({
  id: `seg_${String(n + 1).padStart(3, '0')}`,
  type: 'transcript.text.segment',
  speaker: names.get(segment.speaker) ?? segment.speaker,
  start: round(segment.start),
  end: round(segment.end),
  text: segment.text,
});

/** The body of the answer: a string is sent as plain text, anything else as JSON. */
export function formatTranscript(
  transcript: Transcript,
  format: SpeechFormatName,
  options: FormatOptions,
): string | object {
  const { text, duration, segments } = transcript;
  switch (format) {
    case 'text':
      return `${text}\n`;
    case 'srt':
      return subtitles(segments, ',', true);
    case 'vtt':
      return `WEBVTT\n\n${subtitles(segments, '.', false)}`;
    case 'json':
      return {
        text,
        ...(options.tellsLanguages ? { languages: languagesOf(transcript) } : {}),
        ...(options.logprobs ? { logprobs: logprobsOf(text) } : {}),
        usage: options.usage,
      };
    case 'verbose_json':
      return {
        task: 'transcribe',
        language: languageName(transcript.language ?? 'en'),
        duration: round(duration),
        text,
        ...(options.granularities.length === 0 || options.granularities.includes('segment')
          ? { segments: segments.map((segment, id) => whisperSegment(segment, id, options.temperature)) }
          : {}),
        ...(options.granularities.includes('word')
          ? {
              words: transcript.words.map(({ word, start, end }) => ({
                // Whisper's words come without their punctuation.
                word: word.replaceAll(/^[«"(]+|[.,!?:;»")]+$/gu, '') || word,
                start: round(start),
                end: round(end),
              })),
            }
          : {}),
        usage: options.usage,
      };
    case 'diarized_json':
      return {
        task: 'transcribe',
        duration: round(duration),
        text,
        segments: segments.map((segment, n) => diarizedSegment(segment, n, options.speakerNames)),
        usage: options.usage,
      };
    default:
      return format satisfies never;
  }
}

/** Nothing is told about silence, whatever was asked for. */
export const languagesOf = ({ language, text }: Transcript): { code: string }[] =>
  language === null || text === '' ? [] : [{ code: language }];

function whisperSegment(segment: TranscriptSegment, id: number, temperature: number): object {
  const tokens = (segment.text.match(/\s?\S{1,4}/gu) ?? []).map(
    (token) => 50_000 + (token.codePointAt(0) ?? 0),
  );
  return {
    id,
    // Whisper looks at 30 s at a time; `seek` counts hundredths of a second.
    seek: Math.floor(segment.start / 30) * 3000,
    start: round(segment.start),
    end: round(segment.end),
    text: ` ${segment.text}`,
    tokens,
    temperature,
    avg_logprob: -0.28,
    compression_ratio: 1.2,
    no_speech_prob: 0.01,
  };
}
