import { telegramUpdates } from '@aisha/db';
import { type TestDatabase, testDatabase } from '@aisha/db/testing';
import { asc } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginEpoch, endEpoch, keepBatch, keepUpdates } from './commit.ts';
import { incoming } from './lanes.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

const update = (id: number, chat: number) => {
  const read = incoming({ update_id: id, message: { chat: { id: chat } } });
  if (!read) throw new Error('no update');
  return read;
};

/** As it is while somebody makes the calls of every update. */
async function claimAll(): Promise<void> {
  await database.db
    .update(telegramUpdates)
    .set({ state: 'decided', claimedUntil: new Date(Date.now() + 60_000) });
}

async function claimed(): Promise<number[]> {
  const rows = await database.db.select().from(telegramUpdates).orderBy(asc(telegramUpdates.updateId));
  return rows.filter(({ claimedUntil }) => claimedUntil !== null).map(({ updateId }) => updateId);
}

test('after a crash the new poller takes over what the last one was sending, and nothing of the workers', async () => {
  const { db } = database;
  const botId = 7;
  const first = await beginEpoch(db, botId, 'first');
  expect(first).toMatchObject({ epoch: 1, graceful: true });
  await keepBatch(db, { botId, epoch: first.epoch }, [update(1, 10), update(2, 11)], 3);
  // It was killed; webhooks came for a while, and a worker is sending.
  await keepUpdates(db, botId, [update(3, 12)]);
  await claimAll();

  const second = await beginEpoch(db, botId, 'second');
  expect(second).toMatchObject({ epoch: 2, nextOffset: 3, graceful: false });
  expect(await claimed()).toEqual([3]);
  expect(await keepBatch(db, { botId, epoch: first.epoch }, [update(4, 10)], 5)).toBeNull();

  await endEpoch(db, botId, second.epoch);
  await claimAll();
  // Who said goodbye finishes what it was sending.
  expect(await beginEpoch(db, botId, 'third')).toMatchObject({ epoch: 3, graceful: true });
  expect(await claimed()).toEqual([1, 2, 3]);
});

test('a text that PostgreSQL cannot keep does not hold up its batch', async () => {
  const { db } = database;
  const botId = 8;
  const { epoch } = await beginEpoch(db, botId, 'first');
  const odd = incoming({ update_id: 1, message: { chat: { id: 1 }, text: 'a\0b\ud800' } });
  if (!odd) throw new Error('no update');
  const kept = await keepBatch(db, { botId, epoch }, [odd, update(2, 2)], 3);
  expect(new Set(kept)).toEqual(new Set(['chat1', 'chat2']));
});

test('a batch that comes again is kept once, and only what is new is told', async () => {
  const { db } = database;
  const botId = 9;
  const { epoch } = await beginEpoch(db, botId, 'first');
  expect(await keepBatch(db, { botId, epoch }, [update(1, 1), update(2, 1)], 3)).toEqual(['chat1']);
  expect(await keepBatch(db, { botId, epoch }, [update(2, 1), update(3, 2)], 4)).toEqual(['chat2']);
  expect(await beginEpoch(db, botId, 'second')).toMatchObject({ epoch: 2, nextOffset: 4 });
});

test('of many that begin at once each has an epoch of its own, and only the last one may keep', async () => {
  const { db } = database;
  const botId = 10;
  const owners = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((owner) => beginEpoch(db, botId, owner)));
  const epochs = owners.map(({ epoch }) => epoch).toSorted((a, b) => a - b);
  expect(epochs).toEqual([1, 2, 3, 4, 5]);
  const kept = await Promise.all(
    epochs.map((epoch) => keepBatch(db, { botId, epoch }, [update(epoch, 1)], epoch + 1)),
  );
  expect(kept).toEqual([null, null, null, null, ['chat1']]);
});
