import { notifications } from '@aisha/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failOrder, findOrder, placeOrder } from '../orders/orders.ts';
import { beginMaintenanceBy, endMaintenanceBy } from '../operators/maintenance.ts';
import { retryOrder } from '../operators/orders.ts';
import { makeOrder, startTestParts, type TestParts } from '../testing.ts';
import { transact, type Unit } from '../unit.ts';
import { maintenanceNow } from './maintenance.ts';

const OPERATOR = 501;
let bench: TestParts;
beforeAll(async () => {
  bench = await startTestParts({ adminIds: [OPERATOR] });
});
afterAll(() => bench.close());

const inUnit = <T>(work: (unit: Unit) => Promise<T>) => transact(bench.parts, work);
const draw = (ownerId: number) =>
  inUnit((unit) =>
    placeOrder(unit, {
      ownerId,
      chatId: ownerId,
      kind: 'image',
      subjectId: null,
      input: { prompt: 'x', aspect: '1:1', count: 1, seed: 1 },
    }),
  );

test('nothing new begins, what runs goes on, and each who was told hears once that it is over', async () => {
  const me = await bench.person();
  const running = await makeOrder(bench, me);
  const failed = await makeOrder(bench, me);
  await failOrder(bench.parts, failed.id, 'provider_down');
  expect(await inUnit((unit) => beginMaintenanceBy(unit, OPERATOR, 'until noon'))).not.toBeNull();
  // Two at once: one is on.
  expect(await inUnit((unit) => beginMaintenanceBy(unit, 'cli', null))).toBeNull();

  expect(await draw(me)).toEqual({ kind: 'refused', reason: 'maintenance', note: 'until noon' });
  expect((await findOrder(bench.parts.db, running.id))?.state).toBe('queued');
  // Whoever mends it may have it done.
  expect(await inUnit((unit) => retryOrder(unit, OPERATOR, failed.id))).toMatchObject({ kind: 'placed' });

  // Told in the very moment in which it ends: either they may begin, or they hear that it is over.
  const people = await Promise.all(Array.from({ length: 12 }, () => bench.person()));
  const [over, ...placed] = await Promise.all([
    inUnit((unit) => endMaintenanceBy(unit, OPERATOR)),
    ...[...people, ...people].map(draw),
  ]);
  expect(over).not.toBeNull();
  const refused = placed.flatMap(({ kind }, at) => (kind === 'refused' ? people[at % people.length] : []));
  const told = await bench.parts.db.select().from(notifications);
  const back = told.filter(({ kind }) => kind === 'service.back').map(({ userId }) => userId);
  expect(new Set(back)).toEqual(new Set([me, ...refused]));
  expect(back).toHaveLength(new Set(back).size);
  expect(await maintenanceNow(bench.parts.db)).toBeNull();
  expect(await inUnit((unit) => endMaintenanceBy(unit, OPERATOR))).toBeNull();
  expect(await draw(me)).toMatchObject({ kind: 'placed' });
});
