import type { FalConfig, OpenAiConfig, RecognisersConfig } from '@aisha/config';
import {
  type Hearer,
  type Observers,
  type OpenAiClient,
  openRecogniser,
  type Recogniser,
  type Recognisers,
} from '@aisha/providers';
import { modelAt, speechModelNamed } from '../fal/models/index.ts';
import type { SpeechModel } from '../fal/models/speech-model.ts';
import { isWithdrawn } from '../fal/models/model.ts';
import { type OperatorsPrices, usdPerUnit } from '../fal/models/price.ts';
import type { Recording } from './recordings.ts';

export interface RecogniserSources extends Observers {
  readonly openai: OpenAiClient;
  readonly config: {
    readonly recognisers: RecognisersConfig;
    readonly openai: Pick<OpenAiConfig, 'baseUrl' | 'transcribeModel'>;
    readonly fal: Pick<FalConfig, 'testMode' | 'prices'>;
  };
}

export function hearerOf(recogniser: Recogniser): Hearer {
  const { name, provider, model } = recogniser;
  if (provider === 'telegram') throw new Error('Telegram recognises nothing');
  return {
    name,
    // Of an unknown server it grows with its answers.
    get can() {
      return recogniser.can;
    },
    work: { provider, use: 'speech', model },
    at: 'server',
    recogniser,
  };
}

export const hearerAtFal = (model: SpeechModel, prices: OperatorsPrices): Hearer => ({
  name: model.name,
  can: { ...model.can, usdPerMinute: usdPerUnit(model, prices) },
  work: { provider: 'fal', use: model.role, model: model.endpoint },
  at: 'fal',
  endpoint: model.endpoint,
});

/** Checked at start. Throws a sentence for the operator: a name that is nobody's, or one whose service has ended. */
export function createRecognisers(sources: RecogniserSources, now = new Date()): Recognisers {
  const { recognisers, openai, fal } = sources.config;
  const opened = new Map<string, Hearer>();
  const open = (name: string): Hearer => {
    const model = speechModelNamed(name);
    if (model && fal.testMode)
      throw new Error(`RECOGNISER: ${name} is FAL's, and FAL_TRAINING_TEST_MODE does not simulate speech`);
    const hearer =
      opened.get(name) ??
      (model
        ? hearerAtFal(model, fal.prices)
        : hearerOf(openRecogniser(name, { ...sources, config: recognisers })));
    opened.set(name, hearer);
    checkAlive(hearer, openai.baseUrl, now);
    return hearer;
  };
  const usual = (recognisers.order ?? [openai.transcribeModel]).map(open);
  const byLanguage = new Map(
    Object.entries(recognisers.byLanguage).map(([language, names]) => [language, names.map(open)]),
  );
  return {
    of: (language) => {
      const own = language === null ? undefined : byLanguage.get(language);
      // Whoever is asked first for a language: when they fail, the others may know it, too.
      return own ? [...new Set([...own, ...usual])] : usual;
    },
  };
}

/** Who is asked for a recording, in which order: whoever tells speakers apart goes first where that is wanted. */
export function hearersFor(
  { recognisers }: { readonly recognisers: Recognisers },
  { language, wantSpeakers }: Pick<Recording, 'language' | 'wantSpeakers'>,
): readonly Hearer[] {
  const all = recognisers.of(language);
  if (wantSpeakers !== true) return all;
  return [...all.filter(({ can }) => can.speakers), ...all.filter(({ can }) => !can.speakers)];
}

/** OpenAI's own models end with OpenAI's dates; a server of somebody else keeps its models as long as it likes. */
function checkAlive(hearer: Hearer, baseUrl: string, now: Date): void {
  const { name, can, work } = hearer;
  const isOpenAi = /(^|\.)openai\.com$/.test(new URL(baseUrl).hostname);
  if (work.provider === 'openai' && !isOpenAi) return;
  const withdrawn =
    hearer.at === 'fal' && isWithdrawn({ shutdown: modelAt(hearer.endpoint)?.shutdown ?? null }, now);
  const ended = withdrawn || (can.endsOn !== null && can.endsOn <= now.toISOString().slice(0, 10));
  if (ended)
    throw new Error(
      `the recogniser ${name} (${work.model}) has been shut down by its vendor${can.endsOn === null ? '' : ` on ${can.endsOn}`}. Choose another for RECOGNISER, RECOGNISER_RU, _KK and _EN (or OPENAI_TRANSCRIBE_MODEL): gpt-transcribe for the text alone; elevenlabs or fal-scribe-v2 for times and speakers (docs/SPEECH.md).`,
    );
}
