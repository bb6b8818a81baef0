import { z } from 'zod';
import { httpUrl } from '../variables.ts';
import { group } from './group.ts';

export interface ElevenLabsConfig {
  apiKey: string;
  /** Without trailing slash; of the account's own region. */
  url: string;
  model: string;
}

export interface SpeechServerConfig {
  /** With `/v1`. */
  url: string;
  key: string;
  model: string;
}

export interface RecognisersConfig {
  /** By name, the first is asked first; null: OPENAI_TRANSCRIBE_MODEL alone. */
  order: readonly string[] | null;
  /** The same for recordings that are known to be in one language (ISO 639-1). */
  byLanguage: Readonly<Record<string, readonly string[]>>;
  elevenLabs: ElevenLabsConfig | null;
  server: SpeechServerConfig | null;
}

const names = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  )
  .pipe(z.array(z.string()).min(1))
  .optional();

const ORDER =
  'names of recognisers, separated by commas: a speech model of OPENAI_BASE_URL, elevenlabs, fal-scribe-v2, server';

export const recognisersGroup = group({
  title: 'Recognisers of speech (docs/SPEECH.md)',
  variables: {
    RECOGNISER: {
      schema: names,
      doc: 'Who recognises speech: the first is asked, the next when it fails; by default OPENAI_TRANSCRIBE_MODEL alone.',
      expected: ORDER,
    },
    RECOGNISER_RU: {
      schema: names,
      doc: 'The same for recordings in Russian, where it is known.',
      expected: ORDER,
    },
    RECOGNISER_KK: { schema: names, doc: 'The same for recordings in Kazakh.', expected: ORDER },
    RECOGNISER_EN: { schema: names, doc: 'The same for recordings in English.', expected: ORDER },
    ELEVENLABS_API_KEY: {
      schema: z.string().min(3).optional(),
      doc: 'For the recogniser `elevenlabs` (Scribe).',
      expected: 'a key of ElevenLabs',
      secret: true,
    },
    ELEVENLABS_URL: {
      schema: httpUrl.default('https://api.elevenlabs.io'),
      doc: 'Its API; accounts of a region (api.eu.residency.elevenlabs.io, …) have keys of their own.',
      expected: 'an http(s) address',
    },
    ELEVENLABS_MODEL: {
      schema: z.string().default('scribe_v2'),
      doc: 'Its speech model.',
      expected: 'a model id of ElevenLabs',
    },
    SPEECH_SERVER_URL: {
      schema: httpUrl.optional(),
      doc: 'For the recogniser `server`: any server with /audio/transcriptions as OpenAI has it (speaches, vLLM, LocalAI, Groq).',
      expected: 'an http(s) address ending in /v1',
    },
    SPEECH_SERVER_MODEL: {
      schema: z.string().default('whisper-1'),
      doc: 'Its speech model.',
      expected: 'a model name of that server',
    },
    SPEECH_SERVER_KEY: {
      schema: z.string().optional(),
      doc: 'Its key, where it has one.',
      expected: 'a key',
      secret: true,
    },
  },
  build(v, report): RecognisersConfig {
    const order = v.RECOGNISER ?? null;
    const byLanguage = Object.fromEntries(
      [
        ['ru', v.RECOGNISER_RU],
        ['kk', v.RECOGNISER_KK],
        ['en', v.RECOGNISER_EN],
      ].flatMap(([language, list]) =>
        typeof language === 'string' && Array.isArray(list) ? [[language, list]] : [],
      ),
    );
    const used = new Set([...(order ?? []), ...Object.values(byLanguage).flat()]);
    if (used.has('elevenlabs') && v.ELEVENLABS_API_KEY === undefined)
      report({
        variable: 'ELEVENLABS_API_KEY',
        problem: 'is missing while a RECOGNISER is elevenlabs',
        expected: 'a key of ElevenLabs',
      });
    if (used.has('server') && v.SPEECH_SERVER_URL === undefined)
      report({
        variable: 'SPEECH_SERVER_URL',
        problem: 'is missing while a RECOGNISER is server',
        expected: 'an http(s) address ending in /v1',
      });
    return {
      order,
      byLanguage,
      elevenLabs:
        v.ELEVENLABS_API_KEY === undefined
          ? null
          : { apiKey: v.ELEVENLABS_API_KEY, url: v.ELEVENLABS_URL, model: v.ELEVENLABS_MODEL },
      server:
        v.SPEECH_SERVER_URL === undefined
          ? null
          : { url: v.SPEECH_SERVER_URL, key: v.SPEECH_SERVER_KEY ?? 'none', model: v.SPEECH_SERVER_MODEL },
    };
  },
});
