import {
  type ElevenLabsFault,
  encodeSpeech,
  SANDBOX_ELEVENLABS_KEY,
  startElevenLabsSandbox,
} from '@aisha/sandbox';
import { silentLogger } from '@aisha/service';
import { expect, test } from 'vitest';
import { describeRecogniser, type RecogniserFault } from '../testing/recogniser-suite.ts';
import { elevenLabs } from './elevenlabs.ts';

const FAULTS: Record<RecogniserFault, ElevenLabsFault> = {
  reset: { kind: 'reset' },
  busy: { kind: 'busy', retryAfter: 7 },
  stall: { kind: 'stall' },
  nonsense: { kind: 'nonsense' },
  account: { kind: 'unpaid' },
  country: { kind: 'country' },
  hang: { kind: 'hang' },
};

const at = (url: string) =>
  elevenLabs({ apiKey: SANDBOX_ELEVENLABS_KEY, url, model: 'scribe_v2' }, { log: silentLogger });

describeRecogniser('of ElevenLabs', async () => {
  const sandbox = await startElevenLabsSandbox();
  return {
    recogniser: at(sandbox.url),
    say: async (words) => ({
      audio: await encodeSpeech(words, { format: 'ogg' }),
      fileName: 'voice.ogg',
      contentType: 'audio/ogg',
    }),
    spoil: async (fault) =>
      sandbox.addFault(FAULTS[fault], ['account', 'country', 'hang'].includes(fault) ? 100 : 1),
    heal: async () => sandbox.clearFaults(),
    asked: async () => sandbox.requests().length,
    key: SANDBOX_ELEVENLABS_KEY,
    close: () => sandbox.close(),
  };
});

test('ElevenLabs tells who speaks, in Kazakh and Russian, and is told terms that it takes', async () => {
  const sandbox = await startElevenLabsSandbox({ letters: 2 });
  const words = 'Сәлем әлем! Қалайсың бүгін?'.split(' ');
  const speech = {
    audio: await encodeSpeech(words, { format: 'ogg', speaker: (n) => (n < 2 ? 2 : 0) }),
    fileName: 'voice.oga',
    contentType: 'audio/ogg',
    language: 'kk',
    vocabulary: ['Серик', 'a term of far too many words for it', '{brackets}'],
  };
  const heard = await at(sandbox.url).transcribe(speech);
  expect(heard).toMatchObject({
    kind: 'ok',
    language: 'kk',
    segments: [
      { text: 'Сәлем әлем!', speaker: 'speaker_0' },
      { text: 'Қалайсың бүгін?', speaker: 'speaker_1' },
    ],
  });
  expect(sandbox.requests().at(-1)?.fields).toMatchObject({
    language_code: ['kaz'],
    keyterms: ['Серик', 'brackets'],
    diarize: ['true'],
  });
  await at(sandbox.url).transcribe({ ...speech, speakers: false });
  expect(sandbox.requests().at(-1)?.fields).toMatchObject({ diarize: ['false'] });
  sandbox.addFault({ kind: 'old_bad_key' });
  expect(await at(sandbox.url).transcribe(speech)).toMatchObject({ kind: 'refused', code: 'account' });
  await sandbox.close();
});
