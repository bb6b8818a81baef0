import type { Random } from '../chaos/random.ts';
import {
  type Bomb,
  drawnForms,
  gif,
  heif,
  laughs,
  mp4,
  mp4Table,
  noise,
  page,
  pictureNamed,
  pngBomb,
  sharedPages,
  soundNamed,
  textNamed,
  tiff,
  wav,
  word,
} from './bombs.ts';
import { zip } from './zip.ts';

export interface Generated extends Bomb {
  readonly asPhoto: boolean;
  /** What it is, with its measures. */
  readonly what: string;
}

/** One way to be small on the way and large at its end, of measures that a seed gives. */
type Recipe = (random: Random) => Promise<Bomb> | Bomb;

/** From one power of ten to another, evenly by their exponents: small ones and large ones. */
const spread = (random: Random, least: number, most: number) => {
  const from = Math.log10(least);
  return Math.round(10 ** (from + random.next() * (Math.log10(most) - from)));
};

const UNITS: readonly string[] = [
  ['<', '&', '{', '}', '\\', '[', '\u001B[', '\r', '\0', ' ', '-->', '<v ', '{\\p', '00:', '\\u', '\\bin9'],
  ['<w:p>', '<tt>', '<!--', '<![CDATA[', '<?a ', ']]>', 'q ', '[', '<<', '(', 'BI ', 'BT ', '/F ', 'Do '],
  ['Dialogue: ', 'Format: ', '[00:01.00]', '\n\n', '1\n', '\uFEFF', 'я', '𝐚'],
].flat();
const BEGINNINGS: readonly string[] = [
  ['', '\uFEFF', '{\\rtf1 ', '%PDF-1.4\n', 'WEBVTT\n\n', '1\n00:00:01,000 --> 00:00:02,000\n'],
  ['<?xml version="1.0"?><tt><body><p begin="0:01">', '[Script Info]\n[Events]\n', 'ffconcat version 1.0\n'],
].flat();
const TEXT_NAMES = ['a.txt', 'a.srt', 'a.vtt', 'a.rtf', 'a.ass', 'a.ttml'];

const mixed = (random: Random, most: number) => {
  const size = spread(random, 1_000, most);
  const units = Array.from({ length: random.whole(1, 3) }, () => random.pick(UNITS));
  const unit = units.map((one) => one.repeat(spread(random, 1, 1_000))).join('');
  return random.pick(BEGINNINGS) + unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
};

const RECIPES: Readonly<Record<string, Recipe>> = {
  text: (random) => textNamed(random.pick(TEXT_NAMES), Buffer.from(mixed(random, 2_000_000))),
  docx: (random) => textNamed('a.docx', word(Buffer.from(mixed(random, 8_000_000)))),
  'docx of one element': (random) => {
    const unit = random.pick(['<w:p>', '<w:p/>', '<w:t>a</w:t>', '<w:del>', '<mc:Fallback>', 'a', '&lt;']);
    return textNamed('a.docx', word(Buffer.from(unit.repeat(spread(random, 100, 2_000_000)))));
  },
  'docx of entities': (random) => textNamed('a.docx', word(laughs(random.whole(1, 40)))),
  'docx behind entries': (random) => {
    const empty = Buffer.alloc(0);
    const entries = Array.from({ length: spread(random, 10, 60_000) }, (_, i) => ({
      name: `${i}`,
      content: empty,
    }));
    return textNamed(
      'a.docx',
      zip([...entries, { name: 'word/document.xml', content: Buffer.from('<w:t>a') }]),
    );
  },
  'pdf of one page': (random) => textNamed('a.pdf', page(mixed(random, 2_000_000).slice(20))),
  'pdf of pages': (random) =>
    textNamed(
      'a.pdf',
      sharedPages(spread(random, 2, 5_500), '0 0 m 9 9 l S '.repeat(spread(random, 1, 9_000))),
    ),
  'pdf of forms': (random) => textNamed('a.pdf', drawnForms(random.whole(1, 14))),
  wav: (random) =>
    soundNamed(
      'a.wav',
      wav(spread(random, 1, 4_000_000_000), noise(spread(random, 1, 200_000)), {
        channels: random.pick([1, 1, 2, 8, 64, 255, 65_535]),
        comment: random.chance(0.3) ? mixed(random, 60_000).replaceAll('\0', '') : '',
      }),
    ),
  mp4: (random) =>
    soundNamed('a.mp4', mp4(spread(random, 1, 400_000), random.pick(['trak', 'moov', 'meta', 'free']))),
  'mp4 of a table': (random) => soundNamed('a.m4a', mp4Table(spread(random, 1, 4_294_967_295))),
  'sound of noise': (random) => {
    const magic = random.pick([
      '',
      'ID3\u0003',
      'OggS',
      'fLaC',
      'RIFF',
      '\u001AE\u00DF\u00A3',
      'FLV\u0001',
      '#!AMR\n',
    ]);
    return soundNamed(
      'a.mp3',
      Buffer.concat([Buffer.from(magic, 'latin1'), noise(spread(random, 1, 300_000), random.whole(1, 1e9))]),
    );
  },
  png: async (random) =>
    pictureNamed(
      'a.png',
      await pngBomb(spread(random, 1, 9_000), {
        colour: random.pick([0, 2, 6]),
        interlaced: random.whole(0, 1),
      }),
    ),
  heif: (random) =>
    pictureNamed(
      'a.heic',
      heif(random.pick(['heic', 'avif', 'mif1', 'heix']), spread(random, 1, 4_000_000_000)),
    ),
  tiff: (random) => pictureNamed('a.tif', tiff(spread(random, 1, 4_000_000_000))),
  gif: async (random) =>
    pictureNamed('a.gif', await gif(spread(random, 1, 3_000), spread(random, 1, 20_000))),
  'picture of noise': (random) => {
    const magic = random.pick([
      '\u00FF\u00D8\u00FF',
      '\u0089PNG\r\n\u001A\n',
      'GIF89a',
      'BM',
      '\u00FF\n',
      'II*\0',
      'RIFF\0\0\0\0WEBP',
    ]);
    return pictureNamed(
      'a.png',
      Buffer.concat([Buffer.from(magic, 'latin1'), noise(spread(random, 1, 300_000), random.whole(1, 1e9))]),
    );
  },
  'a zip of photos': async (random) => {
    const inside = Buffer.alloc(spread(random, 1, 25_000_000));
    const one = random.chance(0.5) ? await pngBomb(spread(random, 1, 3_000)) : inside;
    const entries = Array.from({ length: spread(random, 1, 400) }, (_, i) => ({
      name: `${i}.png`,
      content: one,
    }));
    return { kind: 'document', name: 'a.zip', mime: 'application/zip', bytes: zip(entries.slice(0, 40)) };
  },
};

const AS_PHOTO = new Set(['png', 'heif', 'tiff', 'gif', 'picture of noise', 'a zip of photos']);

/** The n-th file of a run; each follows from the seed alone. */
export async function generate(random: Random, n: number): Promise<Generated> {
  const own = random.fork(`file ${n}`);
  const recipe = own.pick(Object.keys(RECIPES));
  const made = await RECIPES[recipe]?.(own);
  if (!made) throw new Error('no such recipe');
  return {
    ...made,
    // Telegram's cloud gives bots no larger file.
    bytes: made.bytes.subarray(0, 19_000_000),
    asPhoto: AS_PHOTO.has(recipe),
    what: `file ${n}: ${recipe}, ${made.bytes.length} bytes`,
  };
}
