import { encodeSpeech, SANDBOX_OPENAI_KEY, startOpenAiSandbox } from '@aisha/sandbox';
import { silentLogger } from '@aisha/service';
import { OPENAI_FAULTS } from '../testing/openai-faults.ts';
import { describeRecogniser } from '../testing/recogniser-suite.ts';
import { createOpenAiClient } from './client.ts';

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
        maskPersonal: false,
        titles: true,
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
        void (await sandbox.control.addFault({ route: 'transcriptions', ...OPENAI_FAULTS[fault] })),
      heal: () => sandbox.control.clearFaults(),
      asked: async () => (await sandbox.control.requests({ route: 'transcriptions' })).length,
      key: SANDBOX_OPENAI_KEY,
      close: () => sandbox.close(),
    };
  });
