import { encodeSpeech } from '@aisha/sandbox';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Person, says } from './person.ts';
import { makePhoto, makePhotos } from './photos.ts';
import { type Product, startProduct } from './product.ts';
import { leaks } from './secrets.ts';
import { draftAvatar, hasButton } from './steps.ts';
import { EN, RU, type Words } from './words.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct({ name: 'bad-input' });
});
afterAll(() => product.stop());

const noise = (bytes: number) =>
  Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 7919 + (i >> 3)) & 0xff));
const words = Buffer.from('Это не звук, а слова.');

interface Sent {
  readonly kind: 'voice' | 'audio' | 'document';
  readonly bytes: () => Promise<Buffer> | Buffer;
  readonly name: string;
  readonly mime: string;
  readonly reason: keyof Words['failure'];
}

const SENT: [string, Sent][] = [
  [
    'silence',
    {
      kind: 'voice',
      bytes: () => encodeSpeech(['тихо', 'здесь'], { format: 'ogg', level: 0 }),
      name: 'voice.ogg',
      mime: 'audio/ogg',
      reason: 'silence',
    },
  ],
  [
    'a voice message of no bytes',
    { kind: 'voice', bytes: () => Buffer.alloc(0), name: 'voice.ogg', mime: 'audio/ogg', reason: 'empty' },
  ],
  [
    'a text under the name of music',
    { kind: 'audio', bytes: () => words, name: 'song.mp3', mime: 'audio/mpeg', reason: 'notMedia' },
  ],
  [
    'the beginning of a recording and then noise',
    {
      kind: 'document',
      bytes: () => Buffer.concat([Buffer.from('OggS'), noise(5_000)]),
      name: 'cut.ogg',
      mime: 'audio/ogg',
      reason: 'notMedia',
    },
  ],
  [
    'noise under the name of a text',
    { kind: 'document', bytes: () => noise(5_000), name: 'notes.txt', mime: 'text/plain', reason: 'notText' },
  ],
  [
    'a text of no bytes',
    {
      kind: 'document',
      bytes: () => Buffer.alloc(0),
      name: 'empty.txt',
      mime: 'text/plain',
      reason: 'empty',
    },
  ],
  [
    'more than Telegram hands to a bot',
    {
      kind: 'audio',
      bytes: () => Buffer.alloc(21 * 1024 * 1024, 1),
      name: 'long.mp3',
      mime: 'audio/mpeg',
      reason: 'tooBig',
    },
  ],
  [
    'a spreadsheet',
    {
      kind: 'document',
      bytes: () => noise(500),
      name: 'table.xlsx',
      mime: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      reason: 'unknownFile',
    },
  ],
];

describe.each([
  ['in Russian', RU],
  ['in English', EN],
] as const)('a file that is no recording, %s', (_in, language) => {
  test.each(SENT)('%s: the reason is told, and the next one works', async (_what, sent) => {
    const person = await Person.join(product.telegram, 'Тимур', language.code);
    const { kind, name, mime } = sent;
    const { id } = await person.media(kind, { bytes: await sent.bytes(), name, mime }, 5);
    await person.see(says(language.failure[sent.reason]), `the reason ${sent.reason}`, { after: id });
    // Told once: no second message about the same file.
    expect(await person.messages(says(language.failure[sent.reason]))).toHaveLength(1);

    const good = await person.media('document', { bytes: words, name: 'good.txt', mime: 'text/plain' });
    const result = await person.see(
      (message) => hasButton(message, language.summary),
      'what the next file became',
      { after: good.id },
    );
    expect(result.text).toBe(words.toString());
    const failed = await product.sql(
      `select 1 from orders where owner_id = $1 and state not in ('succeeded', 'failed')`,
      [person.id],
    );
    expect(failed).toEqual([]);
  });
});

test.each([
  [
    'in Russian',
    RU,
    /не изображение или файл повреждён \(1\)/,
    /меньше 512 пикселей \(1\)/,
    /повторяет другую \(1\)/,
    /Нужна ещё хотя бы 1\./,
  ],
  [
    'in English',
    EN,
    /not an image, or the file is damaged \(1\)/,
    /under 512 pixels \(1\)/,
    /same as another one \(1\)/,
    /At least 1 more is needed\./,
  ],
] as const)('bad photos among good ones, %s: each has its reason, the good ones count', async (...row) => {
  const [, language, damaged, small, same, oneMore] = row;
  const person = await Person.join(product.telegram, 'Дана', language.code);
  const { id } = await draftAvatar(person, language, 'Дана');
  const photos = await makePhotos(9, 700);
  await person.album(photos);
  const cut = (await makePhoto(20, 700)).bytes.subarray(0, 9_000);
  await person.media('document', { bytes: cut, name: 'cut.jpg', mime: 'image/jpeg' });
  await person.album([await makePhoto(21, 400)]);
  // The same picture, saved anew: another file, nothing new to learn from.
  const again = await sharp(photos[0]?.bytes).resize(650, 650).jpeg({ quality: 60 }).toBuffer();
  await person.media('document', { bytes: again, name: 'again.jpg', mime: 'image/jpeg' });

  const counter = await person.see(
    ({ text }) => [language.accepted(9), damaged, small, same, oneMore].every((part) => part.test(text)),
    'the counter with every reason',
    { after: id - 1 },
  );
  expect(hasButton(counter, language.train)).toBe(false);
  await person.album([await makePhoto(22, 700)]);
  await person.see(
    (message) => language.accepted(10).test(message.text) && hasButton(message, language.train),
    'the offer to train',
  );
});

test('nothing that any process wrote gives a secret away, and no process crashed', async () => {
  expect(await leaks(product)).toEqual([]);
  expect(product.crashes()).toEqual([]);
});
