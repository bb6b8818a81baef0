import { once } from 'node:events';
import { documentSections, notifications, orders, recordingSlides, telegramUpdates, users } from '@aisha/db';
import { encodeSpeech } from '@aisha/sandbox';
import { connectProducer } from '@aisha/queue';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerQuestion } from '../history/answer.ts';
import { orderAnswer } from '../history/questions.ts';
import { correctRecording } from '../recordings/corrections.ts';
import { joinRecording } from '../recordings/join.ts';
import { transcribePiece } from '../recordings/pieces.ts';
import { prepareRecording } from '../recordings/prepare.ts';
import { renameRecording } from '../recordings/title.ts';
import { nameSpeaker } from '../recordings/speakers.ts';
import { applyRetention } from '../retention.ts';
import { makeRecording, orderNow, recordingNow, startTestParts, type TestParts } from '../testing.ts';
import { makeDocument, writeThrough } from '../testing/documents.ts';
import { transact } from '../unit.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
  me = await bench.person();
});
afterAll(() => bench.close());

const SECRET = 'зюзюка';
const SAID = `Сегодня ${SECRET} решила подписать договор. Анна отправит ${SECRET} до пятницы.`.split(' ');

/** Every row of every table, every key of Redis with its value, the names and bytes of every object. */
async function everything(): Promise<string> {
  const { db, storage, log } = bench.parts;
  const tables = await db.execute<{ name: string }>(
    sql`select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const kept: unknown[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await db.execute(sql`select row_to_json(t)::text as row from ${sql.raw(name)} t`);
    kept.push(name, rows);
  }
  // Not as an application, which may not look at everything.
  const redis = connectProducer({ url: bench.redis.appUrl.replace(/\/\/.*@/, '//') }, log);
  if (redis.status !== 'ready') await once(redis, 'ready');
  for (const key of await redis.keys('*')) kept.push(key, (await redis.dumpBuffer(key))?.toString('utf8'));
  redis.disconnect();
  for (const bucket of ['transcripts', 'generated', 'avatars'] as const)
    for (const key of await bench.objects(bucket, `${me}/`))
      kept.push(bucket, key, (await storage.get(bucket, key))?.toString('utf8'));
  return JSON.stringify(kept);
}

test('nothing of a recording, its documents, slides, questions and names is left anywhere once it was delivered incognito', async () => {
  const { db } = bench.parts;
  const run = bench.run();
  await db
    .update(users)
    .set({ settings: { incognito: true } })
    .where(eq(users.id, me));
  const bytes = await encodeSpeech(SAID, { format: 'ogg' });
  const { recording, order } = await makeRecording(bench, me, {
    bytes,
    name: `${SECRET}.ogg`,
    mime: 'audio/ogg',
  });
  const { id } = recording;
  await prepareRecording(bench.parts, id, run);
  await transcribePiece(bench.parts, id, 0, run);
  await joinRecording(bench.parts, id, run);
  expect(await orderNow(bench, order.id)).toMatchObject({ state: 'succeeded', incognito: true });
  const heard = await recordingNow(bench, id);
  expect(heard.text).toContain(SECRET);
  await transact(bench.parts, async (unit) => {
    await renameRecording(unit, heard, `О ${SECRET}`);
    const named = await recordingNow(bench, id);
    await nameSpeaker(unit, named, 0, SECRET);
    await correctRecording(unit, named, [{ segment: 0, text: `${SECRET}!` }]);
  });
  await db
    .insert(recordingSlides)
    .values({ recordingId: id, chatId: me, messageId: 5, fileId: 'f', text: SECRET, doneAt: new Date() });
  const { documentId } = await makeDocument(bench, await recordingNow(bench, id), 'todo');
  await writeThrough(bench, documentId);
  // One that failed on its way leaves its sections for an hour.
  const late = await makeDocument(bench, await recordingNow(bench, id), 'minutes');
  await db
    .insert(documentSections)
    .values({ documentId: late.documentId, level: 0, from: 0, to: 10, result: { title: SECRET } });
  await db
    .update(orders)
    .set({ state: 'failed', failure: 'internal', endedAt: new Date() })
    .where(eq(orders.id, late.order.id));
  const asked = await transact(bench.parts, (unit) =>
    orderAnswer(unit, { ownerId: me, chatId: me, of: { id }, question: `Что решила ${SECRET}?`, shown: 0 }),
  );
  if (asked.kind !== 'placed') throw new Error(asked.kind);
  await answerQuestion(bench.parts, asked.order.subjectId ?? '', run);
  await db.insert(telegramUpdates).values({
    botId: bench.botId,
    updateId: me,
    lane: `chat${me}`,
    kind: 'message',
    payload: { said: SECRET },
    owed: [SECRET],
    state: 'done',
    receivedAt: sql`now() - interval '1 minute'`,
  });
  expect(await everything()).toContain(SECRET);
  // All of it was told.
  await db
    .update(notifications)
    .set({ state: 'sent', owed: [{ method: 'sendMessage', payload: { text: SECRET } }] });
  await db
    .update(orders)
    .set({ endedAt: sql`now() - interval '1 second'` })
    .where(eq(orders.ownerId, me));
  await applyRetention(bench.parts);
  await applyRetention(bench.parts);
  const left = await everything();
  expect(left.slice(Math.max(0, left.indexOf(SECRET) - 400), left.indexOf(SECRET) + 50)).not.toContain(
    SECRET,
  );
  expect(bench.parts.media.scratch.reserved).toBe(0);
});
