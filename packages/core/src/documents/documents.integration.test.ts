import { circuitBreakers, documents, documentSections, paidCalls, users } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { coreHandlers } from '../handlers.ts';
import { deleteRecording } from '../recordings/recordings.ts';
import { makeDocument, makeText, writeThrough } from '../testing/documents.ts';
import { orderNow, startTestParts, type TestParts } from '../testing.ts';
import { transact } from '../unit.ts';
import { orderDocument } from './documents.ts';
import { writeSection } from './section.ts';
import { DOCUMENT_KINDS, documentBlocks, type DocumentKind } from './kinds/index.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = await bench.person();
});
afterEach(async () => {
  await bench.openai.control.reset();
  await bench.parts.db.delete(circuitBreakers);
});

const MEETING = `Сегодня мы обсудили новый договор с поставщиком. Председатель: Сергей Иванов.
Решили подписать договор до конца месяца. Анна отправит письмо Ивану до пятницы.`;

const recorded = (text: string | null) => makeText(bench, me, text);

async function ordered(text: string | null, kind: DocumentKind = 'summary') {
  const recording = await recorded(text);
  const made = await makeDocument(bench, recording, kind);
  return { recording, ...made, write: () => writeThrough(bench, made.documentId) };
}

const content = async (documentId: string) => {
  const [row] = await bench.parts.db.select().from(documents).where(eq(documents.id, documentId));
  return row;
};
const asked = async () =>
  (await bench.openai.control.requests()).filter(({ route }) => route === 'chat' || route === 'responses');
const spoil = async (fault: Parameters<typeof bench.openai.control.addFault>[0]['fault']) => {
  for (const route of ['chat', 'responses'] as const)
    await bench.openai.control.addFault({ route, times: null, fault });
};

describe('where personal data is masked', () => {
  const SECRETS = /Серге|Иванов|Анн|Ольг|701 123|850101/;
  const spoken = `${MEETING}\nОльга Иванова, +7 701 123 45 67, ИИН 850101300123, подготовит договор к среде.\n`;

  test('nothing of it leaves the process, and documents have all of it', async () => {
    const masked = {
      ...bench.parts,
      config: { ...bench.parts.config, documents: { maskPersonal: true, titles: true } },
    };
    // Several sections, so that they are merged, too.
    const filler = Array.from({ length: 900 }, (_, n) => `Говорили о погоде номер ${n}, и долго.`).join('\n');
    const { documentId } = await makeDocument(bench, await recorded(`${spoken}${filler}\n${spoken}`), 'todo');
    await writeThrough({ ...bench, parts: masked }, documentId);
    const bodies = (await asked()).map(({ body }) => JSON.stringify(body));
    expect(bodies.length).toBeGreaterThan(2);
    for (const body of bodies) expect(body).not.toMatch(SECRETS);
    const kept = JSON.stringify((await content(documentId))?.content);
    expect(kept).toMatch(/Анна отправит письмо Ивану до пятницы/);
    expect(kept).toMatch(/Ольга Иванова, \+7 701 123 45 67/);
    expect(kept).not.toMatch(/PERSON_|PHONE_|IIN_/);
  });

  test('a person’s own choice goes before the operators’', async () => {
    await bench.parts.db.update(users).set({ maskPersonal: true }).where(eq(users.id, me));
    const { write } = await ordered(MEETING, 'decisions');
    await write();
    for (const { body } of await asked()) expect(JSON.stringify(body)).not.toMatch(SECRETS);
  });
});

describe('a document', () => {
  test.each(DOCUMENT_KINDS)('of kind %s is written, kept and read again', async (kind) => {
    const { order, documentId, write } = await ordered(MEETING, kind);
    await write();
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'succeeded' });
    const row = await content(documentId);
    expect(row && documentBlocks(row)).toContainEqual(
      expect.objectContaining(
        kind === 'protocol'
          ? { block: 'letterhead', name: `document.kind.${kind}` }
          : { block: 'title', label: `document.kind.${kind}` },
      ),
    );
    const file = await bench.parts.storage.get('transcripts', row?.objectKey ?? '');
    expect(JSON.parse(file?.toString('utf8') ?? 'null')).toEqual(row?.content);
    expect(row?.writtenAt).not.toBeNull();
  });

  test('ordered twice at once is one order; ordered when it is written is there at once', async () => {
    const recording = await recorded(MEETING);
    const order = () =>
      transact(bench.parts, (unit) => orderDocument(unit, recording, 'todo', 'ru', { chatId: me }));
    const outcomes = await Promise.all([order(), order(), order()]);
    const placed = outcomes.flatMap((one) => (one.kind === 'placed' ? [one.order] : []));
    expect(placed).toHaveLength(1);
    expect(outcomes.filter((one) => one.kind === 'under-way')).toHaveLength(2);
    await writeThrough(bench, placed[0]?.subjectId ?? '');
    expect(await order()).toMatchObject({ kind: 'written', document: { kind: 'todo' } });
  });

  test('of a long text is written over all of it: what the end says is in it', async () => {
    const filler = 'Мы говорили о погоде и о природе, и это было долго. ';
    const sections = filler.repeat(1_400);
    expect(sections.length).toBeGreaterThan(70_000);
    const { order, documentId, write } = await ordered(
      `${sections}\n\nАнна отправит отчёт Ивану до пятницы. Пётр купит краску завтра.`,
      'todo',
    );
    await write();
    expect(await orderNow(bench, order.id)).toMatchObject({
      state: 'succeeded',
      progress: { stage: 'writing', done: 4, total: 4 },
    });
    expect(JSON.stringify((await content(documentId))?.content)).toMatch(/отчёт.*краску|краску.*отчёт/s);
    // Four sections and at least one merging.
    expect((await asked()).length).toBeGreaterThanOrEqual(5);
  });

  test('of nothing is refused with its reason', async () => {
    const { order, write } = await ordered(null);
    await write();
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'nothing_to_write' });
    expect(await asked()).toEqual([]);
  });

  test('of a recording that is deleted meanwhile is given up, and nobody waits for it', async () => {
    const { order, recording, write } = await ordered(MEETING);
    await transact(bench.parts, (unit) => deleteRecording(unit, me, recording.id));
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'cancelled' });
    expect(bench.enqueued).toContainEqual({ name: 'order.progress', payload: { orderId: order.id } });
    await write();
    expect(await asked()).toEqual([]);
  });
});

describe('a model that', () => {
  test('does not answer is said with the time until which it is tried, and then to be down', async () => {
    const { order, documentId, write } = await ordered(MEETING);
    await spoil({ kind: 'overloaded' });
    await expect(write()).rejects.toMatchObject({ name: 'TransientError' });
    expect((await orderNow(bench, order.id)).progress).toEqual({
      stage: 'provider_silent',
      until: expect.any(String),
    });
    const [section] = await bench.parts.db
      .select({ sectionId: documentSections.id })
      .from(documentSections)
      .where(eq(documentSections.documentId, documentId));
    await writeSection(
      bench.parts,
      { documentId, sectionId: section?.sectionId ?? '' },
      bench.run({ lastAttempt: true }),
    );
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'provider_down' });
  });

  test.each([
    ['refuses the text', { kind: 'refusal' }, 'content_policy'],
    ['has its answer filtered', { kind: 'content_filter' }, 'content_policy'],
    ['refuses the request', { kind: 'status', status: 422 }, 'provider_refused'],
  ] as const)('%s ends the order with its reason', async (_name, fault, failure) => {
    const { order, documentId, write } = await ordered(MEETING);
    await spoil(fault);
    await write();
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure });
    expect(await content(documentId)).toMatchObject({ content: null, writtenAt: null });
  });

  test.each([
    ['breaks off', { kind: 'length' }],
    ['answers no JSON', { kind: 'invalid_json' }],
    ['answers nothing', { kind: 'empty' }],
    ['is overloaded', { kind: 'overloaded' }],
  ] as const)('%s is asked again later; given up, the order fails with a word', async (_name, fault) => {
    const { order, documentId, write } = await ordered(MEETING);
    await spoil(fault);
    await expect(write()).rejects.toMatchObject({ name: 'TransientError' });
    expect((await orderNow(bench, order.id)).state).toBe('running');
    await coreHandlers(bench.parts)['document.write'].giveUp({ documentId });
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'internal' });
  });

  test('refuses the account is not asked for the next one; both wait, and are written once it is open', async () => {
    const first = await ordered(MEETING);
    await spoil({ kind: 'quota' });
    await first.write();
    const before = (await asked()).length;
    const second = await ordered(MEETING);
    await second.write();
    const waiting = { state: 'queued', progress: { stage: 'provider_closed' } };
    expect(await orderNow(bench, first.order.id)).toMatchObject(waiting);
    expect(await orderNow(bench, second.order.id)).toMatchObject(waiting);
    expect(await content(first.documentId)).toMatchObject({ content: null, writtenAt: null });
    expect(await asked()).toHaveLength(before);
    // What was refused counts for nobody: asked again as often as the wait lasts, it would use up what one may have.
    const calls = await bench.parts.db
      .select({ calls: paidCalls.calls })
      .from(paidCalls)
      .where(eq(paidCalls.scope, `document:${first.documentId}`));
    expect(calls).toEqual([{ calls: 0 }]);
    // Where nothing waits, it fails at once.
    const { limits } = bench.parts;
    const parts = { ...bench.parts, limits: { ...limits, providerWaitHours: 0 } };
    const third = await ordered(MEETING);
    await writeThrough({ ...bench, parts }, third.documentId);
    expect(await orderNow(bench, third.order.id)).toMatchObject({
      state: 'failed',
      failure: 'provider_account',
    });

    await bench.openai.control.clearFaults();
    await bench.parts.db.delete(circuitBreakers);
    for (const { order, write } of [first, second]) {
      await write();
      expect(await orderNow(bench, order.id)).toMatchObject({ state: 'succeeded' });
    }
  });
});
