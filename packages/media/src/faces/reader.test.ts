import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { silentLogger } from '@aisha/service';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMedia, type Media } from '../index.ts';
import { openPicture } from '../pictures/picture.ts';
import type { FacesSeen } from './answers.ts';
import { createFaceReader, type FaceReader } from './reader.ts';

// The pictures that face-api brings along: groups of people, who said yes to that. None of ours.
const samples = join(
  dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')),
  'demo',
);

const READERS: [string, typeof createFaceReader][] = [['face-api', createFaceReader]];

describe.each(READERS)('%s', (_name, create) => {
  let media: Media;
  let reader: FaceReader;
  const options = { owner: '1', signal: new AbortController().signal };
  beforeAll(async () => {
    media = await createMedia({ log: silentLogger, scratchRoot: null });
    reader = await create({ log: silentLogger, scratch: media.scratch });
  });
  afterAll(async () => {
    reader.close();
    await media.close();
  });

  async function see(picture: Uint8Array): Promise<FacesSeen> {
    const seen = await reader.read(picture, options);
    if (!seen) throw new Error('nothing was seen');
    return seen;
  }
  /** The woman at the left, alone, with a margin: tight crops are missed. */
  const alone = async () =>
    sharp(await readFile(join(samples, 'sample6.jpg')))
      .extract({ left: 0, top: 260, width: 610, height: 800 })
      .jpeg({ quality: 94 })
      .toBuffer();

  test('counts people, measures the largest face, and knows it again in another copy', async () => {
    const group = await see(await readFile(join(samples, 'sample2.jpg')));
    expect(group.others.length).toBeGreaterThanOrEqual(1);
    const one = await see(await alone());
    expect(one.others).toEqual([]);
    const main = one.main;
    expect(main?.sharpness).toBeGreaterThan(35);
    expect(Math.abs(main?.yaw ?? 1)).toBeLessThan(0.5);
    const again = await see(
      await sharp(await alone())
        .modulate({ brightness: 1.2 })
        .jpeg({ quality: 80 })
        .toBuffer(),
    );
    const apart = (a: FacesSeen, b: FacesSeen) =>
      Math.hypot(...(a.main?.embedding ?? []).map((value, i) => value - (b.main?.embedding?.[i] ?? 0)));
    expect(apart(one, again)).toBeLessThan(0.4);
    expect(apart(one, group)).toBeGreaterThan(0.5);
  });

  test('a blurred face is less sharp; what has none has none', async () => {
    const blurred = await see(
      await sharp(await alone())
        .blur(6)
        .jpeg()
        .toBuffer(),
    );
    expect(blurred.main?.sharpness ?? 0).toBeLessThan(35);
    const noise = await sharp({
      create: {
        width: 1_200,
        height: 900,
        channels: 3,
        background: '#808080',
        noise: { type: 'gaussian', mean: 128, sigma: 30 },
      },
    })
      .jpeg()
      .toBuffer();
    expect(await see(noise)).toEqual({ main: null, others: [] });
  });

  test('what it cannot read is no finding, and the next picture is seen', async () => {
    expect(await reader.read(Buffer.from('no picture'), options)).toBeNull();
    const opened = await openPicture(media, await alone(), options);
    if (opened.kind !== 'ok') throw new Error(opened.reason);
    expect((await see(opened.jpeg)).main).not.toBeNull();
  });
});
