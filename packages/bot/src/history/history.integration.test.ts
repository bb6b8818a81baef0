import { coreHandlers, indexRecording } from '@aisha/core';
import { jobs } from '@aisha/queue';
import { makeOrder } from '@aisha/core/testing';
import { groupDigests, groupMessages, groupRules, orders, recordings } from '@aisha/db';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dataOf, startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { tellAll } from '../testing/jobs.ts';

let bot: TestBot;
let me: number;
let ids: string[];
beforeAll(async () => {
  bot = await startTestBot();
});
afterAll(() => bot.close());

const TEXTS = [
  ['Доброе утро, коллеги.', 'Бюджет отдела — четыре миллиона.', 'Айгуль готовит смету.'],
  ['Продолжаем совещание.', 'Смету примем в пятницу.'],
];

beforeEach(async () => {
  me = await stranger(bot, 'ru');
  await bot.say(me, '/start');
  ids = [];
  for (const [n, lines] of TEXTS.entries()) {
    const [row] = await bot.parts.db
      .insert(recordings)
      .values({
        ownerId: me,
        chatId: me,
        messageId: 0,
        source: 'voice',
        fileId: '',
        title: `Совещание ${n + 1}`,
        text: lines.join('\n\n'),
        durationMs: lines.length * 10_000,
        segments: lines.map((text, at) => ({ startMs: at * 10_000, endMs: at * 10_000 + 9_000, text })),
        createdAt: new Date(Date.now() - 3_600_000 + n * 60_000),
        transcribedAt: new Date(),
      })
      .returning({ id: recordings.id });
    const recordingId = row?.id ?? '';
    ids.push(recordingId);
    await indexRecording(bot.parts, { recordingId });
  }
});

const last = async () => (await bot.messages(me)).at(-1);
const buttons = async () => (await bot.messages(me)).slice(-1).flatMap(dataOf);
const press = async (start: string) => {
  await bot.forgetPace();
  const [data] = (await buttons()).filter((one) => one.startsWith(start));
  if (data === undefined) throw new Error(`no button ${start} among ${(await buttons()).join(' ')}`);
  return bot.press(me, data);
};

test('words lead to the line, the line to its sound, and back', async () => {
  await bot.say(me, '/history');
  await press('search');
  await bot.say(me, 'бюджетом');
  expect((await last())?.text).toMatch(
    /«бюджетом» — 1 место[\s\S]*Совещание 1[\s\S]*0:10[\s\S]*Бюджет отдела/,
  );
  await press(`found:${ids[0]}:2`);
  expect((await last())?.text).toContain('[0:20] Айгуль готовит смету.');
  expect(await buttons()).toContain(`moment:${ids[0]}:2`);
  await press('search.page');
  expect((await last())?.text).toContain('бюджетом');
  // What is written after that is looked for, too; and so is what stands behind the command.
  await bot.say(me, 'вертолёт');
  expect((await last())?.text).toContain('такого нет');
  await bot.say(me, '/history смета');
  expect((await last())?.text).toContain('2 места');
});

test('recordings get tags, and those with one are shown', async () => {
  await bot.say(me, '/history');
  await press(`recording:${ids[0]}`);
  await press('tags:');
  await press('tag.new');
  await bot.say(me, '#Финансы, срочно');
  expect((await last())?.text).toContain('Совещание 1');
  await press('tag.toggle');
  await press('recording:');
  expect((await last())?.text).toMatch(/#(финансы|срочно)/);
  await press('history');
  await press('history.tags');
  await press('history.by:s');
  expect((await buttons()).filter((data) => data.startsWith('recording:'))).toHaveLength(2);
  await press('history.tags');
  const [tagged = ''] = (await buttons()).filter((data) => /^history\.by:.{22}$/.test(data));
  await bot.press(me, tagged);
  expect((await buttons()).filter((data) => data.startsWith('recording:'))).toEqual([`recording:${ids[0]}`]);
});

test('two become one, which leads to its parts and comes apart again', async () => {
  await bot.say(me, '/history');
  await press(`recording:${ids[1]}`);
  await press('merge:');
  await press(`merge.pick:${ids[0]}`);
  expect((await last())?.text).toMatch(/1\. Совещание 1\n2\. Совещание 2/);
  await press('merge.do');
  const merge = coreHandlers(bot.parts)['recording.merge'];
  for (const { name, payload } of bot.enqueued)
    if (name === 'recording.merge') await merge.handle(jobs[name].schema.parse(payload));
  await tellAll(bot);
  expect((await last())?.text).toMatch(/Совещание 1 и ещё 1[\s\S]*Доброе утро[\s\S]*Продолжаем совещание/);
  await press('parts:');
  expect(await buttons()).toEqual(expect.arrayContaining(ids.map((id) => `recording:${id}`)));
  await press('split:');
  await press('split.yes');
  const there = await bot.parts.db.$count(recordings, eq(recordings.ownerId, me));
  expect(there).toBe(3);
  expect((await buttons()).filter((data) => data.startsWith('recording:'))).toHaveLength(2);
});

test('a question is answered with quotes that lead to their places, or is not in the recordings', async () => {
  const { handle } = coreHandlers(bot.parts)['question.answer'];
  const answered = async () => {
    const asked = bot.enqueued.splice(0).filter(({ name }) => name === 'question.answer');
    for (const { payload } of asked) await handle(jobs['question.answer'].schema.parse(payload), run());
    await bot.forgetPace();
    await tellAll(bot);
    return last();
  };
  await bot.openai.control.script({
    kind: 'answer',
    schemaName: 'answer',
    times: 1,
    content: { answer: 'Четыре миллиона.', quotes: [{ line: 2, quote: 'Бюджет отдела — четыре миллиона' }] },
  });
  await bot.say(me, '/history');
  await press('ask.all');
  await bot.say(me, '?');
  expect((await last())?.text).toContain('от 3 до 500');
  await bot.say(me, 'Какой бюджет?');
  expect((await answered())?.text).toMatch(/Какой бюджет\?[\s\S]*Четыре миллиона\.[\s\S]*1\. «Бюджет отдела/);
  expect(await buttons()).toContain(`found:${ids[0]}:2`);
  await bot.say(me, 'Кто открыл Антарктиду?');
  expect((await answered())?.text).toContain('В ваших записях этого нет.');
});

const run = () => ({ ...bot.run(), attempt: 1, jobId: 'test' });

describe('in a group', () => {
  let ivan: number;
  let chatId: number;
  beforeEach(async () => {
    ivan = await stranger(bot, 'ru', 'Иван');
    await bot.say(ivan, '/start');
    ({ id: chatId } = await bot.telegram.control.createGroup({ title: 'Команда', memberIds: [me, ivan] }));
    const { parts } = bot;
    const there = { chatId, text: 'Бюджет отдела — четыре миллиона.' };
    await parts.db.update(recordings).set(there).where(eq(recordings.ownerId, me));
    for (const recordingId of ids) await indexRecording(parts, { recordingId });
  });
  const newest = async () => (await bot.messages(chatId)).at(-1);
  async function settle() {
    await bot.fetch();
    await bot.work();
    const { handle } = coreHandlers(bot.parts)['question.answer'];
    for (const { name, payload } of bot.enqueued.splice(0))
      if (name === 'question.answer') await handle(jobs[name].schema.parse(payload), run());
    await bot.forgetPace();
    await tellAll(bot);
  }
  const say = async (userId: number, text: string, replyTo?: number) => {
    await bot.telegram.control.sendText({
      userId,
      chatId,
      text,
      ...(replyTo === undefined ? {} : { replyTo }),
    });
    await settle();
    return newest();
  };
  async function pressIn(userId: number, data: string) {
    const under = (await bot.messages(chatId)).findLast((one) =>
      dataOf(one).some((has) => has.startsWith(data)),
    );
    const whole = under && dataOf(under).find((has) => has.startsWith(data));
    if (!under || whole === undefined) throw new Error(`no button ${data}`);
    const { callbackQueryId } = await bot.telegram.control.press({
      userId,
      chatId,
      messageId: under.id,
      data: whole,
    });
    await settle();
    return (await bot.telegram.control.callbackAnswer({ chatId, callbackQueryId, timeoutMs: 1 }))?.text;
  }

  test('members ask what was recorded there, by a button, a reply and a command, unless that is forbidden', async () => {
    await bot.openai.control.script({
      kind: 'answer',
      schemaName: 'answer',
      times: 3,
      content: {
        answer: 'Четыре миллиона.',
        quotes: [{ line: 2, quote: 'Бюджет отдела — четыре миллиона' }],
      },
    });
    // Anna's result, below which Ivan asks.
    const [recordingId = ''] = ids;
    const order = await makeOrder(bot, me);
    const sent = await bot.parts.telegram.call(
      'sendMessage',
      {
        chat_id: chatId,
        text: 'текст',
        reply_markup: { inline_keyboard: [[{ text: '❓', callback_data: `ask:${recordingId}` }]] },
      },
      { priority: 'reply' },
    );
    if (sent.kind !== 'ok') throw new Error(sent.kind);
    const result = sent.result.message_id;
    await bot.parts.db
      .update(orders)
      .set({
        kind: 'transcription',
        subjectId: recordingId,
        state: 'succeeded',
        chatId,
        statusMessageId: result,
      })
      .where(eq(orders.id, order.id));
    await bot.parts.db.insert(groupMessages).values({ chatId, messageId: result, ownerId: me });
    await pressIn(ivan, 'ask:');
    const prompt = await newest();
    expect(prompt?.text).toContain('ответом на это сообщение');
    // What is not said to the bot is no question.
    expect(await say(ivan, 'Кто завтра дежурит?')).toEqual(prompt);
    expect((await say(ivan, 'Какой бюджет?', prompt?.id))?.text).toMatch(
      /Какой бюджет\?[\s\S]*Четыре миллиона/,
    );
    expect((await say(ivan, 'Сколько миллионов?', result))?.text).toMatch(/Сколько[\s\S]*Четыре миллиона/);
    expect((await say(ivan, '/ask Какой бюджет?'))?.text).toMatch(
      /Какой[\s\S]*Четыре миллиона[\s\S]*Совещание/,
    );
    expect((await say(ivan, '/ask Кто открыл Антарктиду?'))?.text).toContain('записях этой группы этого нет');
    await bot.parts.db.insert(groupRules).values({ chatId, title: 'Команда', documents: false });
    expect((await say(ivan, '/ask Какой бюджет?'))?.text).toContain('выключили здесь документы и ответы');
  });

  test('its administrators have a digest made by buttons', async () => {
    await say(me, '/settings');
    await pressIn(ivan, 'digest').then((said) => expect(said).toContain('администраторы'));
    await pressIn(me, 'digest');
    expect((await newest())?.text).toContain('Сводка дня');
    await pressIn(me, 'digest.daily:20');
    expect((await newest())?.text).toContain('20:00');
    expect(await bot.parts.db.$count(groupDigests, eq(groupDigests.chatId, chatId))).toBe(1);
    await pressIn(me, 'digest.now');
    const placed = and(eq(orders.kind, 'document'), eq(orders.chatId, chatId), eq(orders.ownerId, me));
    expect(await bot.parts.db.$count(orders, placed)).toBe(1);
    await pressIn(me, 'digest.off');
    expect(await bot.parts.db.$count(groupDigests, eq(groupDigests.chatId, chatId))).toBe(0);
    await pressIn(me, 'group.rules');
    expect((await bot.messages(chatId)).some(({ text }) => text?.includes('Настройки группы'))).toBe(true);
  });
});
