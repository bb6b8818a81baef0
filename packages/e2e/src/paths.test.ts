import type { FalControl } from '@aisha/sandbox';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataOf, Person, says } from './person.ts';
import { makePhotos } from './photos.ts';
import { type Product, startProduct } from './product.ts';
import { leaks } from './secrets.ts';
import { draftAvatar, hasButton, isImage, orderImages, sendPhotos, startTraining } from './steps.ts';
import { eventually } from './waiting.ts';
import { EN, RU, type Words } from './words.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct({ name: 'paths' });
  await product.fal.configure({ timing: { trainingSeconds: 8, imageSeconds: 0.5, queueSeconds: 0.2 } });
});
afterAll(() => product.stop());

const cases: [string, Words, string, string][] = [
  ['in Russian', RU, 'Анна', 'на вершине горы на рассвете'],
  ['in English', EN, 'Kate', 'on a mountain top at dawn'],
];

describe.each(cases)('from photos to a gallery, %s', (_in, words, name, prompt) => {
  let person: Person;
  let avatarId: string;

  test('an avatar is trained: consent, ten photos, progress in one message, a model that is kept', async () => {
    person = await Person.join(product.telegram, name, words.code);
    const { id: start } = await person.write('/start');
    await person.see(says(words.hello), 'the greeting', { after: start });

    await draftAvatar(person, words, name);
    const counter = await sendPhotos(person, words, await makePhotos(10));
    // It is in sight, below the photos, and there is no second one.
    const { messages } = await product.telegram.transcript({ chatId: person.id });
    expect(messages.findLast(({ deleted }) => !deleted)?.id).toBe(counter.id);
    expect(await person.messages(says(words.sendPhotos))).toEqual([]);

    const status = await startTraining(person, words, counter);
    const ready = await person.see(says(words.ready(name)), 'the word that the avatar is ready');

    // One message told all of it, with the provider's own progress, and ends in "done".
    const told = await person.see(
      (message) => message.id === status.id && words.done.test(message.text),
      'the status message in its last form',
    );
    const progress = told.edits
      .map(({ content }) => content.text ?? '')
      .filter((text) => words.training.test(text));
    expect(progress.some((text) => /[▓░]{10} \d+%/.test(text))).toBe(true);
    expect(hasButton(told, /./)).toBe(false);
    expect(await person.messages(says(words.training))).toEqual([]);

    const [avatar] = await product.sql('select * from avatars where owner_id = $1', [person.id]);
    expect(avatar).toMatchObject({
      name,
      kind: 'portrait',
      subject: 'man',
      state: 'ready',
      consent_at: expect.any(Date),
      is_main: true,
    });
    avatarId = String(avatar?.['id']);
    expect(dataOf(ready, words.draw)).toBe(`imagine:${avatarId}:below`);

    const modelKey = `${person.id}/avatars/${avatarId}/model.safetensors`;
    expect(avatar?.['model_key']).toBe(modelKey);
    const kept = await product.object('avatars', modelKey);
    expect(kept.equals(await handedOut(product.fal, avatarId))).toBe(true);

    // Of the photos one stays, for the card.
    await eventually('the photos are tidied away', async () => {
      const left = await product.objects('avatars', `${person.id}/avatars/${avatarId}/`);
      const rows = await product.sql('select 1 from avatar_photos where avatar_id = $1', [avatarId]);
      const keys = [modelKey, String(avatar?.['preview_key'])];
      return rows.length === 0 && left.length === 2 && keys.every((key) => left.includes(key));
    });
  });

  test('a picture with it is delivered, exact in ratio, kept and shown in the gallery', async () => {
    const { id: before } = await person.write('/imagine');
    await person.see(says(new RegExp(name)), 'the avatar that it will be drawn with', { after: before });
    await person.see(says(words.describe), 'the question for a description', { after: before });
    await person.write(prompt);
    const picture = await person.see(isImage, 'the picture', { after: before });
    expect(picture.text).toContain(prompt);
    expect(await sizeOf(await person.download(fileOf(picture)))).toEqual({ width: 1024, height: 1024 });

    const [row] = await product.sql('select * from images where owner_id = $1', [person.id]);
    expect(row).toMatchObject({ prompt, aspect: '1:1', width: 1024, height: 1024, avatar_id: avatarId });
    const key = String(row?.['object_key']);
    expect(key.startsWith(`${person.id}/images/`)).toBe(true);
    expect(await sizeOf(await product.object('generated', key))).toEqual({ width: 1024, height: 1024 });

    const { id: asked } = await person.write('/gallery');
    const card = await person.see(isImage, 'the card of the gallery', { after: asked });
    expect(card.text).toContain(prompt);
    expect(card.text).toMatch(/1 (из|of) 1 · 1:1/);
  });

  test('three upright pictures: each 9:16, all kept, all in the gallery', async () => {
    const order = await orderImages(person, words, `${prompt} 2`, { shape: '9:16', count: 3 });
    const pictures = await eventually('three pictures', async () => {
      const found = (await person.messages(isImage)).filter(({ id }) => id > order);
      return found.length === 3 && found;
    });
    for (const picture of pictures) {
      const { width, height } = await sizeOf(await person.download(fileOf(picture)));
      expect(width / height).toBe(9 / 16);
    }
    const rows = await product.sql(`select * from images where owner_id = $1 and aspect = '9:16'`, [
      person.id,
    ]);
    expect(new Set(rows.map((row) => row['object_key'])).size).toBe(3);
    for (const row of rows)
      expect(await sizeOf(await product.object('generated', String(row['object_key'])))).toEqual({
        width: 720,
        height: 1280,
      });
    // No picture is another one's copy.
    const kept = await Promise.all(rows.map((row) => product.object('generated', String(row['object_key']))));
    expect(new Set(kept.map((bytes) => bytes.toString('base64'))).size).toBe(3);

    const { id: asked } = await person.write('/gallery');
    await person.see(says(/^1 (из|of) 4/), 'the first card', { after: asked });
    await person.press(words.next, { after: asked });
    await person.see(says(/^2 (из|of) 4/), 'the second card', { after: asked });
  });
});

test('a Kazakh speaker is met in Kazakh, reads the help and changes the language', async () => {
  const person = await Person.join(product.telegram, 'Бекзат', 'kk');
  const { id: start } = await person.write('/start');
  const menu = await person.see(says(/Сәлеметсіз бе, Бекзат! Мен — Aisha/), 'the greeting', { after: start });
  await person.pressOn(menu, /Көмек/);
  await person.see((message) => message.id === menu.id && /жасайды|Аватар/.test(message.text), 'the help');
  await person.press(/Мәзір/, { after: start });
  await person.press(/^🌐 Тіл$/, { after: start });
  const press = await person.press(/^English$/, { after: start });
  expect(await person.toast(press)).toBe('Done: I’ll speak English.');
  await person.see(
    (message) => message.id === menu.id && /I do two things/.test(message.text),
    'the menu in English, in the place of the old one',
  );
  const { id: later } = await person.write('/start');
  await person.see(says(EN.hello), 'the greeting in English', { after: later });
});

test('nothing that any process wrote gives a secret away, and no process crashed', async () => {
  expect(await leaks(product)).toEqual([]);
  expect(product.crashes()).toEqual([]);
});

/** The model file as FAL's stand-in gave it to whoever asks for the training's result. */
async function handedOut(fal: FalControl, avatarId: string): Promise<Buffer> {
  const [order] = await product.sql(
    `select f.request_id, f.model from orders o join fal_jobs f on f.order_id = o.id where o.subject_id = $1`,
    [avatarId],
  );
  const [job] = await fal.paidJobs({ requestId: String(order?.['request_id']) });
  expect(job).toMatchObject({ state: 'COMPLETED', status: 200 });
  const { env } = product.stack;
  const result = await fetch(
    `${env['FAL_QUEUE_URL']}/fal-ai/flux-lora-portrait-trainer/requests/${job?.requestId}`,
    {
      headers: { authorization: `Key ${env['FAL_API_KEY']}` },
    },
  );
  const body: { diffusers_lora_file: { url: string } } = JSON.parse(await result.text());
  return Buffer.from(await (await fetch(body.diffusers_lora_file.url)).arrayBuffer());
}

function fileOf({ file }: { file: { path: string } | null }): { path: string } {
  if (!file) throw new Error('a message without a file');
  return file;
}

/** Decodes every pixel, so that a cut file is no picture. */
async function sizeOf(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  const { info } = await sharp(bytes, { failOn: 'error' }).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height };
}
