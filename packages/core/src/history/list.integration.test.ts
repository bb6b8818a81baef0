import { documents, groupDigests, recordings, type Segment } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readLines } from '../documents/lines.ts';
import { deleteRecording, findRecording, type Recording } from '../recordings/recordings.ts';
import { makeDocument, makeText, writeThrough } from '../testing/documents.ts';
import { orderNow, recordingNow, startTestParts, type TestParts } from '../testing.ts';
import { transact } from '../unit.ts';
import { nextAt, orderDigest, scheduleDigest, sweepDigests } from './digest.ts';
import { indexRecording } from './index-recording.ts';
import { HISTORY_PAGE, type HistoryFilter, historyPage } from './list.ts';
import { mergeRecordings, orderMerge, partsOf, splitRecording } from './merge.ts';
import { searchHistory } from './search.ts';
import { addTags, tagsIn, tagsOf, tagsOn, toggleTag } from './tags.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = await bench.person();
});

const HOUR = 3_600_000;
const begun = new Date('2026-11-20T09:00:00Z').getTime();

/** A recording of these lines, ten seconds each, made so many hours after the first. */
async function heard(
  hour: number,
  lines: readonly string[],
  speakers: readonly string[] = [],
): Promise<Recording> {
  const { id } = await makeText(bench, me, lines.join('\n'));
  const segments = lines.map((text, n): Segment => ({
    startMs: n * 10_000,
    endMs: (n + 1) * 10_000,
    text,
    ...(speakers.length > 0 && { speaker: String(n % speakers.length) }),
  }));
  await bench.parts.db
    .update(recordings)
    .set({
      segments,
      source: 'voice',
      durationMs: lines.length * 10_000,
      createdAt: new Date(begun + hour * HOUR),
      ...(speakers.length > 0 && { speakerNames: speakers }),
    })
    .where(eq(recordings.id, id));
  return recordingNow(bench, id);
}

const page = (filter: HistoryFilter = 'all', cursor: Parameters<typeof historyPage>[3] = null) =>
  historyPage(bench.parts.db, { ownerId: me }, filter, cursor);

describe('the history', () => {
  test('is turned by keyset: nothing is skipped or shown twice while recordings come and go', async () => {
    const made: Recording[] = [];
    // Three of the same moment, so that the moment alone does not do.
    for (let n = 0; n < 14; n += 1) made.push(await heard(Math.floor(n / 3), [`Запись ${n}.`]));
    const first = await page();
    expect(first).toMatchObject({ hasNewer: false, hasOlder: true });
    const seen = first.items.map(({ id }) => id);
    // A new one comes, and the last of the page goes.
    await heard(50, ['Новая.']);
    const last = first.items.at(-1);
    await transact(bench.parts, (unit) => deleteRecording(unit, me, last?.id ?? ''));
    let at = first;
    while (at.hasOlder) {
      const from = at.items.at(-1);
      if (!from) throw new Error('a page that goes on is not empty');
      at = await page('all', { direction: 'older', from });
      expect(at.hasNewer).toBe(true);
      seen.push(...at.items.map(({ id }) => id));
    }
    expect(new Set(seen)).toEqual(new Set(made.map(({ id }) => id)));
    expect(seen).toHaveLength(14);
    // And back: a page before the end, then the beginning with what came.
    const [from] = at.items;
    if (!from) throw new Error('the last page is not empty');
    const back = await page('all', { direction: 'newer', from });
    expect(back.items).toHaveLength(HISTORY_PAGE);
    expect(back.items.at(-1)?.id).toBe(seen[seen.length - at.items.length - 1]);
  });

  test('has tags to sort by, found by search, gone when nothing has them', async () => {
    const [one, two] = [await heard(1, ['Раз.']), await heard(2, ['Два.'])];
    expect(tagsIn(' #Работа, Договор с  банком #срочно,,')).toEqual(['работа', 'договор с банком', 'срочно']);
    const text = await makeText(bench, me, 'Текст.');
    await transact(bench.parts, (unit) => addTags(unit, one, ['работа', 'срочно']));
    await transact(bench.parts, (unit) => addTags(unit, two, ['работа']));
    const [work, urgent] = await tagsOf(bench.parts.db, me);
    expect([work, urgent]).toMatchObject([
      { name: 'работа', count: 2 },
      { name: 'срочно', count: 1 },
    ]);
    const ids = async (filter: HistoryFilter) => new Set((await page(filter)).items.map(({ id }) => id));
    expect(await ids({ tagId: work?.id ?? '' })).toEqual(new Set([two.id, one.id]));
    expect(await ids('text')).toEqual(new Set([text.id]));
    expect(await ids('sound')).toEqual(new Set([one.id, two.id]));
    await indexRecording(bench.parts, { recordingId: one.id });
    const found = await searchHistory(bench.parts.db, { ownerId: me }, 'срочно', { limit: 5 });
    expect(found.hits.map(({ recordingId }) => recordingId)).toEqual([one.id]);
    if (!urgent) throw new Error('there are two');
    await transact(bench.parts, (unit) => toggleTag(unit, one, urgent));
    expect(await tagsOn(bench.parts.db, one.id)).toEqual([{ id: work?.id, name: 'работа' }]);
    expect((await tagsOf(bench.parts.db, me)).map(({ name }) => name)).toEqual(['работа']);
  });
});

describe('recordings that become one', () => {
  const order = (ids: readonly string[]) =>
    transact(bench.parts, (unit) => orderMerge(unit, me, ids, { chatId: me, title: 'Совещание' }));

  test('stand in the order of their time, with their speakers and moments; their documents remain', async () => {
    const late = await heard(5, ['Продолжаем, сказала Сауле.', 'Это Ержан.'], ['Сауле', 'Ержан']);
    const early = await heard(4, ['Начинаем.', 'Бюджет принят.', 'Перерыв.'], ['Тимур', 'Сауле']);
    const { documentId } = await makeDocument(bench, early, 'summary');
    await writeThrough(bench, documentId);
    const placed = await order([late.id, early.id, (await heard(9, ['Не та.'])).id, late.id].slice(0, 2));
    if (placed.kind !== 'placed') throw new Error('nothing speaks against it');
    const id = placed.order.subjectId ?? '';
    await mergeRecordings(bench.parts, id);
    expect(await orderNow(bench, placed.order.id)).toMatchObject({ state: 'succeeded' });
    const merged = await recordingNow(bench, id);
    expect(merged).toMatchObject({
      source: 'merged',
      durationMs: 50_000,
      parts: [
        { recordingId: early.id, firstLine: 1, startMs: 0 },
        { recordingId: late.id, firstLine: 4, startMs: 30_000 },
      ],
    });
    const { lines, speakers } = await readLines(bench.parts, merged);
    expect(lines.map(({ startMs, speaker, text }) => [startMs, speakers[speaker ?? -1], text])).toEqual([
      [0, 'Тимур', 'Начинаем.'],
      [10_000, 'Сауле', 'Бюджет принят.'],
      [20_000, 'Тимур', 'Перерыв.'],
      [30_000, 'Сауле', 'Продолжаем, сказала Сауле.'],
      [40_000, 'Ержан', 'Это Ержан.'],
    ]);
    // The parts are found in the whole, and their documents are still there.
    for (const recordingId of [id, early.id, late.id]) await indexRecording(bench.parts, { recordingId });
    expect((await page()).items.map((one) => one.id)).not.toContain(early.id);
    const { hits } = await searchHistory(bench.parts.db, { ownerId: me }, 'ержан', { limit: 5 });
    expect(hits).toMatchObject([{ recordingId: id, line: 5, startMs: 40_000 }]);
    expect(await bench.parts.db.$count(documents, eq(documents.recordingId, early.id))).toBe(1);
    expect((await partsOf(bench.parts.db, merged)).map((one) => one.id)).toEqual([early.id, late.id]);

    await transact(bench.parts, async (unit) => {
      expect(await splitRecording(unit, merged)).toBe(true);
      await deleteRecording(unit, me, id);
    });
    expect((await page()).items.map((one) => one.id)).toContain(early.id);
    expect(await findRecording(bench.parts.db, me, late.id)).not.toBeNull();
  });

  test('go together when the whole is deleted; one alone, another’s or a part of another is none', async () => {
    const [one, two] = [await heard(1, ['Раз.']), await heard(2, ['Два.'])];
    expect(await order([one.id])).toEqual({ kind: 'too_few' });
    const mine = me;
    me = await bench.person();
    expect(await order([one.id, two.id])).toEqual({ kind: 'too_few' });
    me = mine;
    const [first, second] = [await order([one.id, two.id]), await order([one.id, two.id])];
    if (first.kind !== 'placed' || second.kind !== 'placed') throw new Error('both are placed');
    await mergeRecordings(bench.parts, first.order.subjectId ?? '');
    await mergeRecordings(bench.parts, first.order.subjectId ?? '');
    // The other one finds its parts taken, and leaves nothing behind.
    await mergeRecordings(bench.parts, second.order.subjectId ?? '');
    expect(await orderNow(bench, second.order.id)).toMatchObject({ state: 'failed' });
    await transact(bench.parts, (unit) => deleteRecording(unit, me, first.order.subjectId ?? ''));
    for (const { id } of [one, two]) expect(await findRecording(bench.parts.db, me, id)).toBeNull();
  });
});

describe('the digest of a group’s day', () => {
  test('is one document over all that was recorded there within a day, each part its owner’s still', async () => {
    const group = -2_000_000 - me;
    const other = await bench.person();
    const [first, second, old] = [
      await heard(0, ['Решили купить принтер.']),
      await heard(0, ['Анна отправит письмо Ивану до пятницы.'], ['Анна']),
      await heard(0, ['Прошлогоднее.']),
    ];
    for (const [{ id }, ownerId, days] of [
      [first, me, 0],
      [second, other, 0],
      [old, me, 2],
    ] as const)
      await bench.parts.db
        .update(recordings)
        .set({ chatId: group, ownerId, createdAt: sql`now() - make_interval(days => ${days}, mins => 10)` })
        .where(eq(recordings.id, id));
    const order = (chatId: number) =>
      transact(bench.parts, (unit) =>
        orderDigest(unit, { chatId, ownerId: me, title: 'Сводка', language: 'ru', agreed: false }),
      );
    expect(await order(group - 1)).toEqual({ kind: 'nothing' });
    const placed = await order(group);
    if (placed.kind !== 'placed') throw new Error('nothing speaks against it');
    await writeThrough(bench, placed.order.subjectId ?? '');
    expect(await orderNow(bench, placed.order.id)).toMatchObject({ state: 'succeeded', chatId: group });
    const [document] = await bench.parts.db
      .select()
      .from(documents)
      .where(eq(documents.id, placed.order.subjectId ?? ''));
    const text = JSON.stringify(document?.content);
    expect(text).toMatch(/принтер/);
    expect(text).toMatch(/письмо/);
    expect(text).not.toMatch(/Прошлогоднее/);
    const whole = await recordingNow(bench, document?.recordingId ?? '');
    expect(whole.parts?.map(({ recordingId }) => recordingId).toSorted()).toEqual(
      [first.id, second.id].toSorted(),
    );
    expect(await findRecording(bench.parts.db, other, second.id)).toMatchObject({ mergedInto: null });

    // Of every day, once at its hour.
    await transact(bench.parts, (unit) => scheduleDigest(unit, { chatId: group }, me, 20));
    await sweepDigests(bench.parts);
    const digests = () => bench.parts.db.$count(recordings, sql`chat_id = ${group} and source = 'merged'`);
    expect(await digests()).toBe(1);
    await bench.parts.db
      .update(groupDigests)
      .set({ nextAt: new Date(0) })
      .where(eq(groupDigests.chatId, group));
    await Promise.all([sweepDigests(bench.parts), sweepDigests(bench.parts)]);
    expect(await digests()).toBe(2);
    await transact(bench.parts, (unit) => scheduleDigest(unit, { chatId: group }, me, null));
    expect(await bench.parts.db.$count(groupDigests, eq(groupDigests.chatId, group))).toBe(0);
  });

  test('comes at the hour of the texts’ time', () => {
    const at = (hour: number, now: string) => nextAt(hour, new Date(now)).toISOString();
    expect(at(20, '2026-11-26T10:00:00Z')).toBe('2026-11-26T15:00:00.000Z');
    expect(at(20, '2026-11-26T15:00:00Z')).toBe('2026-11-27T15:00:00.000Z');
    expect(at(2, '2026-11-26T10:00:00Z')).toBe('2026-11-26T21:00:00.000Z');
    expect(at(23, '2026-11-26T22:00:00Z')).toBe('2026-11-27T18:00:00.000Z');
  });
});
