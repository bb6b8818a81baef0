import { readFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import { encode as encodeBmp } from 'bmp-ts';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { silentLogger } from '@aisha/service';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMedia, type Media, openPicture } from '../index.ts';
import { decodingBytes, type Header, keptSize } from './formats.ts';

const MB = 1024 * 1024;
let media: Media;
beforeAll(async () => {
  media = await createMedia({ log: silentLogger, scratchRoot: null });
});
afterAll(() => media.close());

const open = (file: Buffer, owner = 'a') =>
  openPicture(media, file, { owner, signal: new AbortController().signal });

async function opened(file: Buffer) {
  const picture = await open(file);
  if (picture.kind === 'refused') throw new Error(`refused: ${picture.reason} ${picture.format}`);
  return picture;
}

const RED = [224, 32, 32];
const BLUE = [32, 32, 224];
const GREY = [136, 136, 136];
const CLEAR = [255, 255, 255];

/** Red above left, blue below right; the other quarters grey, or nothing. */
function quarters(width: number, height: number, alpha = false): Sharp {
  const rest = alpha ? '' : '<rect width="2" height="2" fill="#888"/>';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 2 2"
    preserveAspectRatio="none" shape-rendering="crispEdges">${rest}<rect width="1" height="1" fill="#e02020"/>
    <rect x="1" y="1" width="1" height="1" fill="#2020e0"/></svg>`;
  const picture = sharp(Buffer.from(svg));
  return alpha ? picture : picture.removeAlpha();
}

/** The colours in the middle of the quarters: above left and right, below left and right. */
async function colours(jpeg: Buffer): Promise<number[][]> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  const at = (x: number, y: number) => {
    const from = (Math.floor(info.height * y) * info.width + Math.floor(info.width * x)) * 3;
    return [...data.subarray(from, from + 3)];
  };
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)];
}

async function expectColours(jpeg: Buffer, wanted: number[][], within = 24) {
  const found = await colours(jpeg);
  const furthest = found.flatMap((one, i) => one.map((level, c) => Math.abs(level - (wanted[i]?.[c] ?? 0))));
  expect(Math.max(...furthest), JSON.stringify(found)).toBeLessThanOrEqual(within);
}

const bmp = async (picture: Sharp, bitPP: 24 | 32 = 24) => {
  const { data, info } = await picture.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const abgr = Buffer.from(data);
  for (let i = 0; i < data.length; i += 4)
    abgr.set([255, data[i + 2] ?? 0, data[i + 1] ?? 0, data[i] ?? 0], i);
  return encodeBmp({ data: abgr, width: info.width, height: info.height, bitPP }).data;
};
const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));

const FORMATS: Record<string, (picture: Sharp) => Promise<Buffer>> = {
  jpeg: (picture) => picture.jpeg().toBuffer(),
  'jpeg, progressive': (picture) => picture.jpeg({ progressive: true }).toBuffer(),
  'jpeg in CMYK': (picture) => picture.toColourspace('cmyk').jpeg().toBuffer(),
  png: (picture) => picture.png().toBuffer(),
  'png, interlaced': (picture) => picture.png({ progressive: true }).toBuffer(),
  'png of 16 bits': (picture) => picture.toColourspace('rgb16').png().toBuffer(),
  'png with a palette': (picture) => picture.png({ palette: true }).toBuffer(),
  webp: (picture) => picture.webp().toBuffer(),
  gif: (picture) => picture.gif().toBuffer(),
  avif: (picture) => picture.avif({ effort: 0 }).toBuffer(),
  tiff: (picture) => picture.tiff({ compression: 'lzw' }).toBuffer(),
  'tiff in CMYK': (picture) => picture.toColourspace('cmyk').tiff().toBuffer(),
  bmp: (picture) => bmp(picture),
  'bmp of 32 bits': (picture) => bmp(picture, 32),
};

describe('a picture', () => {
  test.each(Object.entries(FORMATS))('as %s is opened, whatever its sides', async (name, make) => {
    const sides = fc.integer({ min: 16, max: 700 });
    await fc.assert(
      fc.asyncProperty(sides, sides, async (width, height) => {
        const picture = await opened(await make(quarters(width, height)));
        expect(picture).toMatchObject({ original: { width, height }, width, height });
        expect(name.startsWith(picture.format)).toBe(true);
        // CMYK of no profile is only roughly the same colour.
        await expectColours(picture.jpeg, [RED, GREY, GREY, BLUE], name.includes('CMYK') ? 110 : 40);
      }),
      { numRuns: 4 },
    );
  });

  test.each(['png', 'webp', 'tiff', 'png of 16 bits', 'gif'])(
    'with alpha as %s stands on white',
    async (name) => {
      const make = FORMATS[name];
      if (!make) throw new Error(name);
      const { jpeg, original } = await opened(await make(quarters(300, 200, true)));
      expect(original).toEqual({ width: 300, height: 200 });
      await expectColours(jpeg, [RED, CLEAR, CLEAR, BLUE]);
    },
  );

  test.each([
    ['plain.heic', 600, 520, [RED, GREY, GREY, BLUE]],
    ['ten-bit.heic', 600, 520, [RED, GREY, GREY, BLUE]],
    // Put together of squares, as every iPhone writes it; the last of them reach beyond the picture.
    ['tiles.heic', 1_000, 900, [RED, GREY, GREY, BLUE]],
    ['alpha.heic', 600, 520, [RED, CLEAR, CLEAR, BLUE]],
    // Its own note (`irot`) says: turned left.
    ['turned.heic', 520, 600, [GREY, BLUE, RED, GREY]],
    ['plain.jxl', 600, 520, [RED, GREY, GREY, BLUE]],
    ['turned.jxl', 600, 520, [RED, GREY, GREY, BLUE]],
  ])('from a phone, %s, is opened', async (name, width, height, wanted) => {
    const picture = await opened(fixture(name));
    expect(picture).toMatchObject({ format: name.split('.')[1], original: { width, height } });
    await expectColours(picture.jpeg, wanted, 48);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('held as EXIF %i says is turned upright', async (orientation) => {
    const held = quarters(300, 200).withMetadata({ orientation });
    for (const file of [await held.clone().jpeg().toBuffer(), await held.clone().png().toBuffer()]) {
      const picture = await opened(file);
      const right = await sharp(file).autoOrient().jpeg().toBuffer({ resolveWithObject: true });
      const { width, height } = right.info;
      expect(picture).toMatchObject({ width, height, original: { width, height } });
      await expectColours(picture.jpeg, await colours(right.data));
    }
  });

  test('that moves is its first frame', async () => {
    const frames = [
      await quarters(300, 200).png().toBuffer(),
      await sharp({ create: { width: 300, height: 200, channels: 3, background: '#0f0' } })
        .png()
        .toBuffer(),
    ];
    for (const file of [
      await sharp(frames, { join: { animated: true } })
        .webp()
        .toBuffer(),
      await sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
    ]) {
      const picture = await opened(file);
      expect(picture.original).toEqual({ width: 300, height: 200 });
      await expectColours(picture.jpeg, [RED, GREY, GREY, BLUE]);
    }
  });

  test.each([
    ['svg', '<svg xmlns="http://www.w3.org/2000/svg" width="99999" height="99999"><filter id="f"/></svg>'],
    ['svg', '<?xml version="1.0"?><!DOCTYPE svg><svg width="1" height="1"/>'],
    ['pdf', '%PDF-1.7\n%âãÏÓ\n'],
    ['html', '<!DOCTYPE html><html><body>404</body></html>'],
    ['text', 'no picture'],
  ])('that is %s is refused by its name, at once', async (format, text) => {
    expect(await open(Buffer.from(text))).toEqual({ kind: 'refused', reason: 'unsupported_format', format });
  });
});

/** A PNG of one colour: `lines` of the promised ones are there. */
function png(width: number, height: number, lines = height, colourType = 2): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, colourType], 8);
  const channels = colourType === 6 ? 4 : 3;
  const pixels = deflateSync(Buffer.alloc((1 + width * channels) * lines), { level: 9 });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('a bomb', () => {
  test('of pixels is refused from its header', async () => {
    expect(await open(png(60_000, 60_000, 1))).toMatchObject({ reason: 'too_many_pixels', format: 'png' });
    const gif = Buffer.from(
      'GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;',
      'latin1',
    );
    expect(await open(gif)).toMatchObject({ kind: 'refused' });
    const huge = await bmp(quarters(16, 16));
    huge.writeInt32LE(30_000, 18);
    huge.writeInt32LE(30_000, 22);
    expect(await open(huge)).toMatchObject({ reason: 'too_many_pixels', format: 'bmp' });
  });

  test('of four PNGs at once stays within what the lane may hold', async () => {
    const bomb = png(9_000, 6_600, 6_600, 6);
    expect(bomb.length).toBeLessThan(1 * MB);
    const peaks: number[] = [];
    const { pool } = media;
    const watched: Media = {
      ...media,
      pool: {
        ...pool,
        run: async (parser, input, job) => {
          const outcome = await pool.run(parser, input, job);
          peaks.push(outcome.spent.peakBytes);
          return outcome;
        },
      },
    };
    const signal = new AbortController().signal;
    const all = await Promise.all(
      ['a', 'b', 'c', 'd'].map((owner) => openPicture(watched, bomb, { owner, signal })),
    );
    for (const one of all)
      expect(one).toMatchObject({ kind: 'ok', original: { width: 9_000, height: 6_600 } });
    // Two work at once; of each some 60 MB are Node's own program, which they share.
    expect(Math.max(...peaks)).toBeLessThan(260 * MB);
  });

  test.each(Object.entries(FORMATS))('or a cut file, as %s, is an answer', async (_name, make) => {
    const whole = await make(quarters(500, 400));
    for (const part of [0.1, 0.5, 0.9]) {
      const cut = await open(whole.subarray(0, Math.floor(whole.length * part)));
      expect(['ok', 'unreadable', 'unsupported_format']).toContain(cut.kind === 'ok' ? 'ok' : cut.reason);
    }
  });

  test('of damage anywhere is an answer', async () => {
    const files = await Promise.all(Object.values(FORMATS).map((make) => make(quarters(64, 48))));
    const seeds = [...files, fixture('plain.heic'), fixture('plain.jxl')].filter(
      (file) => file !== undefined,
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.nat(255)), {
          minLength: 1,
          maxLength: 8,
        }),
        async (file, damage) => {
          const broken = Buffer.from(file);
          for (const [where, byte] of damage) broken[Math.floor(where * broken.length)] = byte;
          expect(['ok', 'refused']).toContain((await open(broken)).kind);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('what decoding needs', () => {
  const header: Header = {
    format: 'jpeg',
    width: 1,
    height: 1,
    channels: 3,
    bytesPerSample: 1,
    progressive: false,
    fileBytes: 1e6,
  };

  test.each([
    ['jpeg', 16_320, 12_240, true],
    ['jpeg', 30_000, 30_000, false],
    ['heic', 8_064, 6_048, true],
    ['avif', 4_080, 3_060, true],
    ['avif', 6_000, 4_000, false],
    ['png', 12_000, 9_000, true],
    ['webp', 16_383, 16_383, false],
    ['jxl', 3_000, 2_500, true],
  ] as const)('is known before: %s of %i × %i', (format, width, height, fits) => {
    expect(decodingBytes({ ...header, format, width, height }) !== null).toBe(fits);
  });

  test('keeps enough of the shorter side, and never enlarges', () => {
    const sides = fc.integer({ min: 1, max: 40_000 });
    fc.assert(
      fc.property(sides, sides, (width, height) => {
        const kept = keptSize(width, height);
        expect(kept.width).toBeLessThanOrEqual(width);
        expect(kept.height).toBeLessThanOrEqual(height);
        expect(Math.max(kept.width, kept.height)).toBeLessThanOrEqual(16_384);
        const narrow = Math.max(width, height) > 10_000 ? 1 : Math.min(width, height, 767);
        expect(Math.min(kept.width, kept.height)).toBeGreaterThanOrEqual(narrow);
      }),
    );
  });
});
