import { deflateRawSync, gzipSync } from 'node:zlib';
import { encodeSpeech } from '@aisha/sandbox';
import iconv from 'iconv-lite';
import sharp, { type Sharp } from 'sharp';
import yazl from 'yazl';
import { createRandom, type Random } from '../chaos/random.ts';
import type { Upload } from '../person.ts';
import { makePhoto } from '../photos.ts';
import { record } from './sounds.ts';

/** A file as no honest program writes it, or under a name that is not its own. */
export interface OddFile extends Upload {
  readonly kind: 'voice' | 'audio' | 'video' | 'document';
  /** Sent in the middle of an avatar's photos. */
  readonly asPhoto: boolean;
  /** What was done to what; enough to make it again with the seed. */
  readonly what: string;
}

const SAID = 'Анна до пятницы подготовит отчёт.';
const CODECS: Record<string, string> = {
  'talk.mp3': '-c:a libmp3lame',
  'talk.ogg': '-c:a libopus',
  'talk.oga': '-c:a libvorbis',
  'talk.spx': '-c:a libspeex',
  'talk.m4a': '-c:a aac',
  'talk.caf': '-c:a alac',
  'talk.mov': '-c:a pcm_s16be',
  'talk.3gp': '-c:a aac',
  'talk.mka': '-c:a flac',
  'talk.webm': '-c:a libopus',
  'talk.avi': '-c:a mp2',
  'talk.ts': '-c:a ac3',
  'talk.wma': '-c:a wmav2',
  'talk.wav': '-c:a adpcm_ms',
  'talk.w64': '-c:a pcm_f32le',
  'talk.aiff': '-c:a pcm_s24be',
  'talk.flac': '-c:a flac',
  'talk.au': '-c:a pcm_mulaw',
  'talk.gsm': '-ar 8000 -ac 1 -c:a libgsm',
  'talk.ac3': '-c:a eac3 -f eac3',
  'film.mp4': '-f lavfi -i color=s=64x64:r=5:d=3 -c:v libx264 -pix_fmt yuv420p -c:a aac',
  'film.mkv': '-f lavfi -i color=s=64x64:r=5:d=3 -c:v mpeg4 -c:a libvorbis',
  'film.flv': '-f lavfi -i color=s=64x64:r=5:d=3 -ar 44100 -c:a libmp3lame',
};
const NAMES = [
  ...Object.keys(CODECS),
  ...'a.txt a.srt a.vtt a.docx a.pdf a.rtf a.odt a.jpg a.png a.heic a.webp a.zip a.xlsx a.exe a.bin a.dat a.json'.split(
    ' ',
  ),
  'a',
  '',
  'без имени.MP3',
  `${'ы'.repeat(120)}.ogg`,
  '../../etc/passwd.mp3',
  'a.mp3.exe',
  '𝐚𝐛.m4a',
];
/** What apps say of a picture that is sent as a file. */
const PICTURE_TYPES = ['', 'application/octet-stream', 'image/jpeg', 'image/jpg', 'IMAGE/PNG', 'image/heic'];
const TYPES = [
  '',
  'application/octet-stream',
  'audio/mpeg',
  'video/mp4',
  'text/plain',
  'image/jpeg',
  'application/pdf',
  'audio/x-nothing',
];

type Base = readonly [name: string, bytes: Buffer];

/** Honest files of every kind, made once. */
async function bases(): Promise<{ sounds: Base[]; pictures: Base[]; texts: Base[] }> {
  const sounds = await Promise.all(
    Object.entries(CODECS).map(async ([file, codec]): Promise<Base> => [
      file,
      await record({ texts: [SAID], ffmpeg: `-i $1 ${codec} -strict -2 -t 3`, file }),
    ]),
  );
  const { bytes: photo } = await makePhoto(3, 700);
  const picture = (name: string, made: Sharp) => made.toBuffer().then((bytes: Buffer): Base => [name, bytes]);
  const pictures = await Promise.all([
    picture('photo.jpg', sharp(photo)),
    picture('progressive.jpg', sharp(photo).jpeg({ progressive: true })),
    picture('cmyk.jpg', sharp(photo).toColourspace('cmyk').jpeg()),
    picture('photo.png', sharp(photo).png()),
    picture('16bit.png', sharp(photo).toColourspace('rgb16').png()),
    picture('photo.webp', sharp(photo).webp()),
    picture('photo.gif', sharp(photo).gif()),
    picture('photo.tiff', sharp(photo).tiff()),
    picture('photo.avif', sharp(photo).resize(600).avif({ effort: 0 })),
    picture('grey.jpg', sharp(photo).greyscale().jpeg()),
  ]);
  const text = 'Сегодня мы решили подписать договор. '.repeat(20);
  const docx = await zip([
    [
      'word/document.xml',
      `<w:document><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:body></w:document>`,
    ],
    ['[Content_Types].xml', '<Types/>'],
  ]);
  const texts: Base[] = [
    ['notes.txt', Buffer.from(text)],
    ['old.txt', iconv.encode(text, 'win1251')],
    ['wide.txt', iconv.encode(text, 'utf16le', { addBOM: true })],
    ['film.srt', Buffer.from(`1\n00:00:01,000 --> 00:00:02,000\n${text}\n`)],
    ['talk.vtt', Buffer.from(`WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>${text}\n`)],
    ['letter.docx', docx],
    ['page.html', Buffer.from(`<!doctype html><meta charset="utf-8"><style>p{}</style><p>${text}</p>`)],
    ['book.fb2', Buffer.from(`<?xml version="1.0"?><FictionBook><body><p>${text}</p></body></FictionBook>`)],
    [
      'letter.eml',
      Buffer.from(
        `From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>${text}</p>\r\n`,
      ),
    ],
    ['chat.json', Buffer.from(JSON.stringify({ messages: [{ from: 'Анна', date: '2026-11-01', text }] }))],
    ['letter.rtf', Buffer.from('{\\rtf1\\ansi\\ansicpg1251 Hello \\u1087?\\u1088?}')],
    [
      'page.pdf',
      Buffer.from(
        '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF',
      ),
    ],
  ];
  return { sounds, pictures, texts };
}

function zip(entries: readonly (readonly [string, Buffer | string])[]): Promise<Buffer> {
  const file = new yazl.ZipFile();
  for (const [name, content] of entries) file.addBuffer(Buffer.from(content), name);
  file.end();
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    file.outputStream.on('data', (chunk: Buffer) => chunks.push(chunk));
    file.outputStream.on('end', () => resolve(Buffer.concat(chunks)));
    file.outputStream.on('error', reject);
  });
}

/** What somebody with bad intentions would send. */
async function traps(photo: Buffer): Promise<Base[]> {
  let nested = await zip([['photo.jpg', photo]]);
  for (let depth = 0; depth < 20; depth++) nested = await zip([[`${depth}.zip`, nested]]);
  const zeros = Buffer.alloc(100_000_000);
  const laughs = `<!DOCTYPE x [<!ENTITY a "ha">${Array.from({ length: 12 }, (_, n) => `<!ENTITY ${'b'.repeat(n + 1)} "${`&${n === 0 ? 'a' : 'b'.repeat(n)};`.repeat(10)}">`).join('')}]><x>&bbbbbbbbbbbb;</x>`;
  const wav = await encodeSpeech(['слово']);
  const endless = Buffer.from(wav);
  endless.writeUInt32LE(0xffff_fff0, 4);
  endless.writeUInt32LE(0xffff_fff0, endless.indexOf('data') + 4);
  return [
    ['huge.png', pngOf(60_000, 60_000)],
    ['thin.png', pngOf(200_000, 1)],
    ['nothing.png', pngOf(0, 0)],
    ['nested.zip', nested],
    ['bomb.zip', await zip([['photo.jpg', zeros]])],
    ['bomb.docx', await zip([['word/document.xml', zeros]])],
    ['laughs.docx', await zip([['word/document.xml', laughs]])],
    ['laughs.ttml', Buffer.from(laughs)],
    [
      'paths.zip',
      await zip([
        ['a/b/c/photo.jpg', photo],
        ['.hidden', photo],
      ]),
    ],
    ['bomb.txt', gzipSync(zeros)],
    ['deflated.mp3', deflateRawSync(Buffer.alloc(5_000_000, 'ID3'))],
    ['list.m3u8', Buffer.from('#EXTM3U\n#EXTINF:10,\n/etc/passwd\n#EXT-X-ENDLIST\n')],
    ['list.mp3', Buffer.from("ffconcat version 1.0\nfile '/etc/passwd'\nfile 'http://127.0.0.1:1/'\n")],
    [
      'picture.svg',
      Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="90000" height="90000"><image href="file:///etc/passwd"/></svg>',
      ),
    ],
    ['endless.wav', endless],
    ['head.wav', wav.subarray(0, 44)],
    ['photo.and.zip.jpg', Buffer.concat([photo, nested])],
    ['program.mp3', Buffer.concat([Buffer.from('\u007fELF\u0002\u0001\u0001'), Buffer.alloc(4_000, 0x90)])],
    ['many.txt', Buffer.from('1\n00:00:01,000 --> 00:00:02,000\n<<<<'.repeat(20_000))],
    ['deep.rtf', Buffer.from(`{\\rtf1 ${'{\\b '.repeat(30_000)}`)],
  ];
}

/** A head alone: no pixels follow. */
function pngOf(width: number, height: number): Buffer {
  const head = Buffer.alloc(33);
  head.write('\u0089PNG\r\n\u001a\n', 0, 'latin1');
  head.writeUInt32BE(13, 8);
  head.write('IHDR', 12, 'latin1');
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  head.set([8, 2, 0, 0, 0], 24);
  return Buffer.concat([head, Buffer.from([0, 0, 0, 0, 0x49, 0x44, 0x41, 0x54, 0, 0, 0, 0])]);
}

const DAMAGES: readonly (readonly [string, (bytes: Buffer, random: Random) => Buffer])[] = [
  ['as it is', (bytes) => bytes],
  ['cut', (bytes, random) => bytes.subarray(0, Math.floor(bytes.length * random.next()))],
  [
    'without its beginning',
    (bytes, random) => bytes.subarray(random.whole(1, Math.min(4_000, bytes.length))),
  ],
  [
    'with flipped bits',
    (bytes, random) => {
      for (let n = random.whole(1, 200); n > 0; n--) {
        const at = random.whole(0, bytes.length - 1);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.whole(0, 7));
      }
      return bytes;
    },
  ],
  [
    'with a hole of zeros',
    (bytes, random) => {
      const at = random.whole(0, bytes.length - 1);
      return bytes.fill(0, at, random.whole(at, bytes.length));
    },
  ],
  [
    'with its head spoilt',
    (bytes, random) => {
      for (let n = 0; n < 8; n++)
        bytes[random.whole(0, Math.min(200, bytes.length - 1))] = random.whole(0, 255);
      return bytes;
    },
  ],
  ['twice', (bytes) => Buffer.concat([bytes, bytes])],
  ['after junk', (bytes, random) => Buffer.concat([noise(random.whole(1, 3_000), random), bytes])],
  ['before junk', (bytes, random) => Buffer.concat([bytes, noise(random.whole(1, 3_000), random)])],
  ['as zeros', (bytes) => bytes.fill(0)],
  ['as noise', (bytes, random) => noise(bytes.length, random)],
  ['as nothing', () => Buffer.alloc(0)],
];

const noise = (bytes: number, random: Random): Buffer =>
  Buffer.from(Array.from({ length: bytes }, () => random.whole(0, 255)));

/** The same files for the same seed: every trap first, then bases × damages × names. */
export async function oddFiles(count: number, seed: number): Promise<OddFile[]> {
  const random = createRandom(seed);
  const { sounds, pictures, texts } = await bases();
  const trapped = await traps(pictures[0]?.[1] ?? Buffer.alloc(0));
  const zipped = await zip(pictures.map(([name, bytes]) => [name, bytes] as const));
  const all: Base[] = [...sounds, ...pictures, ...texts, ...pictures, ['photos.zip', zipped]];
  return Array.from({ length: count }, (_, n) => {
    const trap = trapped[n];
    const [name, whole] = trap ?? random.pick(all);
    const [damage, spoil] = trap ? (['as it is', (bytes: Buffer) => bytes] as const) : random.pick(DAMAGES);
    const isImage = /\.(jpg|png|webp|gif|tiff|avif|zip|svg)$/.test(name);
    const asPhoto = isImage && random.chance(0.8);
    const renamed = random.chance(asPhoto ? 0.2 : 0.5) ? random.pick(NAMES) : name;
    const kind = asPhoto
      ? 'document'
      : random.pick(['document', 'document', 'audio', 'video', 'voice'] as const);
    return {
      what: `${n}: ${name} ${damage}, called “${renamed}” (${kind})${asPhoto ? ', among photos' : ''}`,
      bytes: spoil(Buffer.from(whole), random),
      name: renamed,
      // A voice message that says to be something else is made anew by the app that sends it.
      mime: kind === 'voice' ? 'audio/ogg' : random.pick(asPhoto ? PICTURE_TYPES : TYPES),
      kind,
      asPhoto,
    };
  });
}
