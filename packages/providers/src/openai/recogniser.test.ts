import { encodeSpeech, type OpenAiFaultRule, SANDBOX_OPENAI_KEY, startOpenAiSandbox } from '@aisha/sandbox';
import { silentLogger } from '@aisha/service';
import { describeRecogniser, type RecogniserFault } from '../testing/recogniser-suite.ts';
import { createOpenAiClient } from './client.ts';

const FAULTS: Record<RecogniserFault, Omit<OpenAiFaultRule, 'route'>> = {
  reset: { fault: { kind: 'reset_answer' } },
  busy: { fault: { kind: 'rate_limit', retryAfter: 7, shouldRetry: false } },
  stall: { fault: { kind: 'stall' } },
  nonsense: { fault: { kind: 'no_content' } },
  account: { fault: { kind: 'bad_key' }, times: null },
  country: { fault: { kind: 'country' }, times: null },
  hang: { fault: { kind: 'hang' }, times: null },
};

for (const transcribeModel of ['gpt-transcribe', 'whisper-1', 'gpt-4o-transcribe-diarize'])
  describeRecogniser(`of OpenAI with ${transcribeModel}`, async () => {
    const sandbox = await startOpenAiSandbox({ clock: () => new Date('2026-11-26T12:00:00Z') });
    const { recogniser } = createOpenAiClient({
      config: {
        apiKey: SANDBOX_OPENAI_KEY,
        baseUrl: sandbox.url,
        textModel: 'gpt-6-luna',
        transcribeModel,
        visionModel: 'gpt-6-sol',
        moderationModel: 'omni-moderation-latest',
        moderation: 'endpoint',
      },
      log: silentLogger,
    });
    return {
      recogniser,
      say: async (words) => ({
        audio: await encodeSpeech(words, { format: 'ogg' }),
        fileName: 'voice.ogg',
        contentType: 'audio/ogg',
      }),
      spoil: async (fault) =>
        void (await sandbox.control.addFault({ route: 'transcriptions', ...FAULTS[fault] })),
      heal: () => sandbox.control.clearFaults(),
      asked: async () => (await sandbox.control.requests({ route: 'transcriptions' })).length,
      key: SANDBOX_OPENAI_KEY,
      close: () => sandbox.close(),
    };
  });
