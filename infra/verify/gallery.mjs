// Somebody from before opens the gallery and their history.   node gallery.mjs <telegram> <person id>
import { createTelegramControl } from '../../packages/sandbox/src/index.ts';
import { Person } from '../../packages/e2e/src/person.ts';
import { hasButton } from '../../packages/e2e/src/steps.ts';

const [telegramUrl, id] = process.argv.slice(2);
const person = new Person(createTelegramControl(telegramUrl), Number(id));
try {
  const { id: asked } = await person.write('/gallery');
  await person.see((one) => one.id > asked && one.file?.kind === 'photo', 'the picture', { after: asked });
  const { id: then } = await person.write('/history');
  await person.see((one) => hasButton(one, /Voice message/u), 'the recording', { after: then });
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
