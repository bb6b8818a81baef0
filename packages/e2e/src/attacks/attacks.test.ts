import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChatMessage, waitForMessage } from '@aisha/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataOf, Person, says, type Upload } from '../person.ts';
import { type Product, startProduct } from '../product.ts';
import { draftAvatar, hasButton, transcribe } from '../steps.ts';
import { eventually } from '../waiting.ts';
import { RU } from '../words.ts';
import { pictures, recordings } from './bombs.ts';
import { type Noticed, p95, use } from './bystander.ts';
import { watch } from './watching.ts';

/** What one person sends and presses to stop, slow, overcharge or read others, while two others use the bot. */

/** For an answer; on a machine that is busy with other things, twice of what it took before the attack. Voices: six times. */
const ANSWER_MS = 500;
/** For the text of two spoken words: each of its steps may wait for one file of each attacker to end. */
const VOICE_MS = 15_000;
/** All files of the attack together have 40 MB; one of them unpacks into as much as a child may write. */
const SCRATCH_MB = 500;

const scratch = mkdtempSync(join(tmpdir(), 'aisha-attacks-'));
const over = new AbortController();
let product: Product;
let anna: Person;
/** What Anna has, and others are after. */
let secret: ChatMessage;
let listener: Person;
let painter: Person;
let calm: { readonly answerMs: number; readonly voiceMs: number };
let watching: ReturnType<typeof watch>;
let noticed: Promise<Noticed>;

const textOf = (text: string): Upload => ({ bytes: Buffer.from(text), name: 'a.txt', mime: 'text/plain' });
const come = (name: string) => Person.join(product.telegram, name, 'ru');
const count = async (query: string, ...values: unknown[]) => {
  const [row] = await product.sql(`select count(*)::int as n from ${query}`, values);
  return Number(row?.['n']);
};

beforeAll(async () => {
  product = await startProduct({
    name: 'attacks',
    settings: { WORKER_SCRATCH_DIR: scratch, CREDITS_WELCOME: '40000', LIMIT_UPDATES_PER_MINUTE: '150' },
  });
  await product.fal.configure({ timing: { imageSeconds: 20, queueSeconds: 0.1 } });
  anna = await come('Анна');
  secret = await transcribe(anna, RU, 'document', textOf('Секрет Анны.'));
  const [talks, speaks] = [await come('Борис'), await come('Вера')];
  const before = await use(talks, speaks, AbortSignal.timeout(5_000));
  calm = { answerMs: p95(before.answers), voiceMs: p95(before.voices) };
  watching = watch(product, scratch);
  noticed = use(talks, speaks, over.signal);
  // All at once; what becomes of them is looked at further below.
  listener = await come('Слухач');
  for (const { kind, ...file } of recordings(`${product.stack.env['OPENAI_BASE_URL']}/stolen`))
    await listener.media(kind, file, 5);
  painter = await come('Маляр');
  await draftAvatar(painter, RU, 'Маляр');
  for (const { kind, ...file } of await pictures()) await painter.media(kind, file);
});
afterAll(async () => {
  over.abort();
  await product.stop();
  rmSync(scratch, { recursive: true, force: true });
});

test('22 orders of pictures within seconds: those beyond a share are refused with a word', async () => {
  const greedy = await come('Жадина');
  for (let n = 0; n < 22; n++) await greedy.write(`/imagine дом номер ${n}`);
  await eventually('seven refused', async () => (await greedy.messages(says(/Дождитесь/))).length === 7);
  expect(await count('orders where owner_id = $1', greedy.id)).toBe(15);
});

test('a member’s forged presses in a group overwrite and show nothing of another', async () => {
  const eve = await come('Ева');
  const { id: chatId } = await product.telegram.createGroup({
    title: 'Команда',
    memberIds: [anna.id, eve.id],
  });
  const inGroup = async (person: Person, text: string): Promise<ChatMessage> => {
    const file = textOf(text);
    const sent = await product.telegram.sendMedia({ userId: person.id, chatId, kind: 'document', file });
    await product.telegram.sendText({ userId: person.id, chatId, text: '/transcribe', replyTo: sent.id });
    const is = (one: ChatMessage) => one.fromBot && one.id > sent.id && hasButton(one, RU.summary);
    return waitForMessage(product.telegram, { chatId, timeoutMs: 60_000 }, is);
  };
  const hers = await inGroup(anna, 'Протокол Анны.');
  const own = await inGroup(eve, 'Заметка Евы.');
  const [annas, eves] = [hers, own].map((message) => dataOf(message, RU.summary).split(':')[1] ?? '');
  const before = await belongings(anna, eve);
  const forged: readonly (readonly [message: ChatMessage, data: string])[] = [
    // Her own things on another's message, another's on her own, what needs no id, what nobody made.
    ...['recording', 'recording.text', 'recording.delete.yes'].flatMap((name) =>
      [hers, own].map((on) => [on, `${name}:${on === hers ? eves : annas}`] as const),
    ),
    [hers, dataOf(hers, RU.summary)],
    [own, dataOf(hers, RU.summary)],
    ...['menu', 'avatars', 'history:0', 'balance:0', 'language.set:kk', 'cancel', 'avatar.consent'].map(
      (data) => [hers, data] as const,
    ),
    [hers, 'constructor'],
    [hers, `recording:${annas}:__proto__:1`.slice(0, 64)],
  ];
  for (const [{ id: messageId }, data] of forged) {
    const press = { userId: eve.id, chatId, messageId, data, forged: true };
    const { callbackQueryId } = await product.telegram.press(press);
    const answer = await product.telegram.callbackAnswer({ chatId, callbackQueryId });
    expect([data, answer?.text ?? null]).toEqual([data, expect.stringMatching(/\S/)]);
  }
  const { messages } = await product.telegram.transcript({ chatId });
  expect(messages.find(({ id }) => id === hers.id)).toMatchObject({ text: hers.text, deleted: false });
  expect(messages.filter(({ id, text }) => id > own.id && text.includes('Анны'))).toEqual([]);
  expect(await belongings(anna, eve)).toEqual(before);
});

test('forged presses in private with ids of another change and show nothing', async () => {
  const eve = await come('Ева');
  const { id } = await eve.write('/help');
  const { id: messageId } = await eve.see(says(/./), 'help', { after: id });
  const recording = dataOf(secret, RU.summary).split(':')[1] ?? '';
  const [order] = await product.sql('select id from orders where owner_id = $1', [anna.id]);
  const before = await belongings(anna, eve);
  const own = ['recording', 'recording.text', 'recording.delete', 'recording.delete.yes'];
  const foreign = [
    ...own.map((name) => `${name}:${recording}`),
    ...['summary', 'todo', 'minutes', 'protocol'].map((kind) => `document:${recording}:${kind}`),
    `avatar:${recording}`,
    `image.again:${recording}`,
    `order.cancel:${String(order?.['id'])}`,
    `training.start:${recording}:fast`,
  ];
  for (const data of foreign) {
    const press = { userId: eve.id, messageId, data, forged: true };
    expect([data, await eve.toast(await product.telegram.press(press))]).toEqual([
      data,
      expect.stringMatching(/\S/),
    ]);
  }
  expect(await eve.messages(says(/Анны/))).toEqual([]);
  expect(await belongings(anna, eve)).toEqual(before);
});

test('promo codes are guessed a few times an hour', async () => {
  const guesser = await come('Гадалка');
  await product.sql(`insert into promo_codes (code, kind, value) values ('ВЕСНА7', 'credits', 500)`);
  const { id } = await guesser.write('/balance');
  await guesser.press(/Промокод/, { after: id });
  await guesser.see(says(/Пришлите промокод/), 'the question', { after: id });
  for (let n = 0; n < 6; n++) await guesser.write(`ВЕСНА${n}`);
  await guesser.see(says(/Слишком много неверных/), 'that it is too much');
  await guesser.write('ВЕСНА7');
  await eventually(
    'the last one answered',
    async () => (await guesser.messages(says(/Слишком много неверных/))).length >= 2,
  );
  expect(await count('promo_code_uses where user_id = $1', guesser.id)).toBe(0);
});

test('800 messages and 200 presses in a minute: one word, no work', async () => {
  const noisy = await come('Шумный');
  const { id } = await noisy.write('/help');
  const { id: messageId } = await noisy.see(says(/./), 'help', { after: id });
  for (let n = 0; n < 200; n++)
    await product.telegram.press({ userId: noisy.id, messageId, data: `recording:${n}`, forged: true });
  await product.telegram.sendTexts({
    messages: Array.from({ length: 800 }, (_, n) => ({ userId: noisy.id, text: `слово ${n}` })),
  });
  await eventually('all of it is done', async () => {
    const open = await count(
      `telegram_updates where lane like '%' || $1 || '%' and state <> 'done'`,
      noisy.id,
    );
    return open === 0 && (await count('users where id = $1 and minute_updates > 150', noisy.id)) === 1;
  });
  // A greeting, help, and what was said of the words that were read before it was too much.
  expect((await noisy.messages()).length).toBeLessThan(20);
});

test('every file of theirs has an end and a reason, and nothing is called, read or bought for them', async () => {
  const sent = recordings('').length;
  await eventually(
    'every recording ended',
    async () => (await count('orders where owner_id = $1 and ended_at is not null', listener.id)) === sent,
    120_000,
  );
  await eventually(
    'every photo judged',
    async () =>
      (await count(
        'avatar_photos p join avatars a on a.id = p.avatar_id where a.owner_id = $1 and p.state = $2',
        painter.id,
        'received',
      )) === 0,
    120_000,
  );
  const ended = await product.sql(
    `select r.file_name as name, o.state, o.failure from orders o join recordings r on r.id = o.subject_id where o.owner_id = $1`,
    [listener.id],
  );
  // What is at fault is the file, whatever it did; a fault of ours would say so.
  expect(ended.filter(({ failure }) => failure === 'internal' || failure === 'timeout')).toEqual([]);
  for (const person of [listener, painter])
    expect(await person.messages(says(/root:|bin\/(ba)?sh/))).toEqual([]);
  const calls = await product.openai.requests({});
  expect(calls.filter(({ path }) => path.includes('stolen'))).toEqual([]);
  const bought = await product.sql(`select scope, calls from paid_calls where owner_id = any($1)`, [
    [listener.id, painter.id],
  ]);
  // Noise and a WAV are sound: a call each, and one repeat where an answer looks cut.
  const speech = bought.find(({ scope }) => String(scope).startsWith('day:'));
  expect(Number(speech?.['calls'] ?? 0)).toBeLessThanOrEqual(6);
});

test('who used the bot meanwhile noticed nothing; memory and disk stayed within bounds', async () => {
  over.abort();
  const { answers, voices } = await noticed;
  const { memory, scratchMb } = watching.stop();
  const told = { calm, p95Ms: p95(answers), answers: answers.length, voices, memory, scratchMb };
  process.stdout.write(`\n${JSON.stringify(told)}\n`);
  expect(p95(answers)).toBeLessThanOrEqual(Math.max(ANSWER_MS, calm.answerMs * 2));
  expect(Math.max(...voices)).toBeLessThanOrEqual(Math.max(VOICE_MS, calm.voiceMs * 6));
  for (const [name, { mostMb, containerMb }] of Object.entries(memory))
    expect(mostMb, name).toBeLessThan(containerMb);
  expect(scratchMb).toBeLessThan(SCRATCH_MB);
  await eventually('the scratch is empty', async () =>
    readdirSync(scratch, { recursive: true, withFileTypes: true }).every((entry) => !entry.isFile()),
  );
  expect(product.crashes()).toEqual([]);
  expect(await count('telegram_updates where poisoned_at is not null')).toBe(0);
});

/** All that belongs to some people, and that nothing else changes meanwhile. */
function belongings(...people: readonly Person[]) {
  const ids = people.map(({ id }) => id);
  const tables = ['avatars', 'recordings', 'images', 'documents', 'orders'];
  return Promise.all([
    ...tables.map((table) =>
      product.sql(`select * from ${table} where owner_id = any($1) order by id`, [ids]),
    ),
    product.sql('select * from ledger_entries where user_id = any($1) order by id', [ids]),
  ]);
}
