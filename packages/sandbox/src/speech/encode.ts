import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runFfmpeg } from './ffmpeg.ts';
import { msOfWord, RATE, speak, type SpeechOptions } from './synthesis.ts';

export type SpeechFormat = 'wav' | 'pcm' | 'ogg' | 'opus' | 'mp3' | 'm4a' | 'webm' | 'mp4' | 'flac';

export interface EncodeOptions extends SpeechOptions {
  /** Default `wav`; `pcm` is 16 kHz mono signed 16-bit without a header. */
  format?: SpeechFormat;
  /** Bits a second of the compressed formats; each has a usual default. */
  bitrate?: number;
}

const opus = (bitrate: number): string[] => [
  '-c:a',
  'libopus',
  '-b:a',
  String(bitrate),
  '-application',
  'voip',
  '-ar',
  '48000',
  '-ac',
  '1',
];

/** As Telegram clients record: Opus at 24 kbit/s, 48 kHz mono. */
const ENCODERS: Record<SpeechFormat, (bitrate?: number) => string[]> = {
  wav: () => ['-c:a', 'pcm_s16le', '-f', 'wav'],
  pcm: () => ['-c:a', 'pcm_s16le', '-f', 's16le'],
  ogg: (bitrate = 24_000) => [...opus(bitrate), '-f', 'ogg'],
  opus: (bitrate = 24_000) => [...opus(bitrate), '-f', 'opus'],
  webm: (bitrate = 24_000) => [...opus(bitrate), '-f', 'webm'],
  mp3: (bitrate = 64_000) => ['-c:a', 'libmp3lame', '-b:a', String(bitrate), '-ar', '44100', '-f', 'mp3'],
  m4a: (bitrate = 64_000) => ['-c:a', 'aac', '-b:a', String(bitrate), '-ar', '44100', '-f', 'ipod'],
  flac: () => ['-c:a', 'flac', '-f', 'flac'],
  mp4: (bitrate = 64_000) => [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-pix_fmt',
    'yuv420p',
    '-shortest',
    '-c:a',
    'aac',
    '-b:a',
    String(bitrate),
    '-ar',
    '44100',
    '-f',
    'mp4',
  ],
};

function* bytesOf(chunks: Iterable<Int16Array>): Generator<Uint8Array> {
  for (const chunk of chunks) yield new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** Writes spoken words to a file. Words are spoken as ffmpeg takes them, so hours need no memory. */
export async function writeSpeech(
  file: string,
  words: Iterable<string>,
  options: EncodeOptions = {},
): Promise<void> {
  const format = options.format ?? formatOfName(file);
  // A picture that does not move: a video as small as it gets.
  const picture = format === 'mp4' ? ['-f', 'lavfi', '-i', 'color=c=gray:s=64x64:r=2'] : [];
  await runFfmpeg({
    args: [
      '-y',
      '-f',
      's16le',
      '-ar',
      String(RATE),
      '-ac',
      '1',
      '-i',
      'pipe:0',
      ...picture,
      ...ENCODERS[format](options.bitrate),
      file,
    ],
    input: bytesOf(speak(words, options)),
  });
}

/** Spoken words as the bytes of an audio (or video) file. */
export async function encodeSpeech(words: Iterable<string>, options: EncodeOptions = {}): Promise<Buffer> {
  const format = options.format ?? 'wav';
  if (format === 'pcm') return Buffer.concat([...bytesOf(speak(words, options))]);
  const folder = await mkdtemp(path.join(tmpdir(), 'aisha-speech-'));
  try {
    const file = path.join(folder, `speech.${format}`);
    await writeSpeech(file, words, { ...options, format });
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function formatOfName(file: string): SpeechFormat {
  const extension = path.extname(file).slice(1).toLowerCase();
  if (extension === 'oga') return 'ogg';
  for (const format of Object.keys(ENCODERS)) {
    if (format === extension && isFormat(format)) return format;
  }
  throw new RangeError(`no speech in .${extension}; known: ${Object.keys(ENCODERS).join(', ')}`);
}

function isFormat(name: string): name is SpeechFormat {
  return Object.hasOwn(ENCODERS, name);
}

/** Words of the list over and over until about this many minutes are full. For load tests. */
export function* wordsForMinutes(
  words: readonly string[],
  minutes: number,
  options: SpeechOptions = {},
): Generator<string> {
  if (words.length === 0) throw new RangeError('no words to speak');
  let left = minutes * 60_000;
  for (let n = 0; ; n += 1) {
    const word = words[n % words.length] ?? '';
    left -= msOfWord(word, n, options);
    if (left < 0) return;
    yield word;
  }
}

/** A spoken file of about so many minutes, made from a word list. */
export async function writeSpeechOfMinutes(
  file: string,
  minutes: number,
  words: readonly string[],
  options: EncodeOptions = {},
): Promise<void> {
  await writeSpeech(file, wordsForMinutes(words, minutes, options), options);
}
