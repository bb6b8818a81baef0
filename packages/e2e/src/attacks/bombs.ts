import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { createDeflate, crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Upload } from '../person.ts';
import { LINK, zip } from './zip.ts';

const MB = 1024 * 1024;

const u32 = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4);
  return bytes;
};
const u32le = (value: number) => u32(value).swap32();

const chunk = (name: string, data: Buffer) => {
  const body = Buffer.concat([Buffer.from(name), data]);
  return Buffer.concat([u32(data.length), body, u32(crc32(body))]);
};

/** A PNG of one colour: a thousandth of its pixels on the way. */
export async function pngBomb(side: number, { colour = 0, interlaced = 0 } = {}): Promise<Buffer> {
  const line = Buffer.alloc(1 + side * ({ 0: 1, 2: 3, 6: 4 }[colour] ?? 1));
  const lines = Readable.from(
    (function* () {
      for (let y = 0; y < side; y++) yield line;
    })(),
  );
  const header = Buffer.concat([u32(side, side), Buffer.from([8, colour, 0, 0, interlaced])]);
  return Buffer.concat([
    Buffer.from('\u0089PNG\r\n\u001A\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', await buffer(lines.pipe(createDeflate({ level: 1 })))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const riff = (name: string, data: Buffer) =>
  Buffer.concat([Buffer.from(name), u32le(data.length), data, Buffer.alloc(data.length % 2)]);

/** A WAV of 8 bits. At one hertz a sample is a second; what its `comment` says stands in the programs' output. */
export function wav(rate: number, sound: Buffer, { channels = 1, comment = '' } = {}): Buffer {
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE((rate * channels) % 2 ** 32, 8);
  format.writeUInt16LE(channels, 12);
  format.writeUInt16LE(8, 14);
  const remark = Buffer.concat([Buffer.from('INFO'), riff('ICMT', Buffer.from(comment))]);
  const body = [Buffer.from('WAVE'), riff('fmt ', format)];
  if (comment !== '') body.push(riff('LIST', remark));
  return riff('RIFF', Buffer.concat([...body, riff('data', sound)]));
}

/** The same each time, of every value. */
export function noise(bytes: number, seed = 1): Buffer {
  const made = Buffer.alloc(bytes);
  let state = seed;
  for (let i = 0; i < bytes; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    made[i] = state >>> 16;
  }
  return made;
}

const box = (name: string, ...data: Buffer[]) => {
  const body = Buffer.concat(data);
  return Buffer.concat([u32(body.length + 8), Buffer.from(name), body]);
};

/** HEIC and AVIF whose headers promise a picture of these sides. */
export function heif(brand: string, side: number): Buffer {
  const item = Buffer.concat([u32(0x02_00_00_00), Buffer.from([0, 1, 0, 0]), Buffer.from('hvc1\0')]);
  return Buffer.concat([
    box('ftyp', Buffer.from(`${brand}\0\0\0\0mif1${brand}`)),
    box(
      'meta',
      u32(0),
      box('hdlr', u32(0, 0), Buffer.from('pict'), Buffer.alloc(13)),
      box('pitm', u32(0), Buffer.from([0, 1])),
      box('iinf', u32(0), Buffer.from([0, 1]), box('infe', item)),
      box(
        'iprp',
        box('ipco', box('ispe', u32(0, side, side))),
        box('ipma', u32(0, 1), Buffer.from([0, 1, 1, 1])),
      ),
    ),
    box('mdat', noise(2_000)),
  ]);
}

/** Boxes in boxes. */
export function mp4(depth: number, name = 'trak'): Buffer {
  const bytes = Buffer.alloc(depth * 8);
  for (let i = 0; i < depth; i++) {
    bytes.writeUInt32BE((depth - i) * 8, i * 8);
    bytes.write(name, i * 8 + 4, 'latin1');
  }
  return Buffer.concat([box('ftyp', Buffer.from('isom\0\0\0\0isom')), box('moov', bytes)]);
}

/** A table of samples that says that it has so many. */
export const mp4Table = (entries: number): Buffer =>
  Buffer.concat([
    box('ftyp', Buffer.from('isom\0\0\0\0isom')),
    box(
      'moov',
      box('mvhd', Buffer.alloc(12), u32(1_000, 0x7f_ff_ff_ff), Buffer.alloc(80)),
      box('trak', box('mdia', box('minf', box('stbl', box('stsz', u32(0, 0, entries), noise(4_000)))))),
    ),
  ]);

/** One strip of so many pixels that its few bytes do not hold. */
export function tiff(side: number): Buffer {
  const tags: [tag: number, type: number, value: number][] = [
    [256, 4, side],
    [257, 4, side],
    [258, 3, 8],
    [259, 3, 5],
    [262, 3, 1],
    [273, 4, 8],
    [278, 4, side],
    [279, 4, 1_000],
  ];
  const index = Buffer.alloc(2 + tags.length * 12 + 4);
  index.writeUInt16LE(tags.length, 0);
  for (const [i, [tag, type, value]] of tags.entries()) {
    index.writeUInt16LE(tag, 2 + i * 12);
    index.writeUInt16LE(type, 4 + i * 12);
    index.writeUInt32LE(1, 6 + i * 12);
    index.writeUInt32LE(value, 10 + i * 12);
  }
  return Buffer.concat([Buffer.from('II*\0'), u32le(1_008), noise(1_000), index]);
}

export async function gif(side: number, frames: number): Promise<Buffer> {
  const one = await sharp({ create: { width: side, height: side, channels: 3, background: '#123' } })
    .gif()
    .toBuffer();
  const from = one.indexOf(0x2c);
  const frame = one.subarray(from, -1);
  return Buffer.concat([one.subarray(0, from), Buffer.alloc(frame.length * frames, frame), one.subarray(-1)]);
}

export const word = (xml: Buffer): Buffer =>
  zip([
    { name: '[Content_Types].xml', content: Buffer.from('<Types/>') },
    { name: 'word/document.xml', content: xml },
  ]);

/** Entities in entities: `depth` of them are ten to that power of words. */
export const laughs = (depth: number): Buffer =>
  Buffer.from(
    `<!DOCTYPE x [<!ENTITY a0 "ha">${Array.from({ length: depth }, (_, n) => `<!ENTITY a${n + 1} "${`&a${n};`.repeat(10)}">`).join('')}]><w:t>&a${depth};</w:t>`,
  );

/** A PDF of these objects, the first being its catalogue; a filled stream is packed. */
export function pdf(
  ...objects: readonly (string | { readonly dictionary?: string; readonly stream: Buffer })[]
) {
  return Buffer.concat([
    Buffer.from('%PDF-1.4\n'),
    ...objects.map((object, i) => {
      if (typeof object === 'string') return Buffer.from(`${i + 1} 0 obj\n${object}\nendobj\n`);
      const packed = deflateSync(object.stream, { level: 9 });
      const head = `${i + 1} 0 obj\n<< ${object.dictionary ?? ''} /Filter /FlateDecode /Length ${packed.length} >>\nstream\n`;
      return Buffer.concat([Buffer.from(head), packed, Buffer.from('\nendstream\nendobj\n')]);
    }),
    Buffer.from('trailer\n<< /Root 1 0 R >>\n%%EOF\n'),
  ]);
}
const CATALOGUE = '<< /Type /Catalog /Pages 2 0 R >>';
const ONE_PAGE = '<< /Type /Pages /Kids [3 0 R] /Count 1 >>';

/** One page of this content. */
export const page = (content: string): Buffer =>
  pdf(CATALOGUE, ONE_PAGE, '<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>', {
    stream: Buffer.from(content),
  });

/** Pages that share one content: all of it is read for each. */
export const sharedPages = (pages: number, content: string): Buffer =>
  pdf(
    CATALOGUE,
    `<< /Type /Pages /Kids [${Array.from({ length: pages }, (_, i) => `${i + 4} 0 R`).join(' ')}] /Count ${pages} >>`,
    { stream: Buffer.from(content) },
    ...Array.from({ length: pages }, () => '<< /Type /Page /Parent 2 0 R /Contents 3 0 R >>'),
  );

/** Forms that draw the next one ten times each. */
export const drawnForms = (depth: number): Buffer =>
  pdf(
    CATALOGUE,
    ONE_PAGE,
    '<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>',
    { stream: Buffer.from('/X Do') },
    ...Array.from({ length: depth }, (_, i) => ({
      dictionary: `/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X ${i + 6} 0 R >> >>`,
      stream: Buffer.from('/X Do '.repeat(10)),
    })),
  );

/** Pages that are their own children. */
export const loop = (): Buffer =>
  pdf(CATALOGUE, '<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 900000000 >>', '[2 0 R '.repeat(20_000));

const SRT = '1\n00:00:01,000 --> 00:00:02,000\n';

export interface Bomb extends Upload {
  readonly kind: 'audio' | 'document';
}

const TYPES: Readonly<Record<string, string>> = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  pdf: 'application/pdf',
  rtf: 'application/rtf',
};
export const textNamed = (name: string, bytes: Buffer): Bomb => ({
  kind: 'document',
  name,
  bytes,
  mime: TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain',
});
export const soundNamed = (name: string, bytes: Buffer): Bomb => ({
  kind: 'audio',
  name,
  bytes,
  mime: 'audio/mpeg',
});
export const pictureNamed = (name: string, bytes: Buffer): Bomb => ({
  kind: 'document',
  name,
  bytes,
  mime: 'image/png',
});

/** What is sent as a recording or a text. `url` is an address that no process of ours should ask. */
export function recordings(url: string): readonly Bomb[] {
  const lines = (...all: string[]) => Buffer.from(all.join('\n'));
  return [
    textNamed('brackets.srt', Buffer.from(`${SRT}${'<'.repeat(600_000)}`)),
    textNamed('nuls.txt', Buffer.alloc(19 * MB)),
    textNamed('spaces.docx', word(Buffer.concat([Buffer.from('<w:document>'), Buffer.alloc(120 * MB, ' ')]))),
    textNamed('deep.docx', word(Buffer.from('<w:p>'.repeat(400_000)))),
    textNamed('laughs.docx', word(laughs(12))),
    textNamed(
      'attributes.docx',
      word(Buffer.from(`<w:p ${Array.from({ length: 200_000 }, (_, i) => `a${i}="1"`).join(' ')}/>`)),
    ),
    textNamed('states.pdf', page('q '.repeat(200_000))),
    textNamed('shared.pdf', sharedPages(500, '0 0 m 10 10 l S '.repeat(5_000))),
    textNamed('forms.pdf', drawnForms(12)),
    textNamed('loop.pdf', loop()),
    textNamed('nested.rtf', Buffer.from(`{\\rtf1${'{'.repeat(500_000)}`)),
    textNamed(
      'link.docx',
      zip([{ name: 'word/document.xml', content: Buffer.from('/etc/passwd'), mode: LINK }]),
    ),
    soundNamed('slow.wav', wav(1, Buffer.alloc(40_000, 129))),
    soundNamed('noise.mp3', noise(3_000)),
    soundNamed(
      'told.wav',
      wav(8_000, noise(64_000), {
        channels: 2,
        comment: `${`${'[Parsed_astats_0 @ '.repeat(13)}\r`.repeat(1_000)}]x`,
      }),
    ),
    soundNamed('boxes.mp4', mp4(200_000)),
    soundNamed('table.m4a', mp4Table(0xff_ff_ff_f0)),
    soundNamed('list.m3u8', lines('#EXTM3U', '#EXTINF:10,', 'file:///etc/passwd', '#EXTINF:10,', url)),
    soundNamed('concat.mp3', lines('ffconcat version 1.0', "file '/etc/passwd'", `file '${url}'`)),
    soundNamed('address.mp3', lines('[playlist]', `File1=${url}`)),
    soundNamed(
      'session.mp3',
      lines('v=0', 'o=- 0 0 IN IP4 127.0.0.1', 'm=audio 9 RTP/AVP 0', `a=control:${url}`),
    ),
    soundNamed(
      'manifest.mp3',
      lines(`<?xml version="1.0"?><MPD><Period><BaseURL>${url}</BaseURL></Period></MPD>`),
    ),
  ];
}

/** What is sent as a photo of an avatar. */
export async function pictures(): Promise<readonly Bomb[]> {
  const wide = await pngBomb(16_000, { interlaced: 1 });
  return [
    // Together they took 2.4 GB.
    ...['a', 'b', 'c', 'd'].map((salt) =>
      pictureNamed(`${salt}.png`, Buffer.concat([wide, Buffer.from(salt)])),
    ),
    pictureNamed('colours.png', await pngBomb(14_000, { colour: 2 })),
    pictureNamed(
      'drawing.png',
      Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"><filter id="a"><feGaussianBlur stdDeviation="999"/></filter><rect width="100%" height="100%" filter="url(#a)"/></svg>',
      ),
    ),
    pictureNamed('page.png', loop()),
    pictureNamed('photo.heic', heif('heic', 60_000)),
    pictureNamed('photo.avif', heif('avif', 60_000)),
    pictureNamed('photo.tif', tiff(60_000)),
    pictureNamed('frames.gif', await gif(64, 8_000)),
    pictureNamed('../../../etc/cron.d/x.png', noise(9_000)),
    {
      kind: 'document',
      name: 'photos.zip',
      mime: 'application/zip',
      bytes: zip([
        { name: '../../../tmp/x.png', content: Buffer.alloc(30 * MB) },
        { name: 'link.png', content: Buffer.from('/etc/passwd'), mode: LINK },
        { name: 'lie.png', content: Buffer.alloc(5 * MB), declaredBytes: 10 },
      ]),
    },
  ];
}
