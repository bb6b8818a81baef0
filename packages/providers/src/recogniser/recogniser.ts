import type { Provider } from '@aisha/service';

/** What a recogniser can do, as data: whoever has speech to recognise cuts it and asks by this. */
export interface RecogniserAbilities {
  /** The finest times that come with the text. */
  readonly times: 'none' | 'segments' | 'words';
  readonly speakers: boolean;
  /** ISO 639-1 codes that it can be told; null: any. */
  readonly languages: readonly string[] | null;
  /** Can be told words to expect. */
  readonly vocabulary: boolean;
  /** Longer audio is refused, or worse, cut silently. Null: only the size counts. */
  readonly longestAudioS: number | null;
  readonly biggestBytes: number;
  /** Null where it is not known. */
  readonly usdPerMinute: number | null;
  /** ISO date of the day on which its vendor ends it; null: none is known. */
  readonly endsOn: string | null;
}

export interface Speech {
  /** A buffer, never a stream: its length is known, so that a failed upload can be repeated. */
  readonly audio: Buffer;
  /** Judged by its extension. */
  readonly fileName: string;
  readonly contentType: string;
  /** ISO 639-1; detected unless given. A language that the recogniser cannot be told is left out, no reason to fail. */
  readonly language?: string;
  /** Names and terms to expect; ignored by a recogniser without vocabulary. */
  readonly vocabulary?: readonly string[];
  /** False: one person speaks, nobody is to be told apart. By default whoever can does. */
  readonly speakers?: boolean;
  readonly signal?: AbortSignal | null | undefined;
  /** For the whole call, its repeats included. */
  readonly timeoutMs?: number;
}

export interface TimedText {
  readonly text: string;
  /** Seconds from the beginning of this audio. */
  readonly start: number;
  readonly end: number;
}

export interface SpokenWord extends TimedText {
  readonly speaker?: string;
  /** 0 to 1, where the recogniser tells how sure it is. */
  readonly confidence?: number;
}

/** What is said between two times, and how sure the recogniser is of it, where it tells. */
export interface SpokenSegment extends TimedText {
  readonly speaker?: string;
  /** How likely nothing is said there, 0 to 1. */
  readonly noSpeech?: number;
  /** Mean logarithm of the words' likelihood; below −1 it was guessing. */
  readonly logLikelihood?: number;
  /** How well the text packs; above 2.4 it repeats itself. */
  readonly compression?: number;
}

export type SpeechRefusal =
  /** Key, quota or balance: nobody's request works until an operator acts. */
  | 'account'
  /** The server's country is not served. */
  | 'country'
  /** Unknown model, switched off, or one that this key may not use. */
  | 'model'
  | 'bad-audio'
  | 'too-long'
  | 'too-short'
  | 'too-big'
  /** Anything else the server calls our fault. */
  | 'invalid';

export type Recognition =
  | {
      readonly kind: 'ok';
      readonly text: string;
      /** ISO 639-1 where the server tells. */
      readonly language?: string;
      /** How much audio the server says it heard: less than sent means that it cut. */
      readonly durationS?: number;
      readonly words?: readonly SpokenWord[];
      readonly segments?: readonly SpokenSegment[];
    }
  /** No repetition helps. `message` is the server's own words, never for logs. */
  | { readonly kind: 'refused'; readonly code: SpeechRefusal; readonly message: string }
  /** It may heal; `afterMs` is what the server asked for. */
  | { readonly kind: 'retry'; readonly afterMs: number | null; readonly why: string };

/**
 * Speech to text, whoever does it. Every implementation passes `describeRecogniser` of `testing/recogniser-suite.ts`.
 * Outcomes are values; nothing rejects, and no key of ours is in any of them.
 */
export interface Recogniser {
  /** What the configuration and rows call it; for ever. */
  readonly name: string;
  /** Whose account it is: what is refused for the account closes all of it. */
  readonly provider: Provider;
  /** The model's name, for operators. */
  readonly model: string;
  /** Of a server that nobody knows it is what was seen of it so far. */
  readonly can: RecogniserAbilities;
  transcribe(speech: Speech): Promise<Recognition>;
}

/** Who is asked for pieces of recordings: whoever answers the call itself, or a model of FAL's through its queue. */
export type Hearer = {
  readonly name: string;
  readonly can: RecogniserAbilities;
  /** Whose fault it is when it is refused: the account's, and of it this model's. */
  readonly work: {
    readonly provider: Exclude<Provider, 'telegram'>;
    readonly use: string;
    readonly model: string;
  };
} & (
  | { readonly at: 'server'; readonly recogniser: Recogniser }
  | { readonly at: 'fal'; readonly endpoint: string }
);

export interface Recognisers {
  /** In the order in which they are asked for a recording in this language (ISO 639-1); null where it is not known. */
  of(language: string | null): readonly Hearer[];
}
