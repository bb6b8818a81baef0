import { documents, orders, recordingExports, recordings } from '@aisha/db';
import { and, desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { furnish } from '../testing/furnish.ts';
import { makeAndTell } from '../testing/jobs.ts';

let bot: TestBot;
let me: number;
let recording: string;
beforeAll(async () => {
  bot = await startTestBot();
});
afterAll(() => bot.close());
beforeEach(async () => {
  me = await stranger(bot, 'ru');
  await bot.say(me, '/start');
  ({ recording } = await furnish(bot, me, 'Планёрка: Анна отправит отчёт'));
  await bot.parts.db
    .update(recordings)
    .set({
      segments: [
        { startMs: 0, endMs: 2_000, text: 'Начнём с отчёта.', speaker: '0' },
        { startMs: 2_500, endMs: 5_000, text: 'Анна отправит его в пятницу.', speaker: '1' },
      ],
    })
    .where(eq(recordings.id, recording));
});

/** The newest message with a file: its name and its text. */
async function given() {
  const file = (await bot.messages(me)).findLast((one) => one.file)?.file;
  if (!file) throw new Error('no file came');
  const bytes = await bot.telegram.control.download({ path: file.path });
  return { name: file.name, text: Buffer.from(bytes).toString('utf8'), bytes: bytes.length };
}
const open = () => bot.press(me, `recording:${recording}`);
/** Presses a format on the recording's card, and has it made and sent. */
async function download(format: string) {
  await bot.say(me, '/history');
  await open();
  await bot.press(me, `download:${recording}:card`);
  const { toast } = await bot.press(me, `download.as:${recording}:${format}`);
  await makeAndTell(bot);
  return toast;
}
const row = async (format: string) => {
  const [made] = await bot.parts.db
    .select()
    .from(recordingExports)
    .where(and(eq(recordingExports.recordingId, recording), eq(recordingExports.format, format)));
  return made;
};

describe('a file of a recording', () => {
  test('comes by a press, named by its title, and the same one again is not made anew', async () => {
    expect(await download('srt')).toMatch(/Готовлю файл/);
    expect(await given()).toMatchObject({
      name: 'Планёрка Анна отправит отчёт.srt',
      text: expect.stringMatching(/^1\n00:00:00,000 --> .*\nГолос 1: Начнём с отчёта\.\n\n2\n/),
    });
    const first = await row('srt');
    await download('srt');
    expect((await row('srt'))?.madeAt).toEqual(first?.madeAt);
    expect((await bot.messages(me)).filter((one) => one.file)).toHaveLength(2);

    await bot.parts.db
      .update(recordings)
      .set({ speakerNames: ['Пётр', 'Анна'], title: 'Отчёт.mp3' })
      .where(eq(recordings.id, recording));
    await download('srt');
    expect(await given()).toMatchObject({ name: 'Отчёт.srt', text: expect.stringContaining('Пётр: Начнём') });
    expect((await row('srt'))?.madeAt).not.toEqual(first?.madeAt);
  });

  test('of a document comes in its formats, and one that shows nothing is told', async () => {
    const [document] = await bot.parts.db
      .select()
      .from(documents)
      .where(eq(documents.recordingId, recording));
    await bot.say(me, '/history');
    await open();
    await bot.press(me, `documents:${recording}:card`);
    await bot.press(me, `document:${recording}:summary`);
    await bot.press(me, `document.download:${document?.id}`);
    await bot.press(me, `document.as:${document?.id}:docx`);
    await makeAndTell(bot);
    expect(await given()).toMatchObject({
      name: expect.stringMatching(/\.docx$/),
      text: expect.stringMatching(/^PK/),
    });
    await bot.press(me, `document.as:${document?.id}:md`);
    await makeAndTell(bot);
    expect((await given()).text).toContain('# Планёрка');

    // A button of before: it has no times any more.
    await bot.parts.db.update(recordings).set({ segments: null }).where(eq(recordings.id, recording));
    await bot.press(me, `document.buttons:${document?.id}`);
    await download('txt');
    const [order] = await bot.parts.db
      .select()
      .from(orders)
      .where(and(eq(orders.ownerId, me), eq(orders.kind, 'export')))
      .orderBy(desc(orders.createdAt));
    expect(order?.state).toBe('succeeded');
    expect((await given()).text).toContain('Анна отправит отчёт');
  });
});
