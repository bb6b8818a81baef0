import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { encodeSpeech } from '@aisha/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buttonsOf, Person, says } from './person.ts';
import { makePhotos } from './photos.ts';
import { placesOf } from './places.ts';
import { type Product, startProduct } from './product.ts';
import { draftAvatar, isImage, orderImages, sendPhotos, transcribe } from './steps.ts';
import { eventually } from './waiting.ts';
import { RU } from './words.ts';

/** Stands in everything that a person or a provider says in this run, and nowhere else. */
const MARK = 'Жасырын7731';
const LATIN = 'Zhasyryn7731';
const OPERATOR = 700_000_003;
const CLI = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url));
const run = promisify(execFile);

let product: Product;
let person: Person;
let operator: Person;
beforeAll(async () => {
  // At the level that says most.
  product = await startProduct({
    name: 'marked-words',
    settings: {
      LOG_LEVEL: 'debug',
      CREDITS: 'on',
      CREDITS_WELCOME: '40000',
      TELEGRAM_ADMIN_IDS: String(OPERATOR),
      LIMIT_UPDATES_PER_MINUTE: '1000',
    },
  });
  await product.fal.configure({ timing: { trainingSeconds: 1, imageSeconds: 0.2, queueSeconds: 0.1 } });
  person = await Person.join(product.telegram, `Анна ${MARK}`, 'ru');
  operator = await Person.join(product.telegram, `Оператор ${LATIN}`, 'ru', OPERATOR);
});
afterAll(() => product.stop());

/** Lines of all processes, nginx's and PostgreSQL's among them. */
function allLines(): string[] {
  const { access, webhook } = product.stack.nginx.logs;
  const requests = [access, webhook].flatMap((path) => readFileSync(path, 'utf8').split('\n'));
  // The stand-ins' own lines are nobody's in production.
  const ours = product.lines(/^(bot-polling|worker|webhook-api|migrations|buckets|nginx|postgres|redis)/);
  return [...ours, ...requests];
}

/** Those that hold a marked word. */
function marked(lines = allLines()): string[] {
  const words = [MARK, LATIN].flatMap((word) => [
    word,
    encodeURIComponent(word),
    Buffer.from(word).toString('base64'),
  ]);
  return lines.filter((line) => words.some((word) => line.includes(word)));
}

/** Every order has ended, whoever placed it, and everything owed is told. */
const settled = () =>
  eventually('nothing is under way', async () => {
    const [open] = await product.sql(`select
      (select count(*) from orders where ended_at is null and state <> 'quoted')::int as orders,
      (select count(*) from notifications where state = 'pending')::int as owed`);
    return open?.['orders'] === 0 && open['owed'] === 0;
  });

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

test('nor anything of what came later: questions, searches, names, money, what operators write, groups', async () => {
  await operator.write('/start');
  await operator.see(says(/Aisha/), 'the menu');
  const ask = async (label: RegExp, question: RegExp, words: string, answer: RegExp) => {
    const { id: after } = await person.write('/history');
    await person.press(label, { after });
    await person.see(says(question), 'the question', { after });
    const { id } = await person.write(words);
    await person.see(says(answer), 'the answer', { after: id });
  };
  await ask(/Спросить/, /Что узнать/, `Что скажет ${MARK} до пятницы?`, /./);
  // The answer itself, whose quotes have buttons, too.
  await settled();
  await ask(/Искать|Найти|Поиск/, /Напишите/, `пароль ${MARK}`, /🔎/);
  const opened = await person.write('/history');
  const list = await person.see(
    (one) => one.text.startsWith('История') && buttonsOf(one).some((label) => label.includes(MARK)),
    'the recordings',
    {
      after: opened.id,
    },
  );
  await person.pressOn(list, new RegExp(MARK));
  await person.press(/Название/, { after: opened.id });
  await person.see(says(/новое название/), 'the question', { after: opened.id });
  await person.write(`Собрание ${MARK}`);
  await person.see(says(/Теперь запись называется/), 'the new name', { after: opened.id });

  let { id: after } = await person.write('/imagine');
  await person.write(`озеро ${MARK}`);
  const picture = await person.see(isImage, 'the picture', { after });
  await person.pressOn(picture, /Изменить/);
  after = (await person.write(`добавь лодку ${MARK}`)).id;
  await person.see(isImage, 'the other picture', { after });

  after = (await person.write('/settings')).id;
  await person.see(says(/у вас сейчас/), 'the question about the time', { after });
  await person.write(`город ${MARK}`);
  await person.see(says(/не знаю/), 'that it is no city', { after });

  after = (await person.write('/balance')).id;
  await person.press(/Пополнить/, { after });
  await person.press(/100 кредитов/, { after: after - 1 });
  const invoice = await person.see(({ message }) => message.invoice !== undefined, 'the invoice', { after });
  expect(await product.telegram.pay({ userId: person.id, messageId: invoice.id })).toMatchObject({
    outcome: 'paid',
  });
  await person.see(says(/получена/), 'the payment', { after });
  after = (await person.write('/balance')).id;
  await person.press(/Промокод/, { after });
  await person.see(says(/Пришлите промокод/), 'the question', { after: after - 1 });
  await person.write(LATIN.toUpperCase());
  await person.see(says(/Такого промокода нет/), 'that there is none', { after });
  after = (await person.write('/paysupport')).id;
  await person.see(says(/Напишите одним сообщением/), 'the question', { after });
  await person.write(`Где мои кредиты? ${MARK}`);
  const question = await operator.see(says(/Где мои кредиты/), 'the question');
  await operator.pressOn(question, /Ответить/);
  await operator.see(says(/Напишите ответ/), 'the question');
  await operator.write(`Уже там. ${LATIN}`);
  await person.see(says(/Уже там/), 'the answer', { after });

  await operator.write('/admin');
  await operator.press(/Найти человека/);
  await operator.see(says(/Пришлите номер/), 'the question');
  await operator.write(String(person.id));
  await operator.press(/Начислить/);
  await operator.write(`50 за терпение ${LATIN}`);
  await operator.see(says(/Причина/), 'whether they are sure');
  await operator.press(/✅ Да/);
  after = (await operator.write('/admin')).id;
  await operator.press(/Рассылки/, { after });
  await operator.press(/Новая рассылка/, { after });
  await operator.see(says(/Пришлите сообщение/), 'the question', { after });
  await operator.write(`Новости: ${LATIN}`);
  await operator.press(/Отправить: \d+/, { after });
  await person.see(says(/Новости/), 'the news');

  const group = await product.telegram.createGroup({
    title: `Группа ${MARK}`,
    type: 'supergroup',
    memberIds: [person.id, operator.id],
  });
  const sent = await product.telegram.sendMedia({
    userId: person.id,
    chatId: group.id,
    kind: 'document',
    file: { bytes: Buffer.from(`протокол ${MARK}`), name: `${MARK}.txt`, mime: 'text/plain' },
  });
  await product.telegram.sendText({
    userId: person.id,
    chatId: group.id,
    text: '/transcribe',
    replyTo: sent.id,
  });
  await eventually('the group has its text', async () =>
    (await product.telegram.transcript({ chatId: group.id })).messages.some(
      ({ fromBot, text }) => fromBot && text.includes('протокол'),
    ),
  );
  await settled();
  expect(marked()).toEqual([]);
});

test('nor into metrics and health', async () => {
  const said = await Promise.all(
    product.stack.apps.flatMap(({ url }) =>
      ['/metrics', '/health', '/health/ready', '/health/live'].map(async (path) =>
        (await fetch(`${url}${path}`)).text(),
      ),
    ),
  );
  expect(said.some((text) => text.includes('# HELP'))).toBe(true);
  expect(marked(said)).toEqual([]);
});

test('operators have both for a person by command line, and each is in the audit', async () => {
  const other = await Person.join(product.telegram, `Борис ${LATIN}`, 'ru');
  await other.write('/start');
  await other.see(says(RU.hello), 'the greeting');
  const folder = mkdtempSync(join(tmpdir(), 'aisha-given-'));
  const aisha = (...words: string[]) =>
    run(process.execPath, [CLI, 'user', ...words, '--reason', 'asked by letter'], {
      env: product.stack.env,
    });
  await aisha('export', String(other.id), '--to', folder);
  expect(readdirSync(folder)).toEqual(['part-1.zip']);
  rmSync(folder, { recursive: true });
  await aisha('erase', String(other.id), '--yes');
  expect(await product.sql('select 1 from users where id = $1', [other.id])).toEqual([]);
  expect(await other.messages(says(/Всё удалено/))).toHaveLength(1);
  const done = await product.sql(
    `select action from operator_actions where operator = 'cli' order by created_at`,
  );
  expect(done).toEqual([{ action: 'user.export' }, { action: 'user.erase' }]);
  expect(marked()).toEqual([]);
});

test('after /delete_me nothing of them is found: no row, object, job, key or log line', async () => {
  const wanted = [person.id, MARK];
  const before = await placesOf(product, wanted);
  // It would be seen: photos, pictures, texts, money, groups.
  for (const place of [
    'users',
    'recordings',
    'images',
    'avatar_photos',
    'payments',
    'ledger_entries',
    'support_messages',
  ])
    expect(before).toContain(place);
  for (const bucket of ['avatars', 'transcripts', 'generated'])
    expect(before.some((place) => place.startsWith(`${bucket}: ${person.id}/`))).toBe(true);
  const { id: after } = await person.write('/delete_me');
  await person.press(/^Удалить$/, { after });
  await person.press(/^Удалить сейчас$/, { after });
  const receipt = await person.see(says(/Всё удалено/), 'the receipt', { after });
  expect(receipt.text).toContain('без имени');
  expect(await person.messages(says(/Всё удалено/))).toHaveLength(1);
  // Telegram's pace for a chat is kept for a minute, under its number.
  await expect.poll(() => placesOf(product, wanted), { timeout: 90_000, interval: 1_000 }).toEqual([]);
  const theirs = new RegExp(`(?<!\\d)${person.id}(?!\\d)`);
  expect(allLines().filter((line) => theirs.test(line))).toEqual([]);
  expect(marked()).toEqual([]);
  expect(product.crashes()).toEqual([]);
});

test('and the search would find one', async () => {
  const webhook = `${product.stack.nginx.url}/webhook/${LATIN}`;
  await fetch(webhook, { method: 'POST', headers: { 'user-agent': LATIN } });
  await eventually('the planted word is found', async () => marked().length > 0);
  expect(marked()[0]).toContain(LATIN);
});
