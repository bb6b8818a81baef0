import { z } from 'zod';
import { type DecodedSpeech, decodeSpeech } from '../../speech/decode.ts';
import { FfmpegError } from '../../speech/ffmpeg.ts';
import { scribeTranscript } from '../../speech/scribe.ts';
import { fail } from '../outcome.ts';
import { boolean, optional, or, text, url } from './fields.ts';
import { defineModel, type Model, type ModelRun } from './model.ts';

const LONGEST_S = 1_200;
const AUDIO = ['body', 'audio_url'];

async function heard(address: string, run: ModelRun): Promise<DecodedSpeech> {
  const bytes = await run.fetchFile(address, AUDIO);
  // An `.mp4` is refused by its name.
  if (/\.mp4(?:$|\?)/i.test(address))
    throw fail('value_error', AUDIO, 'Unsupported audio format', { input: address });
  const speech = await decodeSpeech(bytes, run.signal).catch((error: unknown) => {
    if (error instanceof FfmpegError)
      throw fail('value_error', AUDIO, 'The audio could not be decoded', { input: address });
    throw error;
  });
  if (speech.duration > LONGEST_S)
    throw fail('audio_duration_too_long', AUDIO, 'The audio is too long', {
      ctx: { max_duration: LONGEST_S, provided_duration: speech.duration },
      input: address,
    });
  return speech;
}

const scribe = defineModel(
  'speech',
  z.object({
    audio_url: url,
    language_code: optional(text),
    diarize: or(boolean, true),
    tag_audio_events: or(boolean, true),
    keyterms: or(z.array(z.string().max(50)).max(100), []),
  }),
  async (input, run) => {
    const speech = await heard(input.audio_url, run);
    await run.wait(run.seconds);
    await run.reach(1);
    return scribeTranscript(speech, {
      diarize: input.diarize,
      events: input.tag_audio_events,
      // FAL gives neither how sure it is nor the duration.
      logprob: false,
      times: true,
      letters: 3,
    });
  },
);

/** Contract of speech, section 4. */
export const speech: Record<string, Model> = { 'fal-ai/elevenlabs/speech-to-text/scribe-v2': scribe };
