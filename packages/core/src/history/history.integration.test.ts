import { historyWords, passages, recordings, type Segment } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deleteRecording } from '../recordings/recordings.ts';
import { moveChat } from '../users/move-chat.ts';
import { makeDocument, makeText, writeThrough } from '../testing/documents.ts';
import { startTestParts, type TestParts } from '../testing.ts';
import { transact } from '../unit.ts';
import { forgetWords } from './retention.ts';
import { indexRecording } from './index-recording.ts';
import { type Scope, searchHistory } from './search.ts';
import { sweepIndex } from './sweep.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = await bench.person();
});

/** A recording of these lines, ten seconds each, that search knows. */
async function said(
  lines: readonly string[],
  more: { language?: string; title?: string; chatId?: number; ownerId?: number; speakers?: string[] } = {},
) {
  const { ownerId = me, speakers, ...columns } = more;
  const { id } = await makeText(bench, ownerId, lines.join(' '));
  const segments = lines.map((text, n): Segment => ({
    startMs: n * 10_000,
    endMs: (n + 1) * 10_000,
    text,
    ...(speakers && { speaker: String(n % speakers.length) }),
  }));
  await bench.parts.db
    .update(recordings)
    .set({ segments, ...columns, ...(speakers && { speakerNames: speakers }) })
    .where(eq(recordings.id, id));
  await indexRecording(bench.parts, { recordingId: id });
  return id;
}

const find = (query: string, scope: Scope = { ownerId: me }, limit = 10) =>
  searchHistory(bench.parts.db, scope, query, { limit });
const first = async (query: string, scope?: Scope) => (await find(query, scope)).hits[0];

describe('search', () => {
  test('finds forms of words in three languages, with the line and its moment', async () => {
    const russian = await said([
      'Доброе утро, коллеги.',
      'Бюджет отдела утвердили в четверг.',
      'До встречи.',
    ]);
    const english = await said(['The deliveries were postponed.', 'We will negotiate with the suppliers.']);
    const kazakh = await said(['Сәлем достар.', 'Мектептердің кітаптарын алдық.'], { language: 'kk' });
    for (const [query, id, line, startMs] of [
      ['бюджетом отделов', russian, 2, 10_000],
      ['УТВЕРДИТЬ', russian, 2, 10_000],
      ['negotiating supplier', english, 2, 10_000],
      ['delivery', english, 1, 0],
      // Plural, possessor and case, of a word that is written as Russian's are, and one whose last sound changes.
      ['мектеп', kazakh, 2, 10_000],
      ['мектебіміздің', kazakh, 2, 10_000],
      ['кітабы', kazakh, 2, 10_000],
    ] as const)
      expect(await first(query), query).toMatchObject({ recordingId: id, line, startMs });
    const hit = await first('бюджетом');
    expect(hit?.text.filter(({ found }) => found).map(({ text }) => text)).toEqual(['Бюджет']);
    expect(hit?.text.map(({ text }) => text).join('')).toBe('Бюджет отдела утвердили в четверг.');
  });

  test('finds misspelt names, beginnings of words and names in the other alphabet', async () => {
    const id = await said([
      'Звонила Айгуль Ахметжанова, просила договор.',
      'Ёлка стоит.',
      'Қазақстан туралы.',
    ]);
    for (const query of ['Акметжанова', 'айгул', 'ахмет', 'Akhmetzhanova', 'догавор', 'елка', 'казакстан'])
      expect(await first(query), query).toMatchObject({ recordingId: id });
    expect(await find('догавор')).toMatchObject({ loosely: true });
    expect(await find('договор')).toMatchObject({ loosely: false });
    for (const nothing of ['трансформатор', '', '?!', 'и', "'; drop table passages; --"])
      expect((await find(nothing)).hits.filter(({ recordingId }) => recordingId !== id)).toEqual([]);
    expect(await find('трансформатор')).toEqual({ hits: [], count: 0, loosely: false });
    // Of a very long text not every word is learned, and what was said is found all the same.
    await bench.parts.db.delete(historyWords).where(eq(historyWords.ownerId, me));
    expect(await first('договоры')).toMatchObject({ recordingId: id, line: 1 });
  });

  test('puts names and what has all words first, and says when only some are there', async () => {
    const passing = await said(['Потом поговорили про ремонт и погоду, и разошлись.']);
    const named = await said(['Начнём.'], { title: 'Ремонт кухни' });
    expect((await find('ремонт')).hits.map(({ recordingId }) => recordingId)).toEqual([named, passing]);
    expect((await find('погода ремонт')).hits.map(({ recordingId }) => recordingId)).toEqual([passing]);
    const loose = await find('погода кухня');
    expect(loose).toMatchObject({ loosely: true, count: 2 });
  });

  test('finds who spoke, and documents with the moments that they name', async () => {
    const id = await said(['Отчёт готов.', 'Анна отправит письмо Ивану до пятницы.'], {
      speakers: ['Сауле', 'Тимур'],
    });
    expect(await first('сауле')).toMatchObject({ recordingId: id });
    const [recording] = await bench.parts.db.select().from(recordings).where(eq(recordings.id, id));
    if (!recording) throw new Error('it is there');
    const { documentId } = await makeDocument(bench, recording, 'todo');
    await writeThrough(bench, documentId);
    expect(bench.enqueued).toContainEqual({
      name: 'history.index',
      payload: { recordingId: id, documentId },
    });
    await indexRecording(bench.parts, { recordingId: id, documentId });
    const { hits } = await find('письмо');
    expect(new Set(hits.map((one) => one.documentId))).toEqual(new Set([documentId, null]));
    expect(hits.find((one) => one.documentId)).toMatchObject({ documentKind: 'todo', startMs: 10_000 });
  });

  test('is of a person’s own, and in a group of what its members recorded there', async () => {
    const [neighbour, group] = [await bench.person(), -1_000_000 - me];
    const [mine, theirs] = [
      await said(['Секрет в сейфе.']),
      await said(['Секрет в шкафу.'], { ownerId: neighbour, chatId: group }),
    ];
    const ids = async (scope: Scope) => (await find('секреты', scope)).hits.map((one) => one.recordingId);
    expect(await ids({ ownerId: me })).toEqual([mine]);
    expect(await ids({ ownerId: neighbour })).toEqual([theirs]);
    expect(await ids({ groupId: group })).toEqual([theirs]);
    expect(await ids({ groupId: group - 1 })).toEqual([]);
    // What begins alike, too.
    expect((await find('шкафч', { ownerId: me })).hits).toEqual([]);
    expect((await find('шкафу', { groupId: group })).hits).toHaveLength(1);
    await bench.parts.db.transaction((tx) => moveChat(tx, group, group - 5));
    expect(await ids({ groupId: group - 5 })).toEqual([theirs]);
  });

  test('forgets what is deleted in the same transaction, and nothing brings it back', async () => {
    const id = await said(['Пароль от подъезда.']);
    await transact(bench.parts, async (unit) => {
      await deleteRecording(unit, me, id);
      expect((await searchHistory(unit.tx, { ownerId: me }, 'пароль', { limit: 5 })).count).toBe(0);
    });
    await indexRecording(bench.parts, { recordingId: id });
    expect((await find('пароль')).count).toBe(0);
    await forgetWords(bench.parts.db);
    expect(await bench.parts.db.$count(historyWords, eq(historyWords.ownerId, me))).toBe(0);
    await bench.parts.db.delete(recordings).where(eq(recordings.id, id));
    expect(await bench.parts.db.$count(passages, eq(passages.recordingId, id))).toBe(0);
  });

  test('takes in by its own what was there before it, and what was changed', async () => {
    const id = await said(['Первая версия.']);
    await bench.parts.db
      .update(recordings)
      .set({ title: 'Переименовано', indexDueAt: sql`now() - interval '1 second'` })
      .where(eq(recordings.id, id));
    await sweepIndex(bench.parts);
    expect(bench.enqueued).toContainEqual({ name: 'history.index', payload: { recordingId: id } });
    await indexRecording(bench.parts, { recordingId: id });
    expect(await first('переименовать')).toMatchObject({ recordingId: id, line: null });
    const words = await bench.parts.db.$count(historyWords, eq(historyWords.ownerId, me));
    expect(words).toBeGreaterThan(2);
  });
});
