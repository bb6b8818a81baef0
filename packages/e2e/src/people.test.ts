import { type ChatMessage, encodeSpeech } from '@aisha/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataOf, Person, says } from './person.ts';
import { lookAtPlans } from './plans/look.ts';
import { makePhotos } from './photos.ts';
import { type Product, startProduct } from './product.ts';
import { leaks } from './secrets.ts';
import {
  draftAvatar,
  hasButton,
  isImage,
  orderImages,
  sendPhotos,
  trainAvatar,
  transcribe,
} from './steps.ts';
import { eventually } from './waiting.ts';
import { EN, RU, type Words } from './words.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct({ name: 'people', keepStatements: true });
  await product.fal.configure({ timing: { trainingSeconds: 2, imageSeconds: 1, queueSeconds: 0.1 } });
});
afterAll(() => product.stop());

const voice = async (text: string) => ({
  bytes: await encodeSpeech(text.split(' '), { format: 'ogg' }),
  name: 'voice.ogg',
  mime: 'audio/ogg',
});

interface Owned {
  readonly person: Person;
  readonly words: Words;
  readonly recording: ChatMessage;
  readonly picture: ChatMessage;
  readonly ready: ChatMessage;
}
let anna: Owned;
let john: Owned;

/** Trains, draws and speaks all at once. */
async function live(name: string, words: Words, said: string): Promise<Owned> {
  const person = await Person.join(product.telegram, name, words.code);
  const { ready } = await trainAvatar(person, words, name, await makePhotos(10, 700));
  const after = await orderImages(person, words, `portrait of ${name}`);
  const [recording, picture] = await Promise.all([
    transcribe(person, words, 'voice', await voice(said)),
    person.see(isImage, 'the picture', { after }),
  ]);
  return { person, words, ready, recording, picture };
}

test('two people at once each get their own, in their language', async () => {
  [anna, john] = await Promise.all([
    live('Анна', RU, 'Это сказала Анна.'),
    live('John', EN, 'This was said by John.'),
  ]);
  expect(anna.recording.text).toBe('Это сказала Анна.');
  expect(john.recording.text).toBe('This was said by John.');
  expect(anna.picture.text).toBe('portrait of Анна');
  expect(john.picture.text).toBe('portrait of John');
  for (const [one, other] of [
    [anna, 'John'],
    [john, 'Анна'],
  ] as const)
    expect(await one.person.messages(says(new RegExp(other)))).toEqual([]);
  const avatars = await product.sql('select owner_id, name from avatars order by name');
  expect(avatars).toEqual([
    { owner_id: String(john.person.id), name: 'John' },
    { owner_id: String(anna.person.id), name: 'Анна' },
  ]);
});

describe('the same button, pressed twice at the same time', () => {
  const twice = (person: Person, message: ChatMessage, label: RegExp) =>
    Promise.all([person.pressOn(message, label), person.pressOn(message, label)]);
  const ordersOf = (person: Person, kind: string) =>
    product.sql('select state from orders where owner_id = $1 and kind = $2', [person.id, kind]);

  test('starts one training, which FAL is paid for once', async () => {
    const person = await Person.join(product.telegram, 'Кира', 'ru');
    await draftAvatar(person, RU, 'Кира');
    const counter = await sendPhotos(person, RU, await makePhotos(10, 700));
    await person.pressOn(counter, RU.train);
    const choice = await person.see((message) => hasButton(message, RU.fast), 'the choice of quality');
    const presses = await twice(person, choice, RU.fast);
    const toasts = await Promise.all(presses.map((press) => person.toast(press)));
    expect(new Set(toasts)).toEqual(new Set(['', 'Этот аватар уже обучается или обучен.']));
    await person.see(says(RU.ready('Кира')), 'the word that the avatar is ready');
    expect(await ordersOf(person, 'training')).toEqual([{ state: 'succeeded' }]);
  });

  test('writes one summary', async () => {
    await twice(anna.person, anna.recording, RU.summary);
    await eventually('the summary', async () => {
      const orders = await ordersOf(anna.person, 'document');
      return orders.length > 0 && orders.every(({ state }) => state === 'succeeded');
    });
    expect(await ordersOf(anna.person, 'document')).toHaveLength(1);
  });

  test('draws once more, not twice', async () => {
    await twice(anna.person, anna.picture, RU.another);
    await anna.person.see(isImage, 'another picture', { after: anna.picture.id });
    expect(await ordersOf(anna.person, 'image')).toHaveLength(2);
  });
});

describe("buttons with somebody else's ids, or with nonsense", () => {
  // So many messages at once are more than Telegram takes for one chat.
  beforeAll(() => product.telegram.setLimits({ limits: null }));

  /** What a button of Anna's would bring, sent by John: a modified client can send any data. */
  async function forge(data: string) {
    const { env } = product.stack;
    const response = await fetch(`${env['TELEGRAM_API_ROOT']}/bot${env['TELEGRAM_BOT_TOKEN']}/sendMessage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        chat_id: john.person.id,
        text: 'forged',
        reply_markup: { inline_keyboard: [[{ text: 'forged', callback_data: data }]] },
      }),
    });
    expect(response.status).toBe(200);
    const { result }: { result: { message_id: number } } = JSON.parse(await response.text());
    const { callbackQueryId } = await product.telegram.press({
      userId: john.person.id,
      messageId: result.message_id,
      text: 'forged',
    });
    const toast = await john.person.toast({ callbackQueryId });
    return { toast, messageId: result.message_id };
  }

  test('are answered as out of date and change nothing', async () => {
    const avatar = dataOf(anna.ready, RU.draw).split(':')[1] ?? '';
    const recording = dataOf(anna.recording, RU.summary).split(':')[1] ?? '';
    const image = dataOf(anna.picture, RU.another).split(':')[1] ?? '';
    const [order] = await product.sql(`select id from orders where owner_id = $1 limit 1`, [anna.person.id]);
    const before = await everything();
    const stolen = [
      `avatar:${avatar}`,
      `avatar.photos:${avatar}`,
      `avatar.main:${avatar}`,
      `avatar.rename:${avatar}`,
      `avatar.delete:${avatar}`,
      `avatar.delete.yes:${avatar}`,
      `photos.clear:${avatar}`,
      `training:${avatar}`,
      `training.start:${avatar}:fast`,
      `imagine:${avatar}`,
      `recording:${recording}`,
      `recording.text:${recording}`,
      `recording.delete.yes:${recording}`,
      `document:${recording}:todo`,
      `image.again:${image}`,
      `image.file:${image}`,
      `image.prompt:${image}`,
      `image.favourite:${image}`,
      `image.delete:${image}`,
      'avatar:not-an-id',
      `avatar:${avatar}'; drop table users; --`.slice(0, 64),
      'recording:',
      'language.set:xx',
      'avatar.kind:alien',
      'no.such.button:1:2:3',
    ];
    for (const data of stolen) {
      const { toast, messageId } = await forge(data);
      expect([data, toast]).toEqual([data, expect.stringMatching(EN.outdated)]);
      // Nothing of hers is shown, either.
      const shown = (await john.person.messages()).filter(({ id }) => id >= messageId);
      for (const message of shown) expect(message.text).not.toMatch(/Анна/);
    }
    const late = await forge(`order.cancel:${String(order?.['id'])}`);
    expect(late.toast).toBe('Too late to cancel: the order is finished.');
    expect(await everything()).toEqual(before);
  });

  test('numbers out of range lead somewhere, not into an error', async () => {
    for (const data of ['gallery:all:999', 'gallery:all:-7', 'gallery:x:y', 'history:999', 'history:NaN']) {
      const { toast } = await forge(data);
      expect([data, toast]).toEqual([data, '']);
    }
    const poisoned = await product.sql('select payload from telegram_updates where poisoned_at is not null');
    expect(poisoned).toEqual([]);
  });

  async function everything() {
    const tables = ['avatars', 'recordings', 'images', 'documents', 'orders', 'fal_jobs'];
    return Promise.all(tables.map((table) => product.sql(`select * from ${table} order by id`)));
  }
});

test('nothing that the product asks of PostgreSQL reads the whole of a table that grows', async () => {
  const { looked, findings } = await lookAtPlans(product.stack);
  expect(looked).toBeGreaterThan(200);
  expect(findings).toEqual([]);
});

test('nothing that any process wrote gives a secret away, and no process crashed', async () => {
  expect(await leaks(product)).toEqual([]);
  expect(product.crashes()).toEqual([]);
});
