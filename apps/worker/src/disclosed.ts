import type { WorkerConfig } from '@aisha/config';
import { type Disclosed, speechModelNamed } from '@aisha/core';

type Given = Disclosed['receivers'][number]['gets'][number];

/** Who gets what of people's data, as this worker is configured: /privacy says it. */
export function disclosedBy({ fal, openai, recognisers, privacy }: WorkerConfig): Disclosed {
  const { order, byLanguage, elevenLabs, server } = recognisers;
  const asked = [...(order ?? ['openai']), ...Object.values(byLanguage).flat()];
  const isFal = (name: string) => speechModelNamed(name) !== null;
  const isOpenAi = (name: string) => !isFal(name) && name !== 'elevenlabs' && name !== 'server';
  const soundIf = (hears: boolean): Given[] => (hears ? ['sound'] : []);
  const receivers: Disclosed['receivers'] = [
    // Its vision and moderation models look at photos, at pictures that are sent, and at slides.
    {
      name: nameOf(openai.baseUrl),
      gets: ['texts', 'prompts', ...soundIf(asked.some(isOpenAi))],
      looks: true,
    },
  ];
  if (!fal.testMode)
    receivers.push({ name: 'FAL AI', gets: ['photos', 'prompts', ...soundIf(asked.some(isFal))] });
  if (elevenLabs && asked.includes('elevenlabs'))
    receivers.push({ name: `ElevenLabs (${hostOf(elevenLabs.url)})`, gets: ['sound'] });
  if (server && asked.includes('server')) receivers.push({ name: hostOf(server.url), gets: ['sound'] });
  return { receivers, region: privacy.region, backupDays: privacy.backupDays };
}

const hostOf = (url: string): string => new URL(url).hostname;
const nameOf = (url: string): string =>
  hostOf(url).endsWith('openai.com') ? `OpenAI (${hostOf(url)})` : hostOf(url);
