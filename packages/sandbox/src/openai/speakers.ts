import { decodeSpeech } from '../speech/decode.ts';
import { FfmpegError } from '../speech/ffmpeg.ts';
import { badRequest } from './errors.ts';

/** Speakers that the caller knows: whose voice is heard in a sample gets the name that came with it. */
export async function knownSpeakers(
  names: readonly string[],
  references: readonly string[],
): Promise<Map<string, string>> {
  if (names.length > 4)
    throw badRequest('At most 4 known speakers are supported', 'known_speaker_names', 'invalid_value');
  if (names.length !== references.length) {
    throw badRequest(
      'known_speaker_names and known_speaker_references must have the same length',
      'known_speaker_references',
      'invalid_value',
    );
  }
  const known = new Map<string, string>();
  for (const [n, reference] of references.entries()) {
    const encoded = /^data:audio\/[\w.+-]+(?:;[\w=-]+)*;base64,(.+)$/su.exec(reference)?.[1];
    if (encoded === undefined) throw badSample(n, 'is not an audio data URL');
    const heard = await decodeSpeech(Buffer.from(encoded, 'base64')).catch((error: unknown) => {
      if (error instanceof FfmpegError) throw badSample(n, 'could not be decoded');
      throw error;
    });
    if (heard.duration < 2 || heard.duration > 10) throw badSample(n, 'must be between 2 and 10 seconds');
    const voice = heard.words.find((word) => word.whole)?.speaker;
    if (voice !== undefined) known.set(voice, names[n] ?? voice);
  }
  return known;
}

const badSample = (n: number, why: string) =>
  badRequest(`Known speaker reference ${n} ${why}`, 'known_speaker_references', 'invalid_value');
