import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@aisha/service';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMedia, type Media } from '../index.ts';
import { decodeSound } from './decode.ts';
import { make } from './testing/making.ts';

const folder = mkdtempSync(join(tmpdir(), 'aisha-odd-sounds-'));
const signal = new AbortController().signal;
let media: Media;
beforeAll(async () => {
  media = await createMedia({ log: silentLogger, scratchRoot: join(folder, 'scratch') });
});
afterAll(async () => {
  await media.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A made file of four seconds, by ffmpeg's arguments. */
const made = async (name: string, args: string) => readFileSync(await make(folder, name, args.split(' ')));
const id3 = (size: number) => {
  const tag = Buffer.alloc(10 + size);
  tag.write('ID3\u0003');
  for (let i = 0; i < 4; i++) tag[6 + i] = (size >> (7 * (3 - i))) & 127;
  return tag;
};
const wavThatSays = async (size: number) => {
  const wav = await made('says.wav', '-ac 1 -ar 16000 -c:a pcm_s16le');
  wav.writeUInt32LE(size, wav.indexOf('data') + 4);
  return wav;
};
const both = (files: Buffer[]) => Buffer.concat(files);

/** What people have beside the reported cases: each with how many seconds of it are heard. */
const ODD: readonly (readonly [string, number, () => Promise<Buffer>])[] = [
  [
    'MP3 behind a cover of 30 MB',
    4,
    async () => both([id3(30_000_000), await made('a.mp3', '-c:a libmp3lame')]),
  ],
  [
    'MP3 with two heads and a tail',
    4,
    async () =>
      both([
        id3(5_000),
        id3(5_000),
        await made('b.mp3', '-c:a libmp3lame'),
        Buffer.from(`TAG${' '.repeat(125)}`),
      ]),
  ],
  [
    'two MP3 of different rates in one file',
    8,
    async () =>
      both([await made('c.mp3', '-c:a libmp3lame'), await made('d.mp3', '-ac 1 -ar 22050 -c:a libmp3lame')]),
  ],
  [
    'two voice messages in one file',
    8,
    async () => both([await made('e.ogg', '-c:a libopus'), await made('f.ogg', '-ac 1 -c:a libopus')]),
  ],
  [
    'AAC that becomes stereo, after junk',
    8,
    async () =>
      both([
        Buffer.alloc(5_000, 7),
        await made('g.aac', '-ac 1 -c:a aac'),
        await made('h.aac', '-ac 2 -c:a aac'),
      ]),
  ],
  [
    'MP4 in fragments, as pages record it',
    4,
    () => made('i.mp4', '-c:a aac -movflags frag_keyframe+empty_moov+default_base_moof'),
  ],
  ['WebM of a browser that recorded live', 4, () => made('j.webm', '-ac 1 -c:a libopus -live 1')],
  ['Core Audio with Opus, of WhatsApp', 4, () => made('k.caf', '-c:a libopus')],
  [
    'a broadcast WAV of more than 4 GB’s form',
    4,
    () => made('l.wav', '-c:a pcm_s16le -rf64 always -write_bext 1'),
  ],
  ['WAV that says it is empty, as recorders leave it', 4, () => wavThatSays(0)],
  ['WAV that says it is endless', 4, () => wavThatSays(0xffff_ffff)],
  ['5.1 with the voice in the middle alone', 4, () => made('m.ac3', '-af pan=5.1|c2=c0 -c:a ac3')],
  ['7.1 with the voice at a side alone', 4, () => made('n.flac', '-af pan=7.1|c6=c0 -c:a flac')],
];

const outcomeOf = async (bytes: Buffer) => {
  const file = join(folder, 'sent');
  writeFileSync(file, bytes);
  return decodeSound(media, { file, folder: { path: folder, bytes: 2 ** 40 }, owner: 'me', signal });
};

test.each(ODD)('%s is heard, %i s of it', async (_what, seconds, bytes) => {
  const sound = await outcomeOf(await bytes());
  if (sound.kind !== 'ok') throw new Error(sound.kind);
  await using heard = sound;
  expect(Math.abs(heard.durationMs - seconds * 1_000)).toBeLessThan(250);
  expect(heard.lostMs).toBe(0);
  expect(heard.levels.toSorted()[Math.floor(heard.levels.length * 0.75)]).toBeGreaterThan(-26);
});

test('MP4 whose recorder died before its index is damaged, not “no sound”', async () => {
  const whole = await made('o.m4a', '-c:a aac');
  expect(await outcomeOf(whole.subarray(0, whole.indexOf('moov') - 4))).toEqual({ kind: 'damaged' });
});

/** A third of it, in the middle, is zeros, as a disk leaves them: nearly no format says how long it is. */
test.each([
  ['MP3 without a table', 'p.mp3', '-ac 1 -c:a libmp3lame -b:a 32k -write_xing 0'],
  ['AAC of a stream', 'q.aac', '-ac 1 -c:a aac -b:a 32k'],
  ['Ogg, a hole longer than any page', 't.ogg', '-ac 1 -c:a libopus -b:a 96k'],
  ['MP4 in fragments', 'u.mp4', '-ac 1 -c:a aac -movflags frag_keyframe+empty_moov -frag_duration 1000000'],
  ['AC-3', 'r.ac3', '-ac 1 -c:a ac3'],
  ['WebM of a browser that recorded live', 's.webm', '-ac 1 -c:a libopus -live 1'],
])('%s with a hole: what is left is heard, and how much is lost is told', async (_what, name, args) => {
  const file = await made(name, `-af aloop=9:4e6 ${args}`);
  const [from, to] = [Math.floor(file.length * 0.4), Math.floor(file.length * 0.7)];
  const sound = await outcomeOf(file.fill(0, from, to));
  if (sound.kind !== 'ok') throw new Error(sound.kind);
  await using heard = sound;
  expect(heard.durationMs).toBeGreaterThan(24_000);
  expect(heard.lostMs).toBeGreaterThan(5_000);
  expect(heard.lostMs).toBeLessThan(14_000);
});

test('MP4 in fragments of which pieces are gone, with a picture, is heard beyond them', async () => {
  const whole = await made(
    'v.mp4',
    '-f lavfi -i color=s=64x64:r=5:d=40 -af aloop=9:4e6 -ac 1 -c:v mpeg4 -c:a aac -movflags frag_keyframe+empty_moov+default_base_moof -frag_duration 1000000',
  );
  const [from, to] = [Math.floor(whole.length * 0.4), Math.floor(whole.length * 0.7)];
  const sound = await outcomeOf(both([whole.subarray(0, from), whole.subarray(to)]));
  if (sound.kind !== 'ok') throw new Error(sound.kind);
  await using heard = sound;
  expect(heard.durationMs).toBeGreaterThan(24_000);
  expect(heard.lostMs).toBeGreaterThan(5_000);
});
