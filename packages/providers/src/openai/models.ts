import type { RecogniserAbilities } from '../recogniser/recogniser.ts';

/** What a speech model can do; taken from OpenAI's typings, documentation and reports (November 2026). */
export interface SpeechModel {
  /** The richest answer the model gives. */
  readonly format: 'json' | 'verbose_json' | 'diarized_json';
  readonly wordTimes: boolean;
  readonly segmentTimes: boolean;
  readonly speakers: boolean;
  /** How it is told words to expect: in the prompt, one by one beside it, or not at all. */
  readonly hints: 'prompt' | 'keywords' | 'none';
  /** Nobody knows what it is: what it can is seen in its answers. */
  readonly learned: boolean;
  /** How it is told the language: `language` is silently ignored by the newest model. */
  readonly languageField: 'language' | 'languages';
  /** Longer audio is refused, or worse, cut silently. null: only the size counts. */
  readonly longestAudioS: number | null;
  readonly biggestBytes: number;
  readonly usdPerMinute: number | null;
}

// 26 214 400 bytes for the whole request; the fields and boundaries need some.
const BIGGEST_BYTES = 25 * 1024 * 1024 - 64 * 1024;

const plain: SpeechModel = {
  format: 'json',
  wordTimes: false,
  segmentTimes: false,
  speakers: false,
  hints: 'prompt',
  learned: false,
  languageField: 'language',
  // The limit that is known of any model; 1400 s exactly is refused by some measures of the length.
  longestAudioS: 1380,
  biggestBytes: BIGGEST_BYTES,
  usdPerMinute: null,
};

const speechModels: Readonly<Record<string, SpeechModel>> = {
  'gpt-transcribe': { ...plain, languageField: 'languages', hints: 'keywords', usdPerMinute: 0.0045 },
  'gpt-4o-transcribe': { ...plain, usdPerMinute: 0.006 },
  'gpt-4o-mini-transcribe': { ...plain, usdPerMinute: 0.003 },
  'gpt-4o-transcribe-diarize': {
    ...plain,
    format: 'diarized_json',
    segmentTimes: true,
    speakers: true,
    hints: 'none',
    usdPerMinute: 0.006,
  },
  'whisper-1': {
    ...plain,
    format: 'verbose_json',
    wordTimes: true,
    segmentTimes: true,
    longestAudioS: null,
    usdPerMinute: 0.006,
  },
};

/** Dated snapshots are as their family; an unknown model (any compatible server's) gets the careful defaults. */
export function speechModel(name: string): SpeechModel {
  return speechModels[name] ?? speechModels[familyOf(name)] ?? plain;
}

/** A server of which nothing is known: asked for the most, and taken for what it answers. */
export const UNKNOWN_SERVER: SpeechModel = {
  ...plain,
  format: 'verbose_json',
  wordTimes: true,
  segmentTimes: true,
  longestAudioS: null,
  learned: true,
};

/** The same in the words of the port. */
export function abilitiesOf(name: string, abilities: SpeechModel): RecogniserAbilities {
  const { wordTimes, segmentTimes, speakers, hints, longestAudioS, biggestBytes, usdPerMinute, learned } =
    abilities;
  return {
    times: wordTimes ? 'words' : segmentTimes ? 'segments' : 'none',
    speakers,
    languages: null,
    vocabulary: hints !== 'none',
    longestAudioS,
    biggestBytes,
    usdPerMinute,
    // A server of one's own may call its model `whisper-1` for ever.
    endsOn: learned ? null : shutdownDateOf(name),
  };
}

/** Days on which OpenAI switches models off (its deprecations page and typings, November 2026). */
const shutdownDates: Readonly<Record<string, string>> = {
  'gpt-4.1-nano': '2026-10-23',
  'o4-mini': '2026-10-23',
  o1: '2026-10-23',
  'o3-mini': '2026-10-23',
  'gpt-4-turbo': '2026-10-23',
  'gpt-4': '2026-10-23',
  'gpt-3.5-turbo': '2026-10-23',
  'gpt-5': '2026-12-11',
  'gpt-5-mini': '2026-12-11',
  'gpt-5-nano': '2026-12-11',
  o3: '2026-12-11',
  'gpt-4o': '2027-01-14',
  'gpt-4o-mini': '2027-01-14',
  'gpt-4.1': '2027-01-14',
  'gpt-4.1-mini': '2027-01-14',
  'whisper-1': '2027-02-26',
  'gpt-4o-transcribe': '2027-02-26',
  'gpt-4o-mini-transcribe': '2027-02-26',
  'gpt-4o-transcribe-diarize': '2027-02-26',
  'gpt-5.1': '2027-04-01',
  'gpt-5.4-nano': '2027-04-01',
};

/** ISO date, or null when none is known. */
export function shutdownDateOf(name: string): string | null {
  return shutdownDates[name] ?? shutdownDates[familyOf(name)] ?? null;
}

function familyOf(name: string): string {
  return name.replace(/-\d{4}-\d{2}-\d{2}$/, '');
}
