import { documents, documentSections, orders, recordings } from '@aisha/db';
import { asc, eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeDocument, makeText, writeThrough } from '../testing/documents.ts';
import { eventually, orderNow, startTestParts, startWork, type TestParts } from '../testing.ts';
import { documentBlocks, type DocumentKind } from './kinds/index.ts';
import { readLines } from './lines.ts';
import { forgetSections } from './plan.ts';
import { writeSection } from './section.ts';
import { writeDocument } from './write.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = await bench.person();
});
afterEach(() => bench.openai.control.reset());

const FACTS = {
  start: 'Анна отправит отчёт Ивану до пятницы.',
  middle: 'Ольга подготовит договор к среде.',
  end: 'Пётр купит краску завтра.',
};

/** So many words, with one task each at the start, in the middle and at the end. */
function talkOf(words: number): string {
  let n = 0;
  // No two sections are the same.
  const filler = (count: number) =>
    Array.from({ length: count / 10 }, () => `Мы говорили о погоде ${(n += 1)} раз, и было это долго. `).join(
      '',
    );
  return `${FACTS.start} ${filler(words / 2)}${FACTS.middle} ${filler(words / 2)}${FACTS.end}`;
}

const ordered = async (text: string, kind: DocumentKind = 'todo') =>
  makeDocument(bench, await makeText(bench, me, text), kind);
const sections = (documentId: string) =>
  bench.parts.db
    .select()
    .from(documentSections)
    .where(eq(documentSections.documentId, documentId))
    .orderBy(asc(documentSections.level), asc(documentSections.from));
const written = async (documentId: string) => {
  const [row] = await bench.parts.db.select().from(documents).where(eq(documents.id, documentId));
  return JSON.stringify(row?.content);
};
const succeeded = (orderId: string) =>
  eventually(async () => expect(await orderNow(bench, orderId)).toMatchObject({ state: 'succeeded' }));
/** Every fact that was planted is a task, with the line in which it was said. */
async function expectMoments(documentId: string) {
  const [row] = await bench.parts.db
    .select({ document: documents, recording: recordings })
    .from(documents)
    .innerJoin(recordings, eq(recordings.id, documents.recordingId))
    .where(eq(documents.id, documentId));
  if (!row) throw new Error('no document');
  const { lines } = await readLines(bench.parts, row.recording);
  const tasks = documentBlocks(row.document)?.flatMap((block) =>
    block.block === 'tasks' ? block.items : [],
  );
  const said = tasks?.map(({ task }) => task);
  expect(said).toEqual(expect.arrayContaining(Object.values(FACTS)));
  // Whatever else the stand-in takes for one was said in the line that it names, too.
  for (const { task, at } of tasks ?? []) expect(lines[(at?.line ?? 0) - 1]?.text).toContain(task);
}

/** What was asked and answered. */
const paid = async () =>
  (await bench.openai.control.requests({ route: 'chat' })).filter(({ ms }) => ms !== null);
const merges = async () =>
  (await paid()).filter(({ body }) => JSON.stringify(body).includes('consecutive sections'));

describe('a long text', () => {
  test('of 60,000 words is written over all of it, several sections at once and each once', async () => {
    const { order, documentId } = await ordered(talkOf(60_000));
    await bench.openai.control.configure({ msPerRequest: 150 });
    await using worker = startWork(bench);
    await succeeded(order.id);
    await worker.close();

    const content = await written(documentId);
    for (const fact of [/отправит отчёт/, /подготовит договор/, /купит краску/])
      expect(content).toMatch(fact);
    await expectMoments(documentId);
    const asked = await paid();
    const { progress } = await orderNow(bench, order.id);
    expect(progress).toMatchObject({ stage: 'writing', done: progress?.total });
    expect(progress?.total).toBeGreaterThan(10);
    expect(asked).toHaveLength((progress?.total ?? 0) + (await merges()).length);
    const bodies = asked.map(({ body }) => JSON.stringify(body));
    expect(new Set(bodies).size).toBe(bodies.length);

    const spans = asked.map(({ at, ms }) => ({ from: Date.parse(at), to: Date.parse(at) + (ms ?? 0) }));
    const atOnce = spans.map(
      ({ from }) => spans.filter((span) => span.from <= from && from < span.to).length,
    );
    expect(Math.max(...atOnce)).toBeGreaterThan(1);
    expect(Math.max(...atOnce)).toBeLessThanOrEqual(4);
    // Nothing that was said lingers.
    expect(await sections(documentId)).toEqual([]);
  });

  test('goes on where a stopped worker left it: nothing that was answered is asked again', async () => {
    const { order, documentId } = await ordered(talkOf(60_000));
    await bench.openai.control.configure({ msPerRequest: 200 });
    await using first = startWork(bench);
    await eventually(async () => {
      const rows = await sections(documentId);
      expect(rows.filter(({ result }) => result !== null).length).toBeGreaterThanOrEqual(2);
    });
    await first.close(10_000);
    const rows = await sections(documentId);
    const done = rows.filter(({ result }) => result !== null).length;
    expect(done).toBeLessThan(rows.length);
    expect(await paid()).toHaveLength(done);

    await using second = startWork(bench);
    await succeeded(order.id);
    await second.close();
    expect(await paid()).toHaveLength(rows.length + (await merges()).length);
    expect(await written(documentId)).toMatch(/отчёт.*краску|краску.*отчёт/s);
  });

  test('whose merging is interrupted pays for no section twice', async () => {
    const { order, documentId } = await ordered(talkOf(10_000));
    await bench.openai.control.addFault({
      contains: 'consecutive sections',
      times: 1,
      fault: { kind: 'status', status: 503 },
    });
    await expect(writeThrough(bench, documentId)).rejects.toMatchObject({ name: 'TransientError' });
    const ofText = (await sections(documentId)).filter(({ level }) => level === 0);
    expect(ofText.every(({ result }) => result !== null)).toBe(true);
    await writeThrough(bench, documentId);
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'succeeded' });
    expect((await paid()).filter(({ status }) => status === 200)).toHaveLength(ofText.length + 1);
  });

  test('that failed in the middle costs only the rest when it is ordered again', async () => {
    const recording = await makeText(bench, me, talkOf(10_000));
    const { order, documentId } = await makeDocument(bench, recording, 'todo');
    const rule = await bench.openai.control.addFault({
      contains: 'купит краску',
      times: null,
      fault: { kind: 'refusal' },
    });
    await writeThrough(bench, documentId);
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'content_policy' });
    await bench.openai.control.removeFault(rule);
    const before = (await paid()).length;
    await makeDocument(bench, recording, 'todo');
    await writeThrough(bench, documentId);
    // The section that was refused, and the merging.
    expect((await paid()).length - before).toBe(2);
  });

  test('of a kind that is put together costs its sections and no merging', async () => {
    const filler = talkOf(12_000);
    const { order, documentId } = await ordered(
      `Решили подписать договор. ${filler} Решили купить краску. ${filler} Решили уехать на море.`,
      'decisions',
    );
    await writeThrough(bench, documentId);
    const { state, progress } = await orderNow(bench, order.id);
    expect({ state, total: progress?.total }).toEqual({ state: 'succeeded', total: 5 });
    expect(await paid()).toHaveLength(5);
    expect(await written(documentId)).toMatch(/подписать договор.*купить краску.*уехать на море/s);
  });

  test('is not late as long as it gets on', async () => {
    const { order, documentId } = await ordered(talkOf(10_000));
    await bench.parts.db
      .update(orders)
      .set({ deadlineAt: sql`now() + interval '1 minute'` })
      .where(eq(orders.id, order.id));
    await writeThrough(bench, documentId);
    const { deadlineAt } = await orderNow(bench, order.id);
    expect(deadlineAt.getTime()).toBeGreaterThan(Date.now() + 25 * 60_000);
  });
});

describe('a section', () => {
  test('whose answer is cut for length becomes two smaller ones', async () => {
    const { order, documentId } = await ordered(talkOf(2_000));
    await bench.openai.control.addFault({ times: 1, fault: { kind: 'length' } });
    await writeDocument(bench.parts, documentId);
    const [whole] = await sections(documentId);
    await writeSection(bench.parts, { documentId, sectionId: whole?.id ?? '' }, bench.run());
    const [left, right] = await sections(documentId);
    expect(left).toMatchObject({ from: 0, to: right?.from, spoiled: 0 });
    expect(right).toMatchObject({ to: whole?.to, spoiled: 0 });

    await writeThrough(bench, documentId);
    expect(await orderNow(bench, order.id)).toMatchObject({
      state: 'succeeded',
      progress: { done: 2, total: 2 },
    });
    // The cut one, its halves, their merging.
    expect(await paid()).toHaveLength(4);
    expect(await written(documentId)).toMatch(/отчёт.*краску|краску.*отчёт/s);
  });

  test('that merges too much at a time merges less at a time', async () => {
    const { order, documentId } = await ordered(talkOf(12_000));
    await bench.openai.control.addFault({
      contains: 'consecutive sections',
      times: 1,
      fault: { kind: 'length' },
    });
    await writeThrough(bench, documentId);
    const { state, progress } = await orderNow(bench, order.id);
    expect({ state, total: progress?.total }).toEqual({ state: 'succeeded', total: 3 });
    // Three sections; their merging, cut; two of them; those and the third.
    expect(await paid()).toHaveLength(6);
    expect(await written(documentId)).toMatch(/отчёт.*краску|краску.*отчёт/s);
  });

  test.each(['length', 'invalid_json', 'empty'] as const)(
    'too small to be split whose answer is of no use (%s) is repeated once, and then the order fails',
    async (kind) => {
      const { order, documentId } = await ordered(FACTS.start);
      await bench.openai.control.addFault({ route: 'chat', times: null, fault: { kind } });
      await expect(writeThrough(bench, documentId)).rejects.toMatchObject({ name: 'TransientError' });
      await writeThrough(bench, documentId);
      expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'bad_result' });
      expect(await paid()).toHaveLength(2);
    },
  );

  test('is asked for once by two runs at once', async () => {
    const { documentId } = await ordered(FACTS.start);
    await Promise.all([writeDocument(bench.parts, documentId), writeDocument(bench.parts, documentId)]);
    const [section, ...more] = await sections(documentId);
    expect(more).toEqual([]);
    await bench.openai.control.configure({ msPerRequest: 100 });
    const run = () => writeSection(bench.parts, { documentId, sectionId: section?.id ?? '' }, bench.run());
    const outcomes = await Promise.allSettled([run(), run(), run()]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await paid()).toHaveLength(1);
    // Answered by now: there is nothing to ask.
    await run();
    expect(await paid()).toHaveLength(1);
  });

  test('that a dead process had claimed is asked for when its claim is over', async () => {
    const { documentId } = await ordered(FACTS.start);
    await writeDocument(bench.parts, documentId);
    const [section] = await sections(documentId);
    const claimed = (until: string) =>
      bench.parts.db
        .update(documentSections)
        .set({ claimedUntil: sql`now() + ${until}::interval` })
        .where(eq(documentSections.documentId, documentId));
    const run = () => writeSection(bench.parts, { documentId, sectionId: section?.id ?? '' }, bench.run());
    await claimed('5 seconds');
    await expect(run()).rejects.toMatchObject({ name: 'TransientError' });
    await claimed('-1 second');
    await run();
    expect((await sections(documentId))[0]?.result).not.toBeNull();
  });

  test('is forgotten when nobody writes its document any more, and only then', async () => {
    const { order, documentId } = await ordered(FACTS.start);
    await writeDocument(bench.parts, documentId);
    await bench.parts.db
      .update(documentSections)
      .set({ createdAt: sql`now() - interval '2 hours'` })
      .where(eq(documentSections.documentId, documentId));
    await forgetSections(bench.parts);
    expect(await sections(documentId)).toHaveLength(1);
    await bench.parts.db
      .update(orders)
      .set({ state: 'cancelled', endedAt: sql`now()` })
      .where(eq(orders.id, order.id));
    await forgetSections(bench.parts);
    expect(await sections(documentId)).toEqual([]);
  });
});
