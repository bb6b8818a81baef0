import type { SpeechServerConfig } from '@aisha/config';
import { openAiLibrary } from '../openai/library.ts';
import { UNKNOWN_SERVER } from '../openai/models.ts';
import { openAiRecogniser } from '../openai/recogniser.ts';
import type { Observers } from '../observe.ts';
import type { Recogniser } from './recogniser.ts';

/**
 * Any server with OpenAI's `/audio/transcriptions` (speaches, vLLM, LocalAI, Groq): asked for words with their times and
 * for speakers, and taken for what it gives.
 */
export const speechServer = ({ url, key, model }: SpeechServerConfig, observers: Observers): Recogniser =>
  openAiRecogniser(
    openAiLibrary({ apiKey: key, baseUrl: url }),
    { name: 'server', provider: 'speech-server', model, abilities: UNKNOWN_SERVER },
    observers,
  );
