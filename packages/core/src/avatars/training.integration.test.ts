import { avatarPhotos, avatars } from '@aisha/db';
import { and, eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { findFalJobOfOrder } from '../fal/jobs.ts';
import { settleFalJob } from '../fal/settle.ts';
import { cancelOrder } from '../orders/orders.ts';
import { startFalOrder } from '../fal/start.ts';
import {
  eventually,
  makeTrained,
  orderNow,
  picture,
  startTestParts,
  type TestParts,
  trainable,
} from '../testing.ts';
import { transact } from '../unit.ts';
import { type Avatar, orderTraining, rejections } from './avatars.ts';
import { tidyAvatar } from './tidy.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = await bench.person();
});
afterEach(() => bench.fal.control.reset());

async function train(avatar: Avatar) {
  const placed = await transact(bench.parts, (unit) =>
    orderTraining(unit, avatar, 'balanced', { chatId: me, messageId: 1 }),
  );
  if (placed.kind !== 'placed') throw new Error(placed.kind);
  const { order } = placed;
  await startFalOrder(bench.parts, order.id, bench.run());
  return order;
}

const now = async (avatar: Avatar) => {
  const [row] = await bench.parts.db.select().from(avatars).where(eq(avatars.id, avatar.id));
  if (!row) throw new Error('no avatar');
  return row;
};
const files = (avatar: Avatar) => bench.objects('avatars', `${me}/avatars/${avatar.id}/`);

/** Looks at the order's request until it is over here. */
const over = (orderId: string) =>
  eventually(async () => {
    const job = await findFalJobOfOrder(bench.parts, orderId);
    await settleFalJob(bench.parts, { falJobId: job?.id ?? '' }, bench.run());
    const order = await orderNow(bench, orderId);
    if (!order.endedAt) throw new Error(`the order is ${order.state}`);
    return order;
  });

describe('a portrait', () => {
  test('is trained with all its photos, its trigger and the steps of the preset', async () => {
    const avatar = await trainable(bench, me);
    const order = await train(avatar);
    const job = await findFalJobOfOrder(bench.parts, order.id);
    const row = await now(avatar);
    expect(job).toMatchObject({ kind: 'training', model: 'fal-ai/flux-lora-portrait-trainer' });
    expect(job?.input).toMatchObject({ trigger_phrase: row.trigger, steps: 1800, subject_crop: true });
    expect(row).toMatchObject({ state: 'training', model: 'flux-lora-portrait' });
    const { images_data_url: url } = z.object({ images_data_url: z.url() }).parse(job?.input);
    const archive = Buffer.from(await (await fetch(url)).arrayBuffer());
    expect(archive.subarray(0, 2).toString()).toBe('PK');
    for (let n = 1; n <= 10; n += 1) expect(archive.includes(`${String(n).padStart(2, '0')}.jpg`)).toBe(true);
  });

  test('that is trained has its model copied, is the main one, and its photos go but the preview', async () => {
    const first = await makeTrained(bench, me);
    expect(first).toMatchObject({ isMain: true, failure: null, trainedAt: expect.any(Date) });
    const model = await bench.parts.storage.get('avatars', first.modelKey ?? '');
    const atFal = Buffer.from(await (await fetch(first.modelUrl ?? '')).arrayBuffer());
    expect(model?.equals(atFal)).toBe(true);

    expect(await files(first)).toHaveLength(11);
    await bench.parts.storage.put('avatars', `${me}/avatars/${first.id}/photos/stray.jpg`, atFal, {
      contentType: 'image/jpeg',
    });
    await Promise.all([tidyAvatar(bench.parts, first.id), tidyAvatar(bench.parts, first.id)]);
    expect(new Set(await files(first))).toEqual(new Set([first.modelKey, first.previewKey]));
    expect(await bench.parts.db.$count(avatarPhotos, eq(avatarPhotos.avatarId, first.id))).toBe(0);
    expect((await now(first)).tidiedAt).not.toBeNull();

    const second = await makeTrained(bench, me);
    expect(second.isMain).toBe(false);
  });

  test('whose two trainings end at once has one main avatar', async () => {
    const two = [await trainable(bench, me), await trainable(bench, me)];
    const placed = await Promise.all(two.map((avatar) => train(avatar)));
    await Promise.all(placed.map(({ id }) => over(id)));
    const mine = await Promise.all(two.map(now));
    expect(mine.map(({ state }) => state)).toEqual(['ready', 'ready']);
    expect(mine.filter(({ isMain }) => isMain)).toHaveLength(1);
  });

  test('of whose photos one is gone from the bucket has it fetched again', async () => {
    const avatar = await trainable(bench, me);
    const { message } = await bench.telegram.control.sendMedia({
      userId: me,
      kind: 'document',
      file: { bytes: await picture(3).jpeg().toBuffer(), name: 'photo.jpg', mime: 'image/jpeg' },
    });
    const key = `${me}/avatars/${avatar.id}/photos/3.jpg`;
    await bench.parts.db
      .update(avatarPhotos)
      .set({ fileId: message.document?.file_id ?? '' })
      .where(and(eq(avatarPhotos.avatarId, avatar.id), eq(avatarPhotos.fileId, 'photo-3')));
    await bench.parts.storage.delete('avatars', key);
    await train(avatar);
    expect(await files(avatar)).toContain(key);
    expect(await bench.fal.control.paidJobs()).toHaveLength(1);
  });

  test('of whose photos one is gone for good is not trained with the rest, and says so', async () => {
    const avatar = await trainable(bench, me);
    await bench.parts.storage.delete('avatars', `${me}/avatars/${avatar.id}/photos/3.jpg`);
    const order = await train(avatar);
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'too_few_photos' });
    expect(await bench.fal.control.paidJobs()).toEqual([]);
    expect(await rejections(bench.parts.db, avatar.id)).toEqual([{ reason: 'gone', n: 1 }]);
  });

  test.each([
    ['no model file', { kind: 'cdn_404' }, 'bad_result'],
    ['a failure half-way', { kind: 'failed' }, 'provider_down'],
    ['no face', { kind: 'failed', type: 'face_detection_error', status: 422 }, 'no_face'],
  ] as const)('that ends with %s can be tried again with the same photos', async (_name, fault, failure) => {
    const avatar = await trainable(bench, me);
    await bench.fal.control.addFault({ fault });
    const order = await train(avatar);
    expect(await over(order.id)).toMatchObject({ state: 'failed', failure });
    expect(await now(avatar)).toMatchObject({ state: 'failed', failure });
    expect(await files(avatar)).toHaveLength(10);
    await tidyAvatar(bench.parts, avatar.id);
    expect(await files(avatar)).toHaveLength(10);
    const again = await train(await now(avatar));
    expect(await over(again.id)).toMatchObject({ state: 'succeeded' });
    expect(await now(avatar)).toMatchObject({ state: 'ready', failure: null });
  });

  test('that is cancelled is a draft again, its photos untouched', async () => {
    const avatar = await trainable(bench, me);
    await bench.fal.control.addFault({ fault: { kind: 'never_ends' } });
    const order = await train(avatar);
    await transact(bench.parts, (unit) => cancelOrder(unit, me, order.id));
    expect(await now(avatar)).toMatchObject({ state: 'draft' });
    expect(await files(avatar)).toHaveLength(10);
  });

  test("is not started while FAL's storage is away, and refused when it refuses the account", async () => {
    const avatar = await trainable(bench, me);
    await bench.fal.control.addFault({
      fault: { kind: 'http', status: 503 },
      operation: 'upload',
      times: 'always',
    });
    await expect(train(avatar)).rejects.toMatchObject({ name: 'TransientError' });
    await bench.fal.control.clearFaults();
    expect(await bench.fal.control.paidJobs()).toEqual([]);
  });
});

test('a style is trained by its own trainer and has no person in it', async () => {
  const avatar = await trainable(bench, me, 'style');
  const order = await train(avatar);
  const job = await findFalJobOfOrder(bench.parts, order.id);
  expect(job).toMatchObject({ model: 'fal-ai/flux-lora-fast-training', input: { is_style: true } });
  expect(await over(order.id)).toMatchObject({ state: 'succeeded' });
});

test('an avatar that was deleted leaves nothing in the bucket', async () => {
  const avatar = await makeTrained(bench, me);
  await bench.parts.db
    .update(avatars)
    .set({ state: 'deleted', deletedAt: new Date() })
    .where(eq(avatars.id, avatar.id));
  expect(await files(avatar)).not.toEqual([]);
  await tidyAvatar(bench.parts, avatar.id);
  expect(await files(avatar)).toEqual([]);
});
