import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { bytesOf, type Make, noise, repeated, type Shapes } from './texts.ts';

const u32 = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4);
  return bytes;
};
const u16le = (...values: number[]) => Buffer.from(Uint16Array.from(values).buffer);
const times = (count: number, unit: Buffer) =>
  Buffer.alloc(unit.length * Math.max(1, Math.ceil(count)), unit);

const chunk = (name: string, data: Buffer) => {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  return Buffer.concat([u32(data.length), body, u32(crc32(body))]);
};
const PNG_HEAD = Buffer.concat([
  Buffer.from('\u0089PNG\r\n\u001A\n', 'latin1'),
  chunk('IHDR', Buffer.concat([u32(8, 8), Buffer.from([8, 2, 0, 0, 0])])),
]);
const LINES = deflateSync(Buffer.alloc(8 * 25));

/** Eight by eight pixels and a great many of one chunk. */
const png =
  (one: Buffer): Make =>
  (size) =>
    Buffer.concat([
      PNG_HEAD,
      times(size / one.length, one),
      chunk('IDAT', LINES),
      chunk('IEND', Buffer.alloc(0)),
    ]);

const pixels = (side: number) =>
  sharp(bytesOf(side * side * 3), { raw: { width: side, height: side, channels: 3 } });
/** So many pixels as one picture of a format; sizes are of the pixels. */
const whole =
  (encode: (picture: ReturnType<typeof pixels>) => Promise<Buffer>): Make =>
  (size) =>
    encode(pixels(Math.ceil(Math.sqrt(size / 3))));

const jpeg =
  (unit: Buffer): Make =>
  async (size) => {
    const plain = await pixels(8).jpeg().toBuffer();
    return Buffer.concat([plain.subarray(0, 2), times(size / unit.length, unit), plain.subarray(2)]);
  };
const segment = (marker: number, data: Buffer) =>
  Buffer.concat([Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255]), data]);

const GIF_HEAD = Buffer.concat([
  Buffer.from('GIF89a', 'latin1'),
  u16le(8, 8),
  Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255]),
]);
/** One pixel of a frame. */
const GIF_FRAME = Buffer.concat([
  Buffer.from([0x21, 0xf9, 4, 0, 1, 0, 0, 0, 0x2c]),
  u16le(0, 0, 1, 1),
  Buffer.from([0, 2, 2, 0x44, 1, 0]),
]);
const GIF_REMARK = Buffer.from([0x21, 0xfe, 1, 0x61, 0]);
const gif =
  (one: Buffer): Make =>
  (size) =>
    Buffer.concat([GIF_HEAD, times(size / one.length, one), GIF_FRAME, Buffer.from([0x3b])]);

/** A page of eight by one grey pixels, and where the next page is. */
function tiffPages(size: number): Buffer {
  const ENTRIES = [
    [256, 3, 1, 8],
    [257, 3, 1, 1],
    [258, 3, 1, 8],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, 1, 8],
    [277, 3, 1, 1],
    [278, 3, 1, 1],
    [279, 4, 1, 8],
  ] as const;
  const page = 2 + ENTRIES.length * 12 + 4;
  const count = Math.ceil(size / page);
  const bytes = Buffer.alloc(16 + count * page);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(16, 4);
  for (let n = 0; n < count; n++) {
    const at = 16 + n * page;
    bytes.writeUInt16LE(ENTRIES.length, at);
    for (const [i, [tag, type, values, value]] of ENTRIES.entries()) {
      bytes.writeUInt16LE(tag, at + 2 + i * 12);
      bytes.writeUInt16LE(type, at + 4 + i * 12);
      bytes.writeUInt32LE(values, at + 6 + i * 12);
      bytes.writeUInt32LE(value, at + 10 + i * 12);
    }
    bytes.writeUInt32LE(n + 1 < count ? at + page : 0, at + page - 4);
  }
  return bytes;
}

const box = (name: string, data: Buffer) =>
  Buffer.concat([u32(data.length + 8), Buffer.from(name, 'latin1'), data]);
const boxes =
  (brand: string, one: Buffer, inside?: string): Make =>
  (size) => {
    const many = times(size / one.length, one);
    const head = box('ftyp', Buffer.from(`${brand}\0\0\0\0mif1${brand}`, 'latin1'));
    return Buffer.concat([head, inside === undefined ? many : box(inside, Buffer.concat([u32(0), many]))]);
  };
/** Boxes in boxes. */
const nested =
  (brand: string): Make =>
  (size) => {
    const depth = Math.ceil(size / 12);
    const bytes = Buffer.alloc(depth * 12);
    for (let i = 0; i < depth; i++) {
      bytes.writeUInt32BE((depth - i) * 12, i * 12);
      bytes.write(i === 0 ? 'meta' : 'iprp', i * 12 + 4, 'latin1');
    }
    return Buffer.concat([box('ftyp', Buffer.from(`${brand}\0\0\0\0mif1${brand}`, 'latin1')), bytes]);
  };
const riff =
  (one: Buffer): Make =>
  async (size) => {
    const plain = await pixels(8).webp().toBuffer();
    const body = Buffer.concat([plain.subarray(8), times(size / one.length, one)]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.length);
    return Buffer.concat([Buffer.from('RIFF'), length, body]);
  };
const frames =
  (format: 'webp' | 'gif'): Make =>
  async (size) => {
    const count = Math.min(4_000, Math.ceil(size / 1_000));
    const strip = sharp(bytesOf(16 * 16 * 3 * count), {
      raw: { width: 16, height: 16 * count, channels: 3, pageHeight: 16 },
    });
    return strip[format]({ effort: 1 }).toBuffer();
  };

/** What goes to measure.ts, and where that finds a picture to convert.ts. */
export const PICTURES: Shapes = {
  'PNG of remarks': png(chunk('tEXt', Buffer.from('a\0b'))),
  'PNG of packed remarks': png(
    chunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(999))])),
  ),
  'PNG of unknown chunks': png(chunk('abCd', Buffer.alloc(0))),
  'PNG of empty pixels': png(chunk('IDAT', Buffer.alloc(0))),
  'PNG of frames': png(chunk('fcTL', Buffer.alloc(26))),
  'PNG of pixels': whole((picture) => picture.png({ compressionLevel: 1 }).toBuffer()),
  'PNG of interlaced pixels': whole((picture) =>
    picture.png({ progressive: true, compressionLevel: 1 }).toBuffer(),
  ),
  'JPEG of remarks': jpeg(segment(0xfe, Buffer.from('a'))),
  'JPEG of profiles': jpeg(segment(0xe2, Buffer.from('ICC_PROFILE\0\u0001\u0001a', 'latin1'))),
  'JPEG of EXIF': jpeg(segment(0xe1, Buffer.from('Exif\0\0II*\0\b\0\0\0\0\0', 'latin1'))),
  'JPEG of filling': jpeg(Buffer.from([0xff])),
  'JPEG of tables': jpeg(segment(0xdb, Buffer.alloc(65, 1))),
  'JPEG of pixels': whole((picture) => picture.jpeg().toBuffer()),
  'JPEG of progressive pixels': whole((picture) => picture.jpeg({ progressive: true }).toBuffer()),
  'GIF of frames': gif(GIF_FRAME),
  'GIF of remarks': gif(GIF_REMARK),
  'GIF of whole frames': frames('gif'),
  'WebP of chunks': riff(Buffer.concat([Buffer.from('abcd'), Buffer.alloc(4)])),
  'WebP of frames': frames('webp'),
  'WebP of pixels': whole((picture) => picture.webp({ effort: 0 }).toBuffer()),
  'TIFF of pages': tiffPages,
  'TIFF of pixels': whole((picture) => picture.tiff({ compression: 'lzw' }).toBuffer()),
  'BMP of noise': noise('BM'),
  'HEIC of boxes': boxes('heic', box('free', Buffer.alloc(0))),
  'HEIC of boxes in its description': boxes('heic', box('free', Buffer.alloc(0)), 'meta'),
  'HEIC of items': boxes(
    'heic',
    box('infe', Buffer.from([2, 0, 0, 0, 0, 1, 0, 0, 0x68, 0x76, 0x63, 0x31, 0])),
    'meta',
  ),
  'HEIC of boxes in boxes': nested('heic'),
  'AVIF of boxes': boxes('avif', box('free', Buffer.alloc(0))),
  'AVIF of boxes in its description': boxes('avif', box('free', Buffer.alloc(0)), 'meta'),
  'AVIF of boxes in boxes': nested('avif'),
  'AVIF of pixels': whole((picture) => picture.avif({ effort: 0 }).toBuffer()),
  'JPEG XL of boxes': (size) =>
    Buffer.concat([
      Buffer.from('\0\0\0\fJXL \r\n\u0087\n', 'latin1'),
      times(size / 8, box('free', Buffer.alloc(0))),
    ]),
  'JPEG XL of noise': noise('\u00FF\n'),
  'SVG of groups': repeated('<g>', '<svg>'),
  'video of boxes': boxes('isom', box('free', Buffer.alloc(0))),
  'Matroska of elements': (size) =>
    Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0xff]), times(size / 2, Buffer.from([0xec, 0x80]))]),
  'MP3 behind remarks': (size) =>
    Buffer.concat([
      Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, 0, 0]),
      Buffer.alloc(size, 'ID3\u0003\0\0\0\0\0\0', 'latin1'),
    ]),
  noise: noise(),
};

const u32le = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const wav =
  (one: Buffer): Make =>
  (size) => {
    const format = Buffer.concat([
      Buffer.from('WAVEfmt '),
      u32le(16),
      u16le(1, 1),
      u32le(8_000),
      u32le(16_000),
      u16le(2, 16),
    ]);
    const body = Buffer.concat([
      format,
      times(size / one.length, one),
      Buffer.from('data'),
      u32le(16_000),
      Buffer.alloc(16_000),
    ]);
    return Buffer.concat([Buffer.from('RIFF'), u32le(body.length), body]);
  };

/** What ffprobe is given. */
export const SOUNDS: Shapes = {
  noise: noise(),
  'WAV of chunks': wav(Buffer.concat([Buffer.from('abcd'), u32le(0)])),
  'WAV of lists': wav(
    Buffer.concat([Buffer.from('LIST'), u32le(16), Buffer.from('INFOIART'), u32le(4), Buffer.from('abcd')]),
  ),
  'MP4 of boxes': boxes('isom', box('free', Buffer.alloc(0))),
  'MP4 of tracks': (size) => boxes('isom', box('trak', box('mdia', Buffer.alloc(0))))(size),
  'MP4 of boxes in boxes': nested('isom'),
  'FLAC of blocks': (size) =>
    Buffer.concat([Buffer.from('fLaC'), times(size / 4, Buffer.from([1, 0, 0, 0]))]),
  'Ogg of empty pages': (size) => times(size / 27, Buffer.concat([Buffer.from('OggS'), Buffer.alloc(23)])),
  'Matroska of elements': (size) =>
    Buffer.concat([
      Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0x80, 0x18, 0x53, 0x80, 0x67, 0xff]),
      times(size / 2, Buffer.from([0xec, 0x80])),
    ]),
  'MP3 of remarks': (size) => times(size / 10, Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, 0, 0])),
  'MP3 of frames': (size) =>
    times(size / 104, Buffer.concat([Buffer.from([0xff, 0xfb, 0x10, 0xc0]), Buffer.alloc(100)])),
  'a transport stream': (size) =>
    times(size / 188, Buffer.concat([Buffer.from([0x47, 0x40, 0, 0x10]), Buffer.alloc(184)])),
  'a transport stream of programs': (size) => {
    const bytes = times(size / 188, Buffer.concat([Buffer.from([0x47, 0x40, 0, 0x10]), Buffer.alloc(184)]));
    for (let at = 0; at < bytes.length; at += 188) bytes.writeUInt16BE(0x4000 | ((at / 188) % 8_191), at + 1);
    return bytes;
  },
  'AVI of lists': repeated('LIST\u0004\0\0\0hdrl', 'RIFF\u00FF\u00FF\u00FF\u007FAVI ', '', 'latin1'),
  'FLV of tags': (size) =>
    Buffer.concat([
      Buffer.from('FLV\u0001\u0005\0\0\0\t\0\0\0\0', 'latin1'),
      times(size / 15, Buffer.from([18, ...Array<number>(14).fill(0)])),
    ]),
};
