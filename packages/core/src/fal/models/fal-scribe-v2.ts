import { keyterms, KNOWN_LANGUAGES, readScribe, threeLetters } from '@aisha/providers';
import { perMinute } from './price.ts';
import { SPEECH_LIMITS, type SpeechModel } from './speech-model.ts';

/** Scribe of ElevenLabs with FAL's key: word times, speakers, terms, Russian and Kazakh in one recording. */
export const falScribeV2: SpeechModel = {
  name: 'fal-scribe-v2',
  endpoint: 'fal-ai/elevenlabs/speech-to-text/scribe-v2',
  role: 'recogniser',
  // With keyterms a third more.
  price: perMinute(0.008),
  limits: SPEECH_LIMITS,
  shutdown: null,
  can: {
    times: 'words',
    speakers: true,
    languages: KNOWN_LANGUAGES,
    vocabulary: true,
    // Longer audio is refused after it was taken.
    longestAudioS: 1_200,
    biggestBytes: 512 * 1024 * 1024,
    endsOn: null,
  },
  buildInput: ({ audioUrl, language, vocabulary, speakers }) => {
    const told = language === null ? null : threeLetters(language);
    const terms = keyterms(vocabulary, 100);
    return {
      audio_url: audioUrl,
      diarize: speakers,
      tag_audio_events: false,
      ...(told === null ? {} : { language_code: told }),
      ...(terms.length === 0 ? {} : { keyterms: terms }),
    };
  },
  readOutput: readScribe,
};
