import { makeOrder } from '@aisha/core/testing';
import { notifications, orders, recordings, type Segment } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dataOf, startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { furnish } from '../testing/furnish.ts';
import { makeAndTell, tellAll } from '../testing/jobs.ts';
import { showProgress } from '../notify/edits.ts';

let bot: TestBot;
let me: number;
let recording: string;
let order: string;
let status: number;
beforeAll(async () => {
  bot = await startTestBot();
});
afterAll(() => bot.close());

const SEGMENTS: Segment[] = [
  { startMs: 0, endMs: 2_000, text: 'Начнём с отчёта.', speaker: '0' },
  {
    startMs: 2_500,
    endMs: 5_000,
    text: 'Айна отправит его в пятницу.',
    speaker: '1',
    unsure: [{ from: 0, to: 4 }],
  },
  { startMs: 5_200, endMs: 9_000, text: 'Бюджет на декабрь утвердили без правок.', speaker: '0' },
];

/** A recording whose text is there and not told yet. */
async function heard(segments: Segment[], text = segments.map((one) => one.text).join('\n\n')) {
  me = await stranger(bot, 'ru');
  await bot.say(me, '/start');
  ({ recording } = await furnish(bot, me, text));
  const sent = await bot.parts.telegram.call(
    'sendMessage',
    { chat_id: me, text: '…' },
    { priority: 'reply' },
  );
  if (sent.kind !== 'ok') throw new Error(sent.kind);
  status = sent.result.message_id;
  await bot.parts.db
    .update(recordings)
    .set({ segments, titleFrom: 'words', durationMs: 9_000 })
    .where(eq(recordings.id, recording));
  const placed = await makeOrder(bot, me);
  order = placed.id;
  await bot.parts.db
    .update(orders)
    .set({
      kind: 'transcription',
      subjectId: recording,
      state: 'succeeded',
      endedAt: new Date(),
      statusMessageId: status,
      exclusive: false,
    })
    .where(eq(orders.id, order));
  await bot.parts.db
    .insert(notifications)
    .values({ key: `end:${order}`, userId: me, chatId: me, kind: 'order.ended', data: { orderId: order } });
  await tellAll(bot);
  await bot.forgetPace();
}

const result = async () => (await bot.messages(me)).find((one) => one.id === status);
const last = async () => (await bot.messages(me)).at(-1);
const buttons = async () => (await bot.messages(me)).slice(-1).flatMap(dataOf);
const row = async () => (await bot.parts.db.select().from(recordings).where(eq(recordings.id, recording)))[0];
async function reply(text: string) {
  await bot.telegram.control.sendText({ userId: me, text, replyTo: status });
  await bot.fetch();
  await bot.work();
}

describe('the status message becomes the text', () => {
  beforeEach(() => heard(SEGMENTS));

  test('with who speaks, and stays so whatever edit comes late', async () => {
    expect((await result())?.text).toBe(
      'Голос 1: Начнём с отчёта.\n\nГолос 2: Айна отправит его в пятницу.\n\nГолос 1: Бюджет на декабрь утвердили без правок.\n\n✏️ Подчёркнутое расслышано неуверенно: ответьте на это сообщение правильным текстом.',
    );
    expect(await last()).toMatchObject({ id: status });
    await showProgress(bot.parts, order, { signal: AbortSignal.timeout(10_000) });
    expect((await result())?.text).toMatch(/^Голос 1: Начнём/);
  });

  test('speakers are named by a press and a word, by a name of before, and by a reply', async () => {
    await bot.press(me, `recording.more:${recording}`);
    await bot.press(me, `speakers:${recording}`);
    await bot.press(me, `speaker:${recording}:1`);
    expect((await last())?.text).toContain('«Айна отправит его в пятницу.»');
    await bot.say(me, 'Анна Ким');
    await reply('1 = Пётр');
    expect((await result())?.text).toMatch(/^Пётр: Начнём с отчёта\.\n\nАнна Ким: Айна/);

    const first = { me, recording };
    await heard(SEGMENTS);
    await bot.parts.db.update(recordings).set({ ownerId: me }).where(eq(recordings.id, first.recording));
    await bot.press(me, `recording.more:${recording}`);
    await bot.press(me, `speakers:${recording}`);
    await bot.press(me, `speaker:${recording}:0`);
    const known = (await last())?.markup;
    expect(JSON.stringify(known)).toContain('Анна Ким');
    const [name = ''] = (await buttons()).filter((data) => data.startsWith('speaker.is:'));
    await bot.press(me, name);
    expect((await row())?.speakerNames).toEqual(['Пётр']);
    expect((await result())?.text).toMatch(/^Пётр: /);
  });

  test('what is doubted is put right by a reply, by a press, and is gone from the doubts', async () => {
    await reply('Анна отправит его в пятницу');
    expect((await result())?.text).toContain('Голос 2: Анна отправит его в пятницу.');
    expect((await result())?.text).not.toContain('Подчёркнутое');
    expect((await last())?.text).toMatch(/Было: Айна отправит.*Стало: Анна отправит/s);
    expect(await row()).toMatchObject({
      corrections: [{ segment: 1, text: 'Анна отправит его в пятницу.' }],
      text: expect.stringContaining('Анна отправит его'),
    });

    await heard(SEGMENTS);
    await bot.press(me, `recording.more:${recording}`);
    await bot.press(me, `doubts:${recording}`);
    await bot.press(me, `doubt:${recording}:1:0`);
    await bot.say(me, 'Алина');
    expect((await result())?.text).toContain('Алина отправит его в пятницу.');
  });

  test('a time or words of it as a reply give the moment; a title is written; nonsense is told how', async () => {
    await reply('0:06');
    await makeAndTell(bot);
    expect((await last())?.text).toMatch(/Бюджет на декабрь/);
    await reply('бюджет на декабрь утвердили');
    expect(bot.enqueued.filter(({ name }) => name === 'export.make').length).toBeGreaterThan(1);
    await reply('совсем другое');
    expect((await last())?.text).toContain('В ответ на текст');
    await bot.press(me, `recording.more:${recording}`);
    await bot.press(me, `recording.rename:${recording}`);
    await bot.say(me, 'Планёрка по отчёту');
    expect((await result())?.text).toMatch(/^Планёрка по отчёту\n0:09 · 2 голоса\n\nГолос 1/);
    await bot.press(me, `recording.more:${recording}`);
    await bot.press(me, `lines:${recording}`);
    expect(await buttons()).toContain(`moment:${recording}:3`);
  });
});

test('of a long text the beginning stands there below its title, and the file comes', async () => {
  const long = Array.from({ length: 300 }, (_one, n) => ({
    startMs: n * 3_000,
    endMs: n * 3_000 + 2_800,
    text: `Это предложение номер ${n} <о важном>.`,
  }));
  await heard(long);
  expect((await result())?.text).toMatch(
    /^Это предложение номер 0 .*\n0:09\n\nТекст целиком — в файле ниже\. Начало:\n\nЭто предложение номер 0 <о важном>\./s,
  );
  expect((await last())?.file?.name).toMatch(/\.txt$/);
});
