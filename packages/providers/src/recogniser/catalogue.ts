import type { RecognisersConfig } from '@aisha/config';
import type { Observers } from '../observe.ts';
import type { OpenAiClient } from '../openai/client.ts';
import { elevenLabs } from './elevenlabs.ts';
import type { Recogniser } from './recogniser.ts';
import { speechServer } from './server.ts';

interface Sources extends Observers {
  readonly config: RecognisersConfig;
  readonly openai: OpenAiClient;
}

/** Recognisers with names of their own, a line each; null where they are not configured. */
const NAMED = {
  elevenlabs: ({ config, ...observers }: Sources) =>
    config.elevenLabs && elevenLabs(config.elevenLabs, observers),
  server: ({ config, ...observers }: Sources) => config.server && speechServer(config.server, observers),
} as const satisfies Record<string, (sources: Sources) => Recogniser | null>;

const isNamed = (name: string): name is keyof typeof NAMED => Object.hasOwn(NAMED, name);

/** The recogniser of this name; whoever has none of their own is a speech model of OPENAI_BASE_URL. Throws for an operator. */
export function openRecogniser(name: string, sources: Sources): Recogniser {
  if (!isNamed(name)) return sources.openai.recogniserOf(name);
  const recogniser = NAMED[name](sources);
  if (!recogniser) throw new Error(`the recogniser ${name} is not configured`);
  return recogniser;
}
