import {
  avatars,
  chats,
  conversations,
  groupMessages,
  groupRules,
  notifications,
  orders,
  recordings,
} from '@aisha/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeOrder, startTestParts, type TestParts } from '../testing.ts';
import { moveChat } from './move-chat.ts';

let bench: TestParts;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());

const TABLES = { orders, recordings, notifications, avatars, conversations, groupMessages, groupRules };

test('told of ten times at once, from both chats and by every refused send, a move is one move', async () => {
  const { db } = bench.parts;
  const [from, to] = [-4_518, -1_002_471];
  const me = await bench.person();
  const order = await makeOrder(bench, me);
  await db.update(orders).set({ chatId: from, statusMessageId: 7 }).where(eq(orders.id, order.id));
  await db
    .insert(conversations)
    .values({ chatId: from, userId: me, state: { name: 'idle' }, memory: { texts: [] } });
  await db.insert(groupRules).values({ chatId: from, payerId: me });
  await db.insert(chats).values([
    { id: from, type: 'group' },
    { id: to, type: 'supergroup' },
  ]);
  // Some have the new chat's row in hand already, as the update that tells of the move has.
  const moves = Array.from({ length: 10 }, (_, n) =>
    db.transaction(async (tx) => {
      if (n % 2 === 0) await tx.select().from(chats).where(eq(chats.id, to)).for('update');
      await moveChat(tx, from, to);
    }),
  );
  await Promise.all(moves);
  for (const [name, table] of Object.entries(TABLES))
    expect(await db.select().from(table).where(eq(table.chatId, from)), name).toEqual([]);
  expect(await db.select().from(orders).where(eq(orders.chatId, to))).toMatchObject([
    { id: order.id, statusMessageId: null },
  ]);
  expect(await db.select().from(conversations).where(eq(conversations.chatId, to))).toMatchObject([
    { userId: me, memory: { texts: [] } },
  ]);
  expect(await db.select().from(groupRules).where(eq(groupRules.chatId, to))).toMatchObject([
    { payerId: me },
  ]);
  expect(await db.select().from(chats).where(eq(chats.id, from))).toEqual([]);
});
