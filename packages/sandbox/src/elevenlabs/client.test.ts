import { ElevenLabsClient, ElevenLabsError } from '@elevenlabs/elevenlabs-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeSpeech } from '../speech/encode.ts';
import { type ElevenLabsSandbox, SANDBOX_ELEVENLABS_KEY, startElevenLabsSandbox } from './sandbox.ts';

const WORDS = 'Сәлем әлем! Бүгін біз келісімге қол қоямыз.'.split(' ');
let sandbox: ElevenLabsSandbox;
let client: ElevenLabsClient;
beforeAll(async () => {
  sandbox = await startElevenLabsSandbox();
  client = new ElevenLabsClient({ apiKey: SANDBOX_ELEVENLABS_KEY, baseUrl: sandbox.url, maxRetries: 0 });
});
afterAll(() => sandbox.close());

const file = async () => ({
  data: await encodeSpeech(WORDS, { format: 'ogg', speaker: (n) => (n < 2 ? 3 : 1) }),
  filename: 'voice.ogg',
  contentType: 'audio/ogg',
});

test("the vendor's own client hears words with times, speakers numbered anew, and finds them again by their id", async () => {
  const heard = await client.speechToText.convert({
    file: await file(),
    modelId: 'scribe_v2',
    diarize: true,
    tagAudioEvents: false,
    keyterms: ['Серик Болатов', 'Айша'],
  });
  expect(heard).toMatchObject({ languageCode: 'kaz', text: WORDS.join(' ') });
  const words = 'words' in heard ? heard.words.filter(({ type }) => type === 'word') : [];
  expect(words.map(({ text }) => text)).toEqual(WORDS);
  expect(words.map(({ speakerId }) => speakerId)).toEqual(
    WORDS.map((_, n) => (n < 2 ? 'speaker_0' : 'speaker_1')),
  );
  expect(sandbox.requests().at(-1)?.fields['keyterms']).toEqual(['Серик Болатов', 'Айша']);
  const id = 'transcriptionId' in heard ? (heard.transcriptionId ?? '') : '';
  expect(await client.speechToText.transcripts.get(id)).toMatchObject({ text: WORDS.join(' ') });
});

test('what is not valid is refused in the words of its API', async () => {
  const failure = async (more: object) => {
    try {
      await client.speechToText.convert({ file: await file(), modelId: 'scribe_v2', ...more });
      return null;
    } catch (error) {
      return error instanceof ElevenLabsError ? error.statusCode : error;
    }
  };
  expect(await failure({ modelId: 'scribe_v1' })).toBe(400);
  expect(await failure({ keyterms: ['x'.repeat(50)] })).toBe(422);
  expect(await failure({ file: { data: Buffer.from('no sound'), filename: 'a.ogg' } })).toBe(400);
  sandbox.addFault({ kind: 'unpaid' });
  expect(await failure({})).toBe(402);
});
