import type { OpenAiConfig } from '@aisha/config';
import { createMetrics } from '@aisha/service';
import { createOpenAiClient } from '../openai/client.ts';
import { recordingLogger } from './recording-logger.ts';
import { json, type Script } from './scripted-server.ts';

export const apiKey = 'sk-secretsecretsecretsecret';

export function clientAt(url: string, models: Partial<OpenAiConfig> = {}) {
  const log = recordingLogger();
  const metrics = createMetrics({ app: 'worker', instanceId: 'test' });
  const client = createOpenAiClient({
    config: {
      apiKey,
      baseUrl: `${url}/v1`,
      textModel: 'gpt-6-luna',
      transcribeModel: 'gpt-transcribe',
      visionModel: 'gpt-6-sol',
      moderationModel: 'omni-moderation-latest',
      moderation: 'endpoint',
      maskPersonal: false,
      titles: true,
      ...models,
    },
    log,
    metrics,
  });
  return { client, log, metrics };
}

export const error =
  (status: number, code: string | null, message: string, param: string | null = null, headers = {}): Script =>
  (_, response) =>
    json(response, status, { error: { message, type: 'x', param, code } }, headers);
/** Ends the library's own repeats, which have tests of their own. */
export const final = { 'x-should-retry': 'false' };
