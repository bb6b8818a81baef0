import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { encodeSpeech } from '@aisha/sandbox';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { Person, says, type Upload } from '../person.ts';
import { makePhoto, makePhotos } from '../photos.ts';
import { type Product, startProduct } from '../product.ts';
import { draftAvatar, hasButton } from '../steps.ts';
import { RU as words } from '../words.ts';

/** What people really send for an avatar: reported inputs (their number stands before them) and close relatives. */
let product: Product;
beforeAll(async () => {
  product = await startProduct({ name: 'cases-photos' });
});
afterAll(() => product.stop());

const join = () => Person.join(product.telegram, 'Дана', words.code);
const heic = (n: number) => readFileSync(new URL(`heic/${n}.heic`, import.meta.url));
/** As a phone names them, whatever their sender calls their type. */
const file = (name: string, mime: string, bytes: Uint8Array) => ({
  kind: 'document' as const,
  name,
  mime,
  bytes,
});
const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#7a9' } })
    .jpeg({ quality: 60 })
    .toBuffer();
/** Grain, as a sensor has it: 12 to 18 MB for 64 megapixels. */
const grainy = (width: number, height: number) =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  })
    .jpeg({ quality: 50 })
    .toBuffer();
const photo = async (n = 0) => Buffer.from((await makePhoto(n, 700)).bytes);
const album = async (count: number) =>
  (await makePhotos(count, 700)).map((one) => ({ ...one, kind: 'photo' as const, mime: 'image/jpeg' }));
const pdfs = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    file(`report-${n}.pdf`, 'application/pdf', Buffer.from(`%PDF-1.4\n${n}\n%%EOF`)),
  );

/** What the bot said after this message, once it is silent: the answer to whatever came last. */
async function answersAfter(person: Person, id: number) {
  // Whatever is written next is answered after all that came before it.
  const { id: after } = await person.write('/privacy');
  await person.see(says(/Ваши данные/), 'the answer to what came next', { after });
  return (await person.messages()).filter((one) => one.id > id && !/Ваши данные/.test(one.text));
}

describe('files where photos are collected', () => {
  test.each<[string, () => Promise<Upload[]>, RegExp[]]>([
    [
      'A1 an album of ten HEIC files from an iPhone',
      async () => Array.from({ length: 10 }, (_, n) => file(`IMG_000${n}.HEIC`, 'image/heic', heic(n))),
      [words.accepted(10), words.enough],
    ],
    ['A2 image/jpg', async () => [file('IMG_2041.jpg', 'image/jpg', await photo())], [words.accepted(1)]],
    ['A2 IMAGE/JPEG', async () => [file('IMG_2041.JPG', 'IMAGE/JPEG', await photo())], [words.accepted(1)]],
    [
      'A2 application/octet-stream',
      async () => [file('IMG_2041', 'application/octet-stream', await photo())],
      [words.accepted(1)],
    ],
    [
      'A2 a JPEG that is called a text',
      async () => [file('IMG_2041.jpeg', 'text/plain', await photo())],
      [words.accepted(1)],
    ],
    [
      'A15 64 megapixels as a file',
      async () => [file('IMG.jpg', 'image/jpeg', await grainy(9_248, 6_936))],
      [words.accepted(1)],
    ],
    [
      'A15 108 megapixels as a file',
      async () => [file('IMG.jpg', 'image/jpeg', await flat(12_000, 9_000))],
      [words.accepted(1)],
    ],
    [
      'A16 a wide picture',
      async () => [file('a.jpg', 'image/jpeg', await flat(4_800, 1_100))],
      [words.accepted(1)],
    ],
    [
      'A16 a tall picture',
      async () => [file('a.jpg', 'image/jpeg', await flat(1_080, 4_400))],
      [words.accepted(1)],
    ],
    [
      'relatives: TIFF, AVIF, WebP, PNG of 16 bits, CMYK',
      async () => [
        file(
          'a.tif',
          'image/tiff',
          await sharp(await photo(1))
            .tiff()
            .toBuffer(),
        ),
        file(
          'b.avif',
          '',
          await sharp(await photo(2))
            .avif({ effort: 0 })
            .toBuffer(),
        ),
        file(
          'c.webp',
          'image/webp',
          await sharp(await photo(3))
            .webp()
            .toBuffer(),
        ),
        file(
          'd.png',
          'image/png',
          await sharp(await photo(4))
            .toColourspace('rgb16')
            .png()
            .toBuffer(),
        ),
        file(
          'e.jpg',
          'image/jpeg',
          await sharp(await photo(5))
            .toColourspace('cmyk')
            .jpeg()
            .toBuffer(),
        ),
      ],
      [words.accepted(5)],
    ],
    [
      'relatives: a zip of pictures',
      async () => {
        const zip = new ZipFile();
        for (const n of [1, 2, 3]) zip.addBuffer(n === 3 ? heic(n) : await photo(n), `${n}`);
        zip.addBuffer(await flat(2_000, 400), 'small.jpg');
        zip.end();
        return [file('photos.zip', 'application/zip', await buffer(zip.outputStream))];
      },
      [words.accepted(3), /короткая сторона меньше 512 пикселей \(1\)/],
    ],
    [
      'relatives: what is none has its reason and its number',
      async () => [
        file('a.jpg', 'image/jpeg', await flat(2_000, 400)),
        file('b.heic', 'image/heic', Buffer.from('no picture at all')),
        file('c.svg', 'image/svg+xml', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')),
        file('d.pdf', 'application/pdf', Buffer.from('%PDF-1.4\n%%EOF')),
      ],
      [/короткая сторона меньше 512 пикселей \(1\)/, /(не изображение|формат не подходит).*\(\d\)/],
    ],
  ])('%s', async (_case, make, shown) => {
    const person = await join();
    const counter = await draftAvatar(person, words, 'Дана');
    const files = await make();
    const after = await person.albumOf(files.map((one) => ({ ...one, kind: 'document' as const })));
    await person.see(
      (message) => shown.every((part) => part.test(message.text)) && !/На проверке/.test(message.text),
      `the counter with ${shown.join(' ')}`,
      { after: counter.id - 1 },
    );
    // The counter, come below the files, is the only answer.
    expect(await answersAfter(person, after)).toHaveLength(1);
  });
});

describe('an album that comes too early', () => {
  test.each<[string, (person: Person) => Promise<unknown>, RegExp, RegExp | null]>([
    ['A3 at the choice of a kind', async () => undefined, /Кого или что изучить/, words.portrait],
    ['A3 at the name', (person) => person.press(words.portrait), /от 2 до 50 символов/, null],
    [
      'A3 at the subject',
      async (person) => {
        await person.press(words.portrait);
        await person.see(says(words.askName), 'the question for a name');
        await person.write('Дана');
        await person.see((one) => hasButton(one, words.man), 'the question for a subject');
      },
      /Как называть человека/,
      words.man,
    ],
    [
      'A3 at the consent',
      async (person) => {
        await person.press(words.portrait);
        await person.see(says(words.askName), 'the question for a name');
        await person.write('Дана');
        await person.press(words.man);
        await person.see((one) => hasButton(one, words.consent), 'the question for consent');
      },
      /Подтвердите/,
      words.consent,
    ],
  ])('%s: one answer, and the photos count after the consent', async (_case, go, asked, button) => {
    const person = await join();
    const { id } = await person.write('/new_avatar');
    await person.see((one) => hasButton(one, words.portrait), 'the choice of a kind', { after: id });
    await go(person);
    const after = await person.albumOf(await album(10));
    const [answer, ...others] = await answersAfter(person, after);
    expect(others).toEqual([]);
    expect(answer?.text).toMatch(/Фотографии отложены/);
    expect(answer?.text).toMatch(asked);
    expect(answer && hasButton(answer, button ?? words.cancel)).toBe(true);
    // The rest of the steps, from here.
    if (button === words.portrait) {
      await person.press(words.portrait);
      await person.see(says(words.askName), 'the question for a name');
    }
    if (button === words.portrait || button === null) await person.write('Дана');
    if (button !== words.consent) await person.press(words.man, { after });
    await person.press(words.consent, { after });
    await person.see(
      (one) => words.accepted(10).test(one.text) && hasButton(one, words.train),
      'ten photos accepted',
    );
  });

  test('A3 while nothing is asked: one answer, and “New avatar” keeps the photos', async () => {
    const person = await join();
    const after = await person.albumOf(await album(10));
    const answers = await answersAfter(person, after);
    expect(answers).toHaveLength(1);
    const [answer] = answers;
    if (!answer) throw new Error('no answer');
    await person.pressOn(answer, words.newAvatar);
    await person.see(says(/Отложено 10 фотографий/), 'the photos that are kept');
  });

  test.each([
    ['A3 at the description of a picture', '/imagine'],
    ['A3 while nothing is asked, of files', '/menu'],
  ])('%s: one answer', async (_case, command) => {
    const person = await join();
    const { id } = await person.write(command);
    await person.see(() => true, 'its answer', { after: id });
    const isFiles = command === '/menu';
    const after = await person.albumOf(isFiles ? pdfs(10) : await album(10));
    expect(await answersAfter(person, after)).toHaveLength(1);
  });
});

test('relatives: a voice message among the steps is transcribed, a video among photos is not, a sticker is said to be none', async () => {
  const person = await join();
  await draftAvatar(person, words, 'Дана');
  const voice = {
    bytes: await encodeSpeech(['привет'], { format: 'ogg' }),
    name: 'v.ogg',
    mime: 'audio/ogg',
  };
  const { id } = await person.media('voice', voice);
  await person.see((one) => hasButton(one, words.summary), 'the transcript', { after: id });
  const [first, second] = await album(2);
  if (!first || !second) throw new Error('no photos');
  const video = { kind: 'video' as const, bytes: voice.bytes, name: 'v.mp4', mime: 'video/mp4' };
  const after = await person.albumOf([video, first, second]);
  await person.see(says(words.accepted(2)), 'two photos accepted', { after });
  expect(await answersAfter(person, after)).toHaveLength(1);
  const sticker = await person.media('sticker', { bytes: await photo(), name: 's.webp', mime: 'image/webp' });
  await person.see(says(/Стикеры/), 'that a sticker is none', { after: sticker.id });
});

test('relatives: a photo turned down, and one taken away, are judged again when they come again', async () => {
  const person = await join();
  await draftAvatar(person, words, 'Дана');
  const good = file('a.jpg', 'image/jpeg', await photo());
  await person.media('document', good);
  await person.see(says(words.accepted(1)), 'one photo accepted');
  await person.press(/Убрать все фото/);
  await person.see(says(words.sendPhotos), 'the request for photos');
  await person.media('document', good);
  const counter = await person.see(says(words.accepted(1)), 'it accepted again');
  expect(counter.text).not.toMatch(/Не подошли/);
});

test('no process crashed', () => expect(product.crashes()).toEqual([]));
