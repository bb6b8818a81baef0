import { encodeSpeech, SANDBOX_OPENAI_KEY, startOpenAiSandbox } from '@aisha/sandbox';
import { silentLogger } from '@aisha/service';
import { OPENAI_FAULTS } from '../testing/openai-faults.ts';
import { describeRecogniser } from '../testing/recogniser-suite.ts';
import { speechServer } from './server.ts';

/** As servers differ: words and segments; segments alone, in nanoseconds; speakers alone; nothing but the text. */
for (const server of ['speaches', 'localai', 'vllm-diarize'] as const)
  describeRecogniser(`that is a server like ${server}`, async () => {
    const sandbox = await startOpenAiSandbox({ server });
    return {
      recogniser: speechServer(
        { url: sandbox.url, key: SANDBOX_OPENAI_KEY, model: 'whisper-large' },
        { log: silentLogger },
      ),
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
