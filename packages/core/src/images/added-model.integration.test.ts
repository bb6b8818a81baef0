import { avatarPhotos, avatars } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { finishInstant } from '../avatars/instant.ts';
import { findFalJobsOfOrder } from '../fal/jobs.ts';
import { nanoBananaEdit } from '../fal/models/testing/nano-banana-edit.ts';
import { modelProblems } from '../fal/models/index.ts';
import type { FalParts } from '../fal/order.ts';
import { settleFalJob } from '../fal/settle.ts';
import { startFalOrder } from '../fal/start.ts';
import {
  eventually,
  makeAvatar,
  makeOrder,
  orderNow,
  pictures,
  startTestParts,
  type TestParts,
} from '../testing.ts';
import { type Order, transact } from '../unit.ts';
import { orderEdit } from './changes.ts';
import { imagesOf } from './images.ts';

vi.mock(import('../fal/models/all.ts'), async (original) => {
  const [{ MODELS, ...rest }, { nanoBananaEdit: added }] = await Promise.all([
    original(),
    import('../fal/models/testing/nano-banana-edit.ts'),
  ]);
  return { ...rest, MODELS: [...MODELS, added] };
});

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
  me = await bench.person();
});
afterAll(() => bench.close());

test('a model that is one more file and one more line draws people from photos, and changes what it drew', async () => {
  const { fal } = bench.parts.config;
  const models = { ...fal.models, instant: nanoBananaEdit.name, edit: nanoBananaEdit.name };
  const parts: FalParts = { ...bench.parts, config: { ...bench.parts.config, fal: { ...fal, models } } };
  expect(modelProblems({ ...fal, models, testMode: false })).toEqual([]);

  const one = await instant('woman');
  const other = await instant('man');
  const drawn = await done(
    parts,
    await makeOrder(bench, me, { avatar: one, others: [other.id], count: 2, aspect: '3:4' }),
  );
  const [first] = await imagesOf(parts.db, drawn.id);
  if (!first) throw new Error('nothing was drawn');
  const placed = await transact(bench.parts, (unit) =>
    orderEdit(unit, { ownerId: me, chatId: me, image: first }, { prompt: 'at night' }),
  );
  if (placed.kind !== 'placed') throw new Error(placed.kind);
  await done(parts, placed.order);

  const paid = await bench.fal.control.paidJobs();
  expect(paid.map(({ model }) => model)).toEqual([nanoBananaEdit.endpoint, nanoBananaEdit.endpoint]);
});

async function done(parts: FalParts, { id }: Order): Promise<Order> {
  await startFalOrder(parts, id, bench.run());
  const jobs = await findFalJobsOfOrder(parts, id);
  expect(jobs.map(({ input }) => Object.keys(z.looseObject({}).parse(input)).toSorted())).toEqual([
    ['aspect_ratio', 'image_urls', 'num_images', 'output_format', 'prompt'],
  ]);
  return eventually(async () => {
    for (const job of jobs) await settleFalJob(parts, { falJobId: job.id }, bench.run());
    const order = await orderNow(bench, id);
    if (order.state !== 'succeeded') throw new Error(`the order is ${order.state}: ${order.failure}`);
    return order;
  });
}

async function instant(subject: 'woman' | 'man') {
  const draft = await makeAvatar(bench, me);
  await bench.parts.db.update(avatars).set({ instant: true, subject }).where(eq(avatars.id, draft.id));
  const objectKey = `${me}/avatars/${draft.id}/photos/1.jpg`;
  const [photo] = await pictures(1);
  await bench.parts.storage.put('avatars', objectKey, photo ?? Buffer.alloc(0), {
    contentType: 'image/jpeg',
  });
  await bench.parts.db
    .insert(avatarPhotos)
    .values({ avatarId: draft.id, fileId: 'p', fileUniqueId: 'u', state: 'accepted', objectKey });
  const ready = await transact(bench.parts, (unit) => finishInstant(unit, draft));
  if (typeof ready === 'string') throw new Error(ready);
  return ready;
}
