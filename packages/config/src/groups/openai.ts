import { z } from 'zod';
import { boolean, httpUrl } from '../variables.ts';
import { group } from './group.ts';

export interface OpenAiConfig {
  apiKey: string;
  /** Without trailing slash. */
  baseUrl: string;
  textModel: string;
  transcribeModel: string;
  visionModel: string;
  moderationModel: string;
  /** Who judges what is to be drawn: the moderation endpoint, or the models that write and see. */
  moderation: 'endpoint' | 'model';
  /** Names, phones, IIN, cards and addresses are hidden from the text model, and put back into what it answers. */
  maskPersonal: boolean;
  /** Recordings are called by what the text model finds them to be about. */
  titles: boolean;
}

export const openAiGroup = group({
  title: 'OpenAI or any compatible server',
  variables: {
    OPENAI_API_KEY: {
      schema: z.string(),
      doc: 'Key of the server; any word where it needs none.',
      expected: 'an API key',
      secret: true,
      example: '',
    },
    OPENAI_BASE_URL: {
      schema: httpUrl.default('https://api.openai.com/v1'),
      doc: 'Base address, with /v1; a query such as ?api-version=… is sent along.',
      expected: 'an http(s) address ending in /v1',
    },
    OPENAI_MODEL: {
      schema: z.string().default('gpt-6-luna'),
      doc: 'Text model for summaries and documents.',
      expected: 'a model name of the server',
      example: 'gpt-6-luna',
    },
    OPENAI_TRANSCRIBE_MODEL: {
      schema: z.string().default('gpt-transcribe'),
      doc: 'Speech model.',
      expected: 'a model name of the server',
      example: 'gpt-transcribe',
    },
    OPENAI_VISION_MODEL: {
      schema: z.string().optional(),
      doc: 'Vision model; by default OPENAI_MODEL.',
      expected: 'a model name',
    },
    OPENAI_MODERATION_MODEL: {
      schema: z.string().default('omni-moderation-latest'),
      doc: 'Moderation model.',
      expected: 'a model name',
    },
    OPENAI_MODERATION: {
      schema: z.enum(['endpoint', 'model']).default('endpoint'),
      doc: 'Who judges what is to be drawn (nothing is drawn unjudged): `endpoint`, the moderation model; `model`, where the server has no /moderations, OPENAI_MODEL.',
      expected: 'endpoint or model',
    },
    RECORDING_TITLES: {
      schema: boolean(true),
      doc: 'Recordings without a name of their own are called by what the text model finds them to be about; off: by their first words, and no text goes there unasked.',
      expected: 'on or off',
      example: 'on',
    },
    MASK_PERSONAL_DATA: {
      schema: boolean(false),
      doc: 'Names, phones, IIN, cards and addresses are replaced before a text goes to the text model, and put back into its documents.',
      expected: 'on or off',
      example: 'off',
    },
  },
  build: (v): OpenAiConfig => ({
    apiKey: v.OPENAI_API_KEY,
    baseUrl: v.OPENAI_BASE_URL,
    textModel: v.OPENAI_MODEL,
    transcribeModel: v.OPENAI_TRANSCRIBE_MODEL,
    visionModel: v.OPENAI_VISION_MODEL ?? v.OPENAI_MODEL,
    moderationModel: v.OPENAI_MODERATION_MODEL,
    moderation: v.OPENAI_MODERATION,
    maskPersonal: v.MASK_PERSONAL_DATA,
    titles: v.RECORDING_TITLES,
  }),
});
