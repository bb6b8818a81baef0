import type { DecodedSpeech } from '../speech/decode.ts';
import { languageOf, ownLanguage, type OwnLanguage } from './languages.ts';

export interface TranscriptWord {
  word: string;
  start: number;
  end: number;
}

export interface TranscriptSegment {
  text: string;
  speaker: string;
  start: number;
  end: number;
}

export interface Transcript {
  text: string;
  /** Code of what was heard, null for silence. */
  language: string | null;
  duration: number;
  words: TranscriptWord[];
  segments: TranscriptSegment[];
}

/** Softer than this (−50 dB) the audio is silence. */
const SILENT = 0.003;
/** A segment ends with a sentence, a change of voice, a pause like this, or when it gets too long. */
const PAUSE_S = 0.45;
const LONGEST_SEGMENT_S = 14;
/** Without any whole word only a scrap this short is taken for cut speech: real voices can sound like one. */
const SCRAP_S = 3;

interface HeardWord extends TranscriptWord {
  speaker: string;
}

/** The transcript of what was heard: coded words as they are, of other sound an honest text, of silence none. */
export function transcribe(speech: DecodedSpeech, asked: string | null): Transcript {
  const coded =
    speech.words.some((word) => word.whole) || (speech.words.length > 0 && speech.duration <= SCRAP_S);
  if (coded) {
    const words = speech.words.map(({ text, start, end, speaker }) => ({ word: text, start, end, speaker }));
    return fromWords(words, speech.duration, asked);
  }
  if (speech.loudest < SILENT) return fromWords([], speech.duration, asked);
  return scripted(honestText(speech.duration, ownLanguage(asked)), speech.duration, asked);
}

/** A text with times spread evenly over the audio. */
export function scripted(text: string, duration: number, asked: string | null): Transcript {
  const words = text.split(/\s+/u).filter((word) => word !== '');
  const step = words.length === 0 ? 0 : duration / words.length;
  return fromWords(
    words.map((word, n) => ({ word, start: n * step, end: (n + 0.9) * step, speaker: 'A' })),
    duration,
    asked,
  );
}

/** The first part of a transcript, as from a model that stopped listening. */
export function truncated(transcript: Transcript, share: number): Transcript {
  const kept = Math.floor(transcript.words.length * share);
  const words = transcript.words.slice(0, kept);
  const end = words.at(-1)?.end ?? 0;
  return {
    ...transcript,
    words,
    text: words.map(({ word }) => word).join(' '),
    segments: transcript.segments
      .filter((segment) => segment.start < end)
      .map((segment) => {
        const inside = words.filter((word) => word.start >= segment.start && word.end <= segment.end);
        return {
          ...segment,
          text: inside.map(({ word }) => word).join(' '),
          end: Math.min(segment.end, end),
        };
      })
      .filter((segment) => segment.text !== ''),
  };
}

const INVENTIONS: Record<OwnLanguage, string> = {
  ru: 'Субтитры сделал DimaTorzok. Продолжение следует...',
  kk: 'Көргеніңізге рахмет. Жазылуды ұмытпаңыз.',
  en: 'Thank you for watching. Please subscribe to my channel.',
};

/** What Whisper writes about silence. */
export const hallucination = (asked: string | null): string => INVENTIONS[ownLanguage(asked)];

function honestText(duration: number, language: OwnLanguage): string {
  const seconds = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(duration);
  switch (language) {
    case 'kk':
      return `Бұл Aisha құмсалғышы, ол нағыз сөйлеуді танымайды. Жазбаның ұзақтығы: ${seconds} секунд. Нағыз мәтін үшін OpenAI кілтін көрсетіңіз.`;
    case 'en':
      return `This is the Aisha sandbox, which does not recognise real speech. The recording is ${seconds} seconds long. Give an OpenAI key to get the real text.`;
    case 'ru':
      return `Это песочница Aisha, она не распознаёт настоящую речь. Длительность записи: ${seconds} секунды. Чтобы получить настоящий текст, укажите ключ OpenAI.`;
    default:
      return language satisfies never;
  }
}

function fromWords(words: HeardWord[], duration: number, asked: string | null): Transcript {
  const text = words.map(({ word }) => word).join(' ');
  return {
    text,
    language: asked ?? languageOf(text),
    duration,
    words: words.map(({ word, start, end }) => ({ word, start, end })),
    segments: segmentsOf(words),
  };
}

function segmentsOf(words: readonly HeardWord[]): TranscriptSegment[] {
  const segments: TranscriptSegment[] = [];
  let open: TranscriptSegment | null = null;
  let ended = false;
  for (const { word, start, end, speaker } of words) {
    if (
      open === null ||
      ended ||
      open.speaker !== speaker ||
      start - open.end > PAUSE_S ||
      end - open.start > LONGEST_SEGMENT_S
    ) {
      open = { text: word, speaker, start, end };
      segments.push(open);
    } else {
      open.text += ` ${word}`;
      open.end = end;
    }
    ended = /[.!?…]["»)]*$/u.test(word) && word.length > 1;
  }
  return segments;
}
