import sharp from 'sharp';
import { createMedia, type Media } from '@aisha/media';
import { silentLogger } from '@aisha/service';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { picture, pictures } from '../testing/pictures.ts';
import { judgePhoto, samePhoto } from './photos.ts';

let media: Media;
beforeAll(async () => {
  media = await createMedia({ log: silentLogger, scratchRoot: null });
});
afterAll(() => media.close());

const judge = (file: Buffer) =>
  judgePhoto(media, file, { owner: 'me', signal: new AbortController().signal });

async function accepted(file: Buffer) {
  const judged = await judge(file);
  if (typeof judged === 'string') throw new Error(`turned down: ${judged}`);
  return { ...judged, kept: await sharp(judged.jpeg).metadata() };
}

describe('a photo', () => {
  test.each([
    ['JPEG', () => picture(1).jpeg().toBuffer()],
    ['PNG', () => picture(1).png().toBuffer()],
    ['WebP', () => picture(1).webp().toBuffer()],
    ['AVIF', () => picture(1).avif({ effort: 0 }).toBuffer()],
    ['grey JPEG', () => picture(1).greyscale().jpeg().toBuffer()],
    ['16 bit grey PNG', () => picture(1).greyscale().toColourspace('grey16').png().toBuffer()],
    ['CMYK JPEG', () => picture(1).toColourspace('cmyk').jpeg().toBuffer()],
    ['PNG with a palette', () => picture(1).png({ palette: true, colours: 16 }).toBuffer()],
  ])('as %s is kept as an RGB JPEG', async (_name, make) => {
    const { kept, miniature, width, height } = await accepted(await make());
    expect(kept).toMatchObject({ format: 'jpeg', space: 'srgb', channels: 3, width, height });
    expect(miniature).toHaveLength(8 * 8 * 3 * 2);
  });

  test('with transparency stands on white', async () => {
    const clear = { create: { width: 600, height: 600, channels: 4 as const, background: '#0000' } };
    const { jpeg } = await accepted(await sharp(clear).png().toBuffer());
    const { data } = await sharp(jpeg).resize(1, 1).raw().toBuffer({ resolveWithObject: true });
    expect([...data]).toEqual([255, 255, 255]);
  });

  test.each([
    [1, 900, 600],
    [3, 900, 600],
    [6, 600, 900],
    [8, 600, 900],
  ])('with EXIF orientation %i is turned upright', async (orientation, width, height) => {
    const file = await picture(2, 900, 600).withMetadata({ orientation }).jpeg().toBuffer();
    const judged = await accepted(file);
    expect(judged).toMatchObject({ width, height });
    expect(judged.kept.orientation ?? 1).toBe(1);
  });

  test('loses what its file tells of the place and the camera', async () => {
    const file = await picture(3)
      .withExif({ IFD0: { Copyright: 'SECRETPLACE' } })
      .jpeg()
      .toBuffer();
    expect(file.includes('SECRETPLACE')).toBe(true);
    expect((await accepted(file)).jpeg.includes('SECRETPLACE')).toBe(false);
  });

  test('that is large is kept at 2048 pixels', async () => {
    const { width, height } = await accepted(await picture(4, 4000, 3000).jpeg().toBuffer());
    expect([width, height]).toEqual([2048, 1536]);
  });

  // A panorama, a long screenshot: what counts is the original, and enough of it is kept.
  test.each([
    [4800, 1100, 3351, 768],
    [1080, 4400, 768, 3129],
    [9000, 512, 9000, 512],
  ])('of %i × %i pixels is large enough', async (width, height, keptWidth, keptHeight) => {
    const { kept } = await accepted(await picture(5, width, height).jpeg().toBuffer());
    expect([kept.width, kept.height]).toEqual([keptWidth, keptHeight]);
  });

  test.each([
    [511, 511],
    [511, 3000],
    [1, 1],
  ])('of %i × %i pixels is too small', async (width, height) => {
    expect(await judge(await picture(5, width, height).png().toBuffer())).toBe('too_small');
  });

  test('of exactly 512 pixels is enough', async () => {
    expect((await accepted(await picture(5, 512, 700).jpeg().toBuffer())).width).toBe(512);
  });

  test('that only claims to be huge is turned down without being decoded', async () => {
    // 60,000 × 60,000 pixels in a few kilobytes: 10 GB raw.
    const header = Buffer.from(
      await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
        .png()
        .toBuffer(),
    );
    header.writeUInt32BE(60_000, 16);
    header.writeUInt32BE(60_000, 20);
    const started = process.memoryUsage().rss;
    expect(await judge(header)).toBe('too_many_pixels');
    expect(process.memoryUsage().rss - started).toBeLessThan(200 * 1024 * 1024);
  });

  test.each([
    ['half a JPEG', async () => (await picture(6).jpeg().toBuffer()).subarray(0, 9_000)],
    ['half a PNG', async () => (await picture(6).png().toBuffer()).subarray(0, 2_000)],
    ['nothing', async () => Buffer.alloc(0)],
    ['noise', async () => Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 7919) % 256))],
  ])('that is %s is unreadable', async (_name, make) => {
    expect(await judge(await make())).toBe('unreadable');
  });

  test.each([
    ['a text', 'this is no picture at all, it only has the name of one'],
    ['a page', '<!doctype html><html><body>404</body></html>'],
    ['a drawing', '<svg xmlns="http://www.w3.org/2000/svg" width="60000" height="60000"/>'],
    ['a PDF', '%PDF-1.7\n%'],
  ])('that is %s is of another format', async (_name, text) => {
    expect(await judge(Buffer.from(text))).toBe('unsupported_format');
  });
});

describe('the same picture', () => {
  const miniature = async (file: Buffer) => (await accepted(file)).miniature;

  test.each([
    ['saved anew, worse', (one: Buffer) => sharp(one).jpeg({ quality: 60 }).toBuffer()],
    ['scaled down', (one: Buffer) => sharp(one).resize(640).jpeg().toBuffer()],
    ['as PNG', (one: Buffer) => sharp(one).png().toBuffer()],
  ])('%s is recognised', async (_name, change) => {
    const one = await picture(7).jpeg({ quality: 95 }).toBuffer();
    expect(samePhoto(await miniature(one), await miniature(await change(one)))).toBe(true);
  });

  test('is not seen in twenty different ones', async () => {
    const all = await Promise.all((await pictures(20)).map(miniature));
    const same = all.flatMap((one, i) => all.slice(i + 1).filter((other) => samePhoto(one, other)));
    expect(same).toEqual([]);
  });

  test('in grey and in colour is not taken for one', async () => {
    const colour = await miniature(await picture(8).jpeg().toBuffer());
    const grey = await miniature(await picture(8).greyscale().jpeg().toBuffer());
    expect(samePhoto(grey, grey)).toBe(true);
    expect(samePhoto(grey, colour)).toBe(false);
    expect(samePhoto(colour, grey)).toBe(false);
  });
});
