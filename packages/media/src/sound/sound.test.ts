import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@aisha/service';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createMedia, type Media } from '../index.ts';
import { decodeSound, type Sound, type SoundOutcome } from './decode.ts';
import { encodeStretch } from './encode.ts';
import { FORMS } from './testing/forms.ts';
import { ffmpeg, make } from './testing/making.ts';

const folder = mkdtempSync(join(tmpdir(), 'aisha-sound-'));
const signal = new AbortController().signal;
let media: Media;
beforeAll(async () => {
  media = await createMedia({ log: silentLogger, scratchRoot: join(folder, 'scratch') });
});
afterAll(async () => {
  await media.close();
  rmSync(folder, { recursive: true, force: true });
});

const decode = (file: string): Promise<SoundOutcome> =>
  decodeSound(media, { file, folder: { path: folder, bytes: 2 ** 40 }, owner: 'me', signal });

async function heard(file: string): Promise<Sound> {
  const outcome = await decode(file);
  if (outcome.kind !== 'ok') throw new Error(`${file}: ${outcome.kind}`);
  return outcome;
}

/** The level that half of the loud half of the frames reach, dBFS. */
const loud = ({ levels }: Sound) => levels.toSorted()[Math.floor(levels.length * 0.75)] ?? -100;
/** How much is loud: the made recordings are half the time. */
const voicedShare = (sound: Sound) =>
  sound.levels.filter((level) => level > loud(sound) - 12).length / sound.levels.length;

describe('whatever the container and the codec', () => {
  test.each(FORMS)('%s is decoded whole', async (name, args) => {
    const file = await make(folder, name, args);
    await using sound = await heard(file);
    expect(sound.durationMs).toBeGreaterThan(3_800);
    expect(sound.durationMs).toBeLessThan(4_400);
    expect(sound.lostMs).toBe(0);
    expect(loud(sound)).toBeGreaterThan(-26);
    expect(voicedShare(sound)).toBeGreaterThan(0.35);
    expect(voicedShare(sound)).toBeLessThan(0.75);
  });

  test.each([
    ['tone.amr', 1],
    ['tone.awb', 1],
    // Its pauses are marked, not coded (DTX): they may be left out, and are no damage.
    ['dtx.amr', 5],
  ])('%s of a phone is decoded, by itself and in 3GP', async (name, times) => {
    const file = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
    const phone = `${name}.3gp`;
    await ffmpeg(folder, '-stream_loop', String(times - 1), '-i', file, '-c', 'copy', phone);
    for (const sent of [file, join(folder, phone)]) {
      await using sound = await heard(sent);
      expect(sound.durationMs).toBeGreaterThan(2_500);
      expect(sound.lostMs).toBe(0);
      expect(loud(sound)).toBeGreaterThan(-26);
    }
  });

  test('with any channels and rates, under any name, the words are the same', async () => {
    const form = fc.constantFrom(
      ['ogg', 'libopus'],
      ['m4a', 'aac'],
      ['wav', 'pcm_s16le'],
      ['flac', 'flac'],
      ['mka', 'ac3'],
      ['caf', 'alac'],
      ['wma', 'wmav2'],
    );
    await fc.assert(
      fc.asyncProperty(
        form,
        fc.constantFrom(1, 2, 6, 16),
        fc.constantFrom(8_000, 22_050, 48_000, 96_000),
        async ([kind = '', codec = ''], wanted, rate) => {
          const most = { wav: 16, wma: 2, caf: 8 }[kind] ?? 6;
          const channels = Math.min(wanted, most);
          const usual =
            codec === 'libopus' || codec === 'ac3'
              ? 48_000
              : codec === 'wmav2'
                ? Math.min(rate, 48_000)
                : rate;
          const upmix = `pan=${channels === 1 ? 'mono' : `${channels}c`}|${Array.from({ length: channels }, (_, i) => `c${i}=c0`).join('|')}`;
          const layout =
            channels === 6
              ? ['-filter:a', 'pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0']
              : channels === 2
                ? ['-ac', '2']
                : ['-filter:a', upmix];
          const written = await make(folder, `x.${kind}`, [...layout, '-ar', String(usual), '-c:a', codec]);
          const file = join(folder, 'nameless');
          writeFileSync(file, readFileSync(written));
          await using sound = await heard(file);
          expect(sound.durationMs).toBeGreaterThan(3_800);
          expect(sound.durationMs).toBeLessThan(4_400);
          expect(loud(sound)).toBeGreaterThan(-24);
          expect(voicedShare(sound)).toBeGreaterThan(0.35);
        },
      ),
      { numRuns: 12 },
    );
  }, 120_000);
});

describe('several tracks', () => {
  test('of which the first is silent: the second is heard', async () => {
    const speech = await make(folder, 'mic.wav', ['-c:a', 'pcm_s16le'], { seconds: 6 });
    await ffmpeg(
      folder,
      '-f',
      'lavfi',
      '-i',
      'anullsrc=d=6',
      '-i',
      speech,
      '-f',
      'lavfi',
      '-i',
      'color=s=160x90:d=6:r=5',
      '-map',
      '2:v',
      '-map',
      '0:a',
      '-map',
      '1:a',
      '-c:v',
      'libx264',
      '-c:a',
      'aac',
      'obs.mkv',
    );
    await using sound = await heard(join(folder, 'obs.mkv'));
    expect(loud(sound)).toBeGreaterThan(-20);
  });

  test('with a voice in each are heard both', async () => {
    const graph =
      "aevalsrc='0.3*sin(600*t)*lt(mod(t,2),0.9)':s=48000:d=6[a];aevalsrc='0.1*sin(900*t)*gt(mod(t,2),1.1)':s=48000:d=6[b]";
    await ffmpeg(folder, '-filter_complex', graph, '-map', '[a]', '-map', '[b]', '-c:a', 'aac', 'two.m4a');
    await using sound = await heard(join(folder, 'two.m4a'));
    expect(sound.levels.filter((level) => level > -40).length / sound.levels.length).toBeGreaterThan(0.8);
  });

  test('of which one cannot be decoded: the other is heard', async () => {
    const speech = await make(folder, 'mic.wav', ['-c:a', 'pcm_s16le'], { seconds: 6 });
    await ffmpeg(
      folder,
      '-i',
      speech,
      '-map',
      '0:a',
      '-map',
      '0:a',
      '-c:a:0',
      'aac',
      '-c:a:1',
      'alac',
      '-tag:a:1',
      'apac',
      '-f',
      'mov',
      'spatial.qta',
    ).catch(() => undefined);
    const bytes = readFileSync(
      await make(folder, 'both.mka', ['-map', '0:a', '-map', '0:a', '-c:a:0', 'flac', '-c:a:1', 'libvorbis']),
    );
    // Its codec's name is one that nobody knows.
    const at = bytes.indexOf('A_VORBIS');
    bytes.write('A_FUTURE', at);
    const file = join(folder, 'future.mka');
    writeFileSync(file, bytes);
    await using sound = await heard(file);
    expect(loud(sound)).toBeGreaterThan(-20);
  });
});

test.each([
  ['longer.mp4', '-c:a aac'],
  ['longer.mkv', '-c:a libopus'],
  ['longer.flv', '-c:a libmp3lame -ar 44100'],
])('a picture that goes on when the sound has ended is no loss: %s', async (name, codec) => {
  const speech = await make(folder, 'talk.wav', ['-c:a', 'pcm_s16le'], { seconds: 5 });
  const picture = ['-f', 'lavfi', '-i', 'color=s=160x90:r=5:d=12'];
  await ffmpeg(folder, ...picture, '-itsoffset', '2', '-i', speech, ...codec.split(' '), name);
  await using sound = await heard(join(folder, name));
  expect(sound.durationMs).toBeLessThan(7_500);
  expect(sound.lostMs).toBe(0);
});

describe('channels', () => {
  test.each([
    ['anti.mp3', 'libmp3lame', 'stereo|c0=c0|c1=-1*c0'],
    ['anti.wav', 'pcm_s16le', 'stereo|c0=c0|c1=-1*c0'],
    ['anti.m4a', 'aac', 'stereo|c0=c0|c1=-1*c0'],
    ['four.wav', 'pcm_s16le', '4c|c0=c0|c1=-1*c0|c2=0.5*c0|c3=-0.5*c0'],
    ['anti.flac', 'flac', '5.1|c0=c0|c1=-1*c0|c4=c0|c5=-1*c0'],
  ])('that are each other’s inverse are heard: %s', async (name, codec, layout) => {
    await using sound = await heard(await make(folder, name, ['-af', `pan=${layout}`, '-c:a', codec]));
    expect(loud(sound)).toBeGreaterThan(-20);
  });

  test('of which one is empty are heard; of sixteen with two voices both', async () => {
    await using one = await heard(await make(folder, 'left.wav', ['-af', 'pan=stereo|c1=c0']));
    expect(loud(one)).toBeGreaterThan(-26);
    const graph =
      "aevalsrc='0.3*sin(600*t)*lt(mod(t,2),0.9)':s=48000:d=6[a];aevalsrc='0.3*sin(900*t)*gt(mod(t,2),1.1)':s=48000:d=6[b];[a][b]amerge,pan=16c|c3=c0|c9=c1";
    await ffmpeg(folder, '-filter_complex', graph, '-c:a', 'pcm_s16le', 'sixteen.wav');
    await using both = await heard(join(folder, 'sixteen.wav'));
    expect(both.levels.filter((level) => level > -40).length / both.levels.length).toBeGreaterThan(0.8);
  });
});

test('very quiet speech keeps its shape', async () => {
  await using sound = await heard(
    await make(folder, 'quiet.m4a', ['-ac', '2', '-c:a', 'aac'], { level: 0.002 }),
  );
  expect(loud(sound)).toBeGreaterThan(-35);
  expect(voicedShare(sound)).toBeLessThan(0.75);
});

describe('damage', () => {
  test('here and there is passed over', async () => {
    const file = await make(
      folder,
      'holes.mp3',
      ['-ac', '1', '-c:a', 'libmp3lame', '-b:a', '32k', '-ar', '22050'],
      { seconds: 600 },
    );
    const bytes = readFileSync(file);
    for (let at = 15_000; at < bytes.length; at += 15_000) bytes.fill(0, at, at + 200);
    await writeFile(file, bytes);
    await using sound = await heard(file);
    expect(sound.durationMs + sound.lostMs).toBeGreaterThan(590_000);
    expect(sound.durationMs).toBeGreaterThan(540_000);
  }, 60_000);

  test.each([
    ['cut.flac', 'flac'],
    ['cut.mkv', 'libopus'],
    ['cut.mp4', 'aac'],
  ])('that ends the file half way: %s says how much is lost', async (name, codec) => {
    const file = await make(
      folder,
      name,
      ['-c:a', codec, ...(codec === 'aac' ? ['-movflags', 'faststart'] : [])],
      { seconds: 60 },
    );
    await truncate(file, Math.floor(readFileSync(file).length / 2));
    await using sound = await heard(file);
    expect(sound.durationMs).toBeGreaterThan(20_000);
    expect(sound.durationMs).toBeLessThan(40_000);
    expect(sound.durationMs + sound.lostMs).toBeGreaterThan(58_000);
  });

  test.each([
    ['cut.wav', 'pcm_s16le'],
    ['cut.avi', 'libmp3lame'],
    ['cut.ogg', 'libopus'],
    ['cut.mp3', 'libmp3lame'],
    ['cut.wma', 'wmav2'],
  ])('that ends the file half way: of %s there is what there is', async (name, codec) => {
    const file = await make(folder, name, ['-c:a', codec], { seconds: 60 });
    await truncate(file, Math.floor(readFileSync(file).length / 2));
    await using sound = await heard(file);
    expect(sound.durationMs).toBeGreaterThan(20_000);
  });

  test('of random bytes crashes nothing and is answered', async () => {
    const sources = await Promise.all(
      FORMS.filter((_, i) => i % 3 === 0).map(async ([name, args]) =>
        readFileSync(await make(folder, `fuzz-${name}`, args)),
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sources),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        async (source, holes, share) => {
          const bytes = Buffer.from(source.subarray(0, Math.ceil(source.length * share)));
          for (const [at, value] of holes) bytes[at % bytes.length] = value;
          const file = join(folder, 'fuzzed');
          writeFileSync(file, bytes);
          const outcome = await decode(file);
          if (outcome.kind === 'ok') await outcome[Symbol.asyncDispose]();
          expect(['ok', 'not_media', 'no_sound', 'damaged', 'too_long', 'too_costly']).toContain(
            outcome.kind,
          );
        },
      ),
      { numRuns: 15 },
    );
    expect(media.scratch.reserved).toBe(0);
  }, 120_000);
});

describe('refused', () => {
  /** A WAV head with these bytes of sound after it. */
  function wav(rate: number, samples: number): Buffer {
    const head = Buffer.alloc(44);
    head.write('RIFF', 0);
    head.writeUInt32LE(36 + samples * 2, 4);
    head.write('WAVEfmt ', 8);
    head.writeUInt32LE(16, 16);
    head.writeUInt16LE(1, 20);
    head.writeUInt16LE(1, 22);
    head.writeUInt32LE(rate, 24);
    head.writeUInt32LE(rate * 2, 28);
    head.writeUInt16LE(2, 32);
    head.writeUInt16LE(16, 34);
    head.write('data', 36);
    head.writeUInt32LE(samples * 2, 40);
    return Buffer.concat([head, Buffer.alloc(samples * 2, 1)]);
  }
  const sent = async (bytes: Buffer | string) => {
    const file = join(folder, 'sent');
    writeFileSync(file, bytes);
    return (await decode(file)).kind;
  };

  test('a rate at which nobody speaks', async () => expect(await sent(wav(1, 20_000))).toBe('no_sound'));
  test('longer than the longest', async () => {
    await ffmpeg(
      folder,
      '-f',
      'lavfi',
      '-i',
      'anullsrc=r=8000:cl=mono:d=46800',
      '-c:a',
      'pcm_alaw',
      '-f',
      'wav',
      'long.wav',
    );
    expect((await decode(join(folder, 'long.wav'))).kind).toBe('too_long');
  }, 60_000);
  test('silence that packs into nothing: more samples than anybody records', async () => {
    const silence = (seconds: number) =>
      Array.from({ length: 8 }, () => [
        '-f',
        'lavfi',
        '-t',
        String(seconds),
        '-i',
        'anullsrc=r=192000:cl=7.1',
      ]).flat();
    const tracks = Array.from({ length: 8 }, (_, i) => ['-map', `${i}:a`]).flat();
    const one = ['-c:a', 'flac', '-frame_size', '65535'];
    await ffmpeg(folder, ...silence(2), ...tracks, ...one, 'tracks.mka');
    const bytes = readFileSync(join(folder, 'tracks.mka'));
    // Duration: an element of the head, in ms as a float of 8 bytes (Matroska: 44 89 88).
    bytes.writeDoubleBE(11 * 3_600_000, bytes.indexOf(Buffer.from([0x44, 0x89, 0x88])) + 3);
    expect(await sent(Buffer.concat([bytes, Buffer.alloc(900_000)]))).toBe('too_costly');
  });
  test('a head alone', async () =>
    expect(['damaged', 'not_media', 'no_sound']).toContain(await sent(wav(16_000, 0))));
  test.each([
    ['a text', 'this is no sound'],
    ['a playlist', '#EXTM3U\n#EXTINF:1,\n/etc/passwd\n'],
    ['a list of files', 'ffconcat version 1.0\nfile /etc/passwd\n'],
    ['nothing', ''],
  ])('%s', async (_name, text) => expect(await sent(text)).toBe('not_media'));
  test('a video without sound', async () => {
    await ffmpeg(folder, '-f', 'lavfi', '-i', 'color=s=160x90:d=2:r=5', '-c:v', 'libx264', 'mute.mp4');
    expect((await decode(join(folder, 'mute.mp4'))).kind).toBe('no_sound');
  });
  test('a picture', async () => {
    await ffmpeg(folder, '-f', 'lavfi', '-i', 'color=s=160x90', '-frames:v', '1', 'a.png');
    expect((await decode(join(folder, 'a.png'))).kind).toBe('not_media');
  });
});

describe('durations', () => {
  test('that the file does not tell are found out', async () => {
    const file = await make(folder, 'live.webm', ['-c:a', 'libopus', '-f', 'webm', '-live', '1']);
    await using sound = await heard(file);
    expect(sound.durationMs).toBeGreaterThan(3_800);
  });
  test('that are far too short do not cut it', async () => {
    const file = await make(folder, 'liar.wav', ['-ac', '1', '-c:a', 'pcm_s16le'], { seconds: 90 });
    const bytes = readFileSync(file);
    bytes.writeUInt32LE(bytes.length, 4);
    const at = bytes.indexOf('data');
    bytes.writeUInt32LE(0, at + 4);
    writeFileSync(file, bytes);
    await using sound = await heard(file);
    expect(sound.durationMs).toBeGreaterThan(89_000);
  });
});

test('a full disk is nobody’s file: a passing trouble', async () => {
  const file = await make(folder, 'a.mp3', ['-c:a', 'libmp3lame']);
  const small = await createMedia({
    log: silentLogger,
    scratchRoot: join(folder, 'small'),
    scratchBytes: 1_000_000,
  });
  try {
    await expect(
      decodeSound(small, { file, folder: { path: folder, bytes: 2 ** 40 }, owner: 'me', signal }),
    ).rejects.toMatchObject({ name: 'TransientError' });
  } finally {
    await small.close();
  }
});

/** Programs that were given a place below this folder. */
function programsOn(place: string): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(place);
    } catch {
      return false;
    }
  });
}

// Only root may mount a small disk.
test.runIf(process.getuid?.() === 0)(
  'nor is one that fills up while ffmpeg writes',
  async () => {
    const file = await make(folder, 'long.mp3', ['-c:a', 'libmp3lame', '-b:a', '32k'], { seconds: 300 });
    const disk = mkdtempSync(join(tmpdir(), 'aisha-small-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=320m', 'none', disk]);
    const small = await createMedia({ log: silentLogger, scratchRoot: disk });
    const hog = join(disk, 'hog');
    const again = () =>
      decodeSound(small, { file, folder: { path: folder, bytes: 2 ** 40 }, owner: 'me', signal });
    try {
      const outcome = again().then(
        () => 'decoded',
        (error: unknown) => error,
      );
      await vi.waitUntil(
        () => readdirSync(disk, { recursive: true }).some((name) => String(name).endsWith('/sound')),
        { timeout: 30_000, interval: 5 },
      );
      // It stands still while everything that is left is taken.
      const writers = programsOn(disk);
      expect(writers).not.toHaveLength(0);
      for (const pid of writers) process.kill(pid, 'SIGSTOP');
      expect(() => execFileSync('dd', ['if=/dev/zero', `of=${hog}`, 'bs=64k'], { stdio: 'ignore' })).toThrow(
        /dd/,
      );
      for (const pid of writers) process.kill(pid, 'SIGCONT');
      expect(await outcome).toMatchObject({ name: 'TransientError' });
      rmSync(hog);
      const sound = await again();
      expect(sound).toMatchObject({ kind: 'ok', lostMs: 0 });
      if (sound.kind === 'ok') await sound[Symbol.asyncDispose]();
      expect(small.scratch.reserved).toBe(0);
    } finally {
      await small.close();
      execFileSync('umount', [disk]);
      rmSync(disk, { recursive: true });
    }
  },
  120_000,
);

test('a stretch is the sound between its times, as loud as asked', async () => {
  await using sound = await heard(
    await make(folder, 'a.wav', ['-ac', '1', '-c:a', 'pcm_s16le'], { seconds: 10, level: 0.01 }),
  );
  const bytes = await encodeStretch(
    media,
    sound,
    { startMs: 3_020, endMs: 5_120, gainDb: 20 },
    { owner: 'me', signal },
  );
  const file = join(folder, 'stretch.ogg');
  writeFileSync(file, bytes);
  await using piece = await heard(file);
  expect(Math.abs(piece.durationMs - 2_100)).toBeLessThan(30);
  expect(loud(piece) - loud(sound)).toBeGreaterThan(17);
});

test('what a file says of itself does not hold up the worker that reads how loud it is', async () => {
  const chunk = (name: string, data: Buffer) => {
    const head = Buffer.alloc(8);
    head.write(name, 'latin1');
    head.writeUInt32LE(data.length, 4);
    return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
  };
  await make(folder, 'two.wav', ['-ac', '2', '-ar', '16000']);
  // As astats writes, but for the end: each beginning would be looked through to the end of all.
  const remark = Buffer.from(`${`${'[Parsed_astats_0 @ '.repeat(13)}\r`.repeat(1_000)}]x`);
  const list = chunk('LIST', Buffer.concat([Buffer.from('INFO'), chunk('ICMT', remark)]));
  const plain = readFileSync(join(folder, 'two.wav'));
  const bytes = Buffer.concat([plain.subarray(0, 36), list, plain.subarray(36)]);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  writeFileSync(join(folder, 'told.wav'), bytes);
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const sound = await heard(join(folder, 'told.wav'));
  delay.disable();
  expect(sound.durationMs).toBe(4_000);
  expect(delay.max / 1e6).toBeLessThan(1_000);
});
