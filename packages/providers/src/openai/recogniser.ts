import type { Provider } from '@aisha/service';
import type { OpenAiLibrary } from './library.ts';
import type { Observers } from '../observe.ts';
import type { Recogniser } from '../recogniser/recogniser.ts';
import { abilitiesOf, type SpeechModel } from './models.ts';
import { seenBy } from './seen.ts';
import { type SpeechDialects, transcribe } from './transcribe.ts';

interface Identity {
  readonly name: string;
  readonly provider: Provider;
  readonly model: string;
  readonly abilities: SpeechModel;
}

/** A speech model of OpenAI, or of a server that speaks like it. */
export function openAiRecogniser(
  client: OpenAiLibrary,
  { name, provider, model, abilities }: Identity,
  observers: Observers,
): Recogniser {
  const dialects: SpeechDialects = new Map();
  const seen = seenBy(provider, observers);
  let can = abilitiesOf(model, abilities);
  return {
    name,
    provider,
    model,
    get can() {
      return can;
    },
    async transcribe(speech) {
      const answer = await seen('transcribe', model, () =>
        transcribe(client, dialects, { model, abilities }, speech),
      );
      if (answer.kind !== 'ok') return answer;
      if (answer.durationS !== undefined && can.usdPerMinute !== null)
        observers.metrics?.providerCostUsd.inc(
          { provider, model },
          (answer.durationS / 60) * can.usdPerMinute,
        );
      if (abilities.learned && answer.text !== '')
        can = {
          ...can,
          times: answer.words ? 'words' : answer.segments ? 'segments' : 'none',
          speakers: answer.segments?.some(({ speaker }) => speaker !== undefined) ?? false,
        };
      return answer;
    },
  };
}
