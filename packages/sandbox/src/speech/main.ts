/**
 * Speech coded as tones, from the command line:
 *
 *     node --conditions=@aisha/source src/speech/main.ts --text "Привет, как дела?" --out hello.ogg
 *     node --conditions=@aisha/source src/speech/main.ts --text-file talk.txt --minutes 60 --out hour.ogg
 *     node --conditions=@aisha/source src/speech/main.ts --read hello.ogg
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { decodeSpeech } from './decode.ts';
import { writeSpeech, writeSpeechOfMinutes } from './encode.ts';

const { values } = parseArgs({
  options: {
    text: { type: 'string' },
    'text-file': { type: 'string' },
    out: { type: 'string' },
    minutes: { type: 'string' },
    bitrate: { type: 'string' },
    noise: { type: 'string' },
    gap: { type: 'string' },
    read: { type: 'string' },
  },
});

const number = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new RangeError(`not a number: ${text}`);
  return value;
};

const options = {
  ...(values.bitrate === undefined ? {} : { bitrate: number(values.bitrate) ?? 0 }),
  ...(values.noise === undefined ? {} : { noise: number(values.noise) ?? 0 }),
  ...(values.gap === undefined ? {} : { gapMs: number(values.gap) ?? 0 }),
};

if (values.read !== undefined) {
  const { words, duration } = await decodeSpeech(values.read);
  process.stdout.write(`${duration.toFixed(2)} s: ${words.map((word) => word.text).join(' ')}\n`);
} else {
  const text = values.text ?? (values['text-file'] ? await readFile(values['text-file'], 'utf8') : '');
  const words = text.split(/\s+/u).filter((word) => word !== '');
  if (words.length === 0 || !values.out) {
    process.stderr.write(
      'usage: --text "…" | --text-file FILE, --out FILE.{ogg,mp3,m4a,webm,mp4,wav,flac}\n',
    );
    process.stderr.write('       [--minutes N] [--bitrate N] [--noise 0–1] [--gap MS], or --read FILE\n');
    process.exit(2);
  }
  const minutes = number(values.minutes);
  if (minutes === undefined) await writeSpeech(values.out, words, options);
  else await writeSpeechOfMinutes(values.out, minutes, words, options);
  process.stdout.write(`${values.out}\n`);
}
