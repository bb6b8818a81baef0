// The whole way of a user on a running cluster: avatar, images, speech, a document. One JSON line of figures.
//   node product.mjs <telegram> <fal> <voice file>
import { readFile } from 'node:fs/promises';
import { createFalControl, createTelegramControl } from '../../packages/sandbox/src/index.ts';
import { Person, says } from '../../packages/e2e/src/person.ts';
import { makePhotos } from '../../packages/e2e/src/photos.ts';
import { isImage, orderImages, trainAvatar, transcribe } from '../../packages/e2e/src/steps.ts';
import { EN } from '../../packages/e2e/src/words.ts';

const [telegramUrl, falUrl, voiceFile] = process.argv.slice(2);
const fal = createFalControl(falUrl);
const begun = Date.now();
const seconds = {};
const timed = async (name, work) => {
  const started = performance.now();
  const value = await work();
  seconds[name] = Math.round((performance.now() - started) / 100) / 10;
  return value;
};

try {
  const person = await Person.join(createTelegramControl(telegramUrl), 'Vera', 'en');
  const { id: start } = await person.write('/start');
  await timed('greeting', () => person.see(says(EN.hello), 'the greeting', { after: start }));
  await timed('avatar', async () => trainAvatar(person, EN, 'Vera', await makePhotos(10)));
  const before = await timed('picture', async () => {
    const after = await orderImages(person, EN, 'on a mountain top at dawn');
    await person.see(isImage, 'a picture', { after });
    return after;
  });
  const images = (await person.messages(isImage)).filter((one) => one.id > before).length;
  await timed('transcript', async () =>
    transcribe(person, EN, 'voice', {
      bytes: await readFile(voiceFile),
      name: 'voice.ogg',
      mime: 'audio/ogg',
    }),
  );
  const { id: asked } = (await person.messages()).at(-1);
  await person.press(EN.summary);
  await timed('summary', () => person.see((one) => one.id > asked, 'the summary', { after: asked }));
  const webhooks = (await fal.webhooks()).filter((one) => Date.parse(one.at) >= begun);
  const acknowledged = webhooks.filter((one) => one.status === 200).length;
  process.stdout.write(
    `${JSON.stringify({ person: person.id, images, seconds, webhooks: webhooks.length, acknowledged })}\n`,
  );
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
