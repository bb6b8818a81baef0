export { decodeSamples, decodeSpeech, type DecodedSpeech } from './decode.ts';
export {
  encodeSpeech,
  type EncodeOptions,
  formatOfName,
  type SpeechFormat,
  wordsForMinutes,
  writeSpeech,
  writeSpeechOfMinutes,
} from './encode.ts';
export { FfmpegError } from './ffmpeg.ts';
export { FRAGMENT, type SpokenWord } from './reading.ts';
export { RATE, speak, type SpeechOptions } from './synthesis.ts';
