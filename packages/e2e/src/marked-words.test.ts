import { readFileSync } from 'node:fs';
import { encodeSpeech } from '@aisha/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Person, says } from './person.ts';
import { makePhotos } from './photos.ts';
import { type Product, startProduct } from './product.ts';
import { draftAvatar, isImage, orderImages, sendPhotos, transcribe } from './steps.ts';
import { eventually } from './waiting.ts';
import { RU } from './words.ts';

/** Stands in everything that a person or a provider says in this run, and nowhere else. */
const MARK = 'Жасырын7731';
const LATIN = 'Zhasyryn7731';

let product: Product;
let person: Person;
beforeAll(async () => {
  // At the level that says most.
  product = await startProduct({ name: 'marked-words', settings: { LOG_LEVEL: 'debug' } });
  await product.fal.configure({ timing: { trainingSeconds: 1, imageSeconds: 0.2, queueSeconds: 0.1 } });
  person = await Person.join(product.telegram, `Анна ${MARK}`, 'ru');
});
afterAll(() => product.stop());

/** Lines of all processes, nginx's and PostgreSQL's among them, that hold a marked word. */
function marked(): string[] {
  const { access, webhook } = product.stack.nginx.logs;
  const requests = [access, webhook].flatMap((path) => readFileSync(path, 'utf8').split('\n'));
  // The stand-ins' own lines are nobody's in production.
  const ours = product.lines(/^(bot-polling|worker|webhook-api|migrations|buckets|nginx|postgres|redis)/);
  const words = [MARK, LATIN].flatMap((word) => [
    word,
    encodeURIComponent(word),
    Buffer.from(word).toString('base64'),
  ]);
  return [...ours, ...requests].filter((line) => words.some((word) => line.includes(word)));
}

test('what people say and send does not come into any log', async () => {
  await person.write(`/start ${MARK}`);
  await person.see(says(RU.hello), 'the greeting');
  await draftAvatar(person, RU, `Я ${MARK}`);
  await sendPhotos(person, RU, await makePhotos(10, 600));
  const voice = {
    bytes: await encodeSpeech(`Пароль ${MARK} скажет Анна до пятницы.`.split(' ')),
    name: `${LATIN}.ogg`,
    mime: 'audio/ogg',
  };
  await transcribe(person, RU, 'document', voice);
  await person.press(RU.summary);
  const asked = await orderImages(person, RU, `маяк ${MARK}`);
  await person.see(isImage, 'the picture', { after: asked });
  await person.media('document', {
    bytes: Buffer.from(`заметка ${MARK}`),
    name: `${MARK}.txt`,
    mime: 'text/plain',
  });
  await person.see((one) => one.text.includes('заметка'), 'the text of the file');
  await person.write(`просто ${MARK}`);
  await person.media('document', {
    bytes: Buffer.from(`GIF ${MARK}`),
    name: `${MARK}.xyz`,
    mime: 'image/png',
  });
  expect(marked()).toEqual([]);
});

test('nor what providers say of it', async () => {
  const echo = `No: "${MARK}"`;
  await product.openai.addFault({
    route: '*',
    times: 2,
    fault: { kind: 'status', status: 400, message: echo },
  });
  await product.fal.addFault({ fault: { kind: 'http', status: 422, detail: echo, errorType: LATIN } });
  await product.telegram.addFault({
    method: 'sendMessage',
    times: 1,
    action: {
      kind: 'error',
      code: 400,
      description: `Bad Request: can't parse entities: Unsupported start tag "${MARK}"`,
    },
  });
  await person.write(`/help ${MARK}`);
  await eventually('Telegram refuses an answer', async () =>
    product.lines().some((line) => line.includes('telegram refused a call')),
  );
  let asked = await orderImages(person, RU, `дом ${MARK}`);
  await person.see(says(RU.didNotWork), 'that it did not work', { after: asked });
  await product.openai.clearFaults();
  await product.fal.clearFaults();
  await product.fal.addFault({ fault: { kind: 'failed', message: echo, type: 'model_error' } });
  asked = await orderImages(person, RU, `лес ${MARK}`);
  await person.see(says(RU.didNotWork), 'that it did not work', { after: asked });
  expect(marked()).toEqual([]);
});

test('nor a statement that fails, with what it was to write', async () => {
  await product.sql(`
    create function refuse() returns trigger language plpgsql as $$
      begin raise exception 'not this: %', row_to_json(new) using detail = row_to_json(new)::text; end $$`);
  for (const table of ['conversations', 'notifications', 'recordings', 'orders'])
    await product.sql(
      // Only what is new: what was ordered before is still being told, and its lane would wait for that.
      `create trigger refuse before insert on ${table} for each row execute function refuse()`,
    );
  const failing = () => product.lines().filter((line) => line.includes('P0001')).length;
  await person.write(`/new_avatar ${MARK}`);
  await person.write(`имя ${MARK}`);
  await person.media('document', {
    bytes: Buffer.from(`ещё ${MARK}`),
    name: `${MARK}.txt`,
    mime: 'text/plain',
  });
  await eventually('statements fail, and the log says so', async () => failing() >= 3);
  for (const table of ['conversations', 'notifications', 'recordings', 'orders'])
    await product.sql(`drop trigger refuse on ${table}`);
  expect(marked()).toEqual([]);
});

test('and the search would find one', async () => {
  const webhook = `${product.stack.nginx.url}/webhook/${LATIN}`;
  await fetch(webhook, { method: 'POST', headers: { 'user-agent': LATIN } });
  await eventually('the planted word is found', async () => marked().length > 0);
  expect(marked()[0]).toContain(LATIN);
});
