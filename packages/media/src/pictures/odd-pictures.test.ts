import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@aisha/service';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMedia, type Media, openPicture } from '../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'aisha-odd-pictures-'));
let media: Media;
beforeAll(async () => {
  media = await createMedia({ log: silentLogger, scratchRoot: null });
});
afterAll(async () => {
  await media.close();
  rmSync(folder, { recursive: true, force: true });
});

const photo = sharp({ create: { width: 600, height: 520, channels: 3, background: '#a05030' } });
const jpeg = () => photo.clone().jpeg().toBuffer();
/** By ffmpeg, which writes what sharp does not. */
function drawn(name: string, ...args: string[]): Buffer {
  const source = ['-f', 'lavfi', '-i', 'testsrc=s=600x520:d=1:r=3'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...source, ...args, name], { cwd: folder });
  return readFileSync(join(folder, name));
}
/** A JPEG with these words of the camera. */
async function withExif(tiff: string): Promise<Buffer> {
  const words = Buffer.from(`Exif\0\0${tiff}`, 'latin1');
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(words.length + 2, 2);
  const file = await jpeg();
  return Buffer.concat([file.subarray(0, 2), head, words, file.subarray(2)]);
}
const held = (orientation: number) =>
  withExif(
    `II*\0\u0008\0\0\0\u0001\0\u0012\u0001\u0003\0\u0001\0\0\0${String.fromCharCode(orientation)}\0\0\0\0\0\0\0`,
  );
const pages = async () => [
  await photo.clone().png().toBuffer(),
  await photo.clone().negate().png().toBuffer(),
];

/** What people have beside the reported cases. */
const ODD: readonly (readonly [string, () => Promise<Buffer> | Buffer])[] = [
  ['two JPEGs in one file (MPO, Ultra HDR)', async () => Buffer.concat([await jpeg(), await jpeg()])],
  ['without its last two bytes', async () => (await jpeg()).subarray(0, -2)],
  ['behind a line end', async () => Buffer.concat([Buffer.from('\r\n'), await jpeg()])],
  ['behind zeros', async () => Buffer.concat([Buffer.alloc(900), await jpeg()])],
  [
    'behind the head of an answer',
    async () => Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), await photo.clone().png().toBuffer()]),
  ],
  [
    'behind the mark of an encoding',
    async () => Buffer.concat([Buffer.from('\uFEFF'), await photo.clone().png().toBuffer()]),
  ],
  ['words of the camera that nobody can read', () => withExif(`II*\0\u0008\0\0\0${'\u00FF'.repeat(40)}`)],
  ['held as nobody can hold a camera, 9', () => held(9)],
  ['held as nobody can hold a camera, 0', () => held(0)],
  ['PNG of one bit', () => photo.clone().greyscale().png({ palette: true, colours: 2 }).toBuffer()],
  [
    'grey of 16 bits with alpha',
    () => photo.clone().greyscale().ensureAlpha(0.5).toColourspace('grey16').png().toBuffer(),
  ],
  ['a PNG that moves', () => drawn('a.apng', '-f', 'apng')],
  [
    'TIFF of several pages',
    async () =>
      sharp(await pages(), { join: { animated: true } })
        .tiff()
        .toBuffer(),
  ],
  ['TIFF of tiles in several sizes', () => photo.clone().tiff({ tile: true, pyramid: true }).toBuffer()],
  ['TIFF with JPEG inside', () => photo.clone().tiff({ compression: 'jpeg' }).toBuffer()],
  ['BMP of 16 bits', () => drawn('16.bmp', '-frames:v', '1', '-pix_fmt', 'rgb565le')],
  ['BMP with a palette', () => drawn('8.bmp', '-frames:v', '1', '-pix_fmt', 'rgb8')],
  ['BMP of one bit', () => drawn('1.bmp', '-frames:v', '1', '-pix_fmt', 'monob')],
  ['WebP without loss, with alpha', () => photo.clone().ensureAlpha(0.5).webp({ lossless: true }).toBuffer()],
];
const open = (bytes: Buffer) =>
  openPicture(media, bytes, { owner: 'a', signal: new AbortController().signal });

test.each(ODD)('%s is opened', async (_what, bytes) => {
  expect(await open(await bytes())).toMatchObject({ kind: 'ok', original: { width: 600, height: 520 } });
});

test.each([
  ['psd', Buffer.from(`8BPS\0\u0001${'\0'.repeat(120)}`, 'latin1')],
  ['cr3', Buffer.from(`\0\0\0\u0018ftypcrx \0\0\0\u0001crx isom${'\0'.repeat(100)}`, 'latin1')],
  ['ico', Buffer.from(`\0\0\u0001\0\u0001\0${'\0'.repeat(120)}`, 'latin1')],
  ['jp2', () => drawn('a.jp2', '-frames:v', '1', '-c:v', 'jpeg2000')],
  ['mov', () => drawn('live.mov', '-c:v', 'mjpeg')],
  ['pnm', () => drawn('a.ppm', '-frames:v', '1')],
  ['pnm', Buffer.from('P2 # of a scanner\n2 2\n15\n0 15 15 0\n')],
  ['tga', () => drawn('a.tga', '-frames:v', '1')],
  ['pcx', () => drawn('a.pcx', '-frames:v', '1')],
  ['sgi', () => drawn('a.sgi', '-frames:v', '1')],
  ['dpx', () => drawn('a.dpx', '-frames:v', '1')],
  ['qoi', Buffer.from(`qoif\0\0\u0002X\0\0\u0002\u0008\u0003\0${'\0'.repeat(90)}`, 'latin1')],
] as const)('%s is refused by its name', async (format, bytes) => {
  expect(await open(typeof bytes === 'function' ? bytes() : bytes)).toEqual({
    kind: 'refused',
    reason: 'unsupported_format',
    format,
  });
});

test.each([
  ['half of a JPEG', async () => (await jpeg()).subarray(0, 1_500)],
  ['zeros', () => Buffer.alloc(3_000)],
])('%s is damaged', async (_what, bytes) => {
  expect(await open(await bytes())).toMatchObject({ kind: 'refused', reason: 'unreadable' });
});
