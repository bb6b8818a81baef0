import { avatarFaces, avatarPhotos, avatars, notifications, orders, users } from '@aisha/db';
import type { FacesSeen } from '@aisha/media';
import { and, desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findFalJobOfOrder } from '../fal/jobs.ts';
import { settleFalJob } from '../fal/settle.ts';
import { startFalOrder } from '../fal/start.ts';
import { meetFirstPictures } from '../images/first-pictures.ts';
import { imagesOf, orderImages } from '../images/images.ts';
import { eventually, orderNow, startTestParts, type TestParts, trainable } from '../testing.ts';
import { balanceOf } from '../credits/ledger.ts';
import { FREE_OF_CHARGE } from '../testing/prices.ts';
import { transact } from '../unit.ts';
import { type Avatar, deleteAvatar, orderTraining } from './avatars.ts';
import { choiceFor, redoTraining, refundUnlike } from './likeness.ts';
import { findDrawable, shareAvatar, sharedWith, unshareAvatar } from './shares.ts';
import { tidyAvatar } from './tidy.ts';

const at = (x: number): number[] => [x, ...Array.from({ length: 127 }, () => 0)];
/** Where the faces of the drawn pictures lie, one after the other. */
let drawn: number[] = [];
const faces = {
  read: (): Promise<FacesSeen> =>
    Promise.resolve({
      main: {
        width: 0.4,
        score: 0.9,
        sharpness: 200,
        yaw: 0,
        roll: 0,
        light: 120,
        clothes: null,
        embedding: at(drawn.shift() ?? 9),
      },
      others: [],
    }),
  close: () => undefined,
};

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts({
    faces,
    photos: { firstPictures: 2 },
    prices: { ...FREE_OF_CHARGE, charged: true, welcome: 300 },
  });
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = await bench.person();
});

const settled = (orderId: string) =>
  eventually(async () => {
    const job = await findFalJobOfOrder(bench.parts, orderId);
    await settleFalJob(bench.parts, { falJobId: job?.id ?? '' }, bench.run());
    const order = await orderNow(bench, orderId);
    if (!order.endedAt) throw new Error(`the order is ${order.state}`);
    return order;
  });
const now = async ({ id }: Pick<Avatar, 'id'>) => {
  const [row] = await bench.parts.db.select().from(avatars).where(eq(avatars.id, id));
  if (!row) throw new Error('no avatar');
  return row;
};
const photosOf = ({ id }: Avatar) => bench.parts.db.$count(avatarPhotos, eq(avatarPhotos.avatarId, id));

/** Trains a portrait whose photos lie at 0, has its first pictures drawn at these places, and meets them. */
async function train(places: readonly number[], begin?: () => Promise<{ avatar: Avatar; orderId: string }>) {
  const { avatar, orderId } = await (begin?.() ?? fresh());
  await startFalOrder(bench.parts, orderId, bench.run());
  await settled(orderId);
  const [first] = await bench.parts.db
    .select()
    .from(orders)
    .where(and(eq(orders.subjectId, avatar.id), eq(orders.kind, 'first_pictures')))
    .orderBy(desc(orders.createdAt));
  if (!first) throw new Error('nothing is drawn');
  await startFalOrder(bench.parts, first.id, bench.run());
  await settled(first.id);
  drawn = [...places];
  await Promise.all([
    meetFirstPictures(bench.parts, avatar.id, bench.run()),
    tidyAvatar(bench.parts, avatar.id),
  ]);
  return { avatar: await now(avatar), first, orderId };
}

async function fresh() {
  const avatar = await trainable(bench, me);
  await bench.parts.db.insert(avatarFaces).values(
    Array.from({ length: 4 }, () => ({
      avatarId: avatar.id,
      photoId: crypto.randomUUID(),
      embedding: at(0),
    })),
  );
  const placed = await transact(bench.parts, (unit) =>
    orderTraining(unit, avatar, 'fast', { chatId: me, messageId: 1, shown: 150 }),
  );
  if (placed.kind !== 'placed') throw new Error(placed.kind);
  return { avatar, orderId: placed.order.id };
}

describe('the first pictures', () => {
  test('are measured, the best is the card’s, and they are told once with what they are like', async () => {
    const { avatar, first } = await train([0.7, 0.2]);
    expect(avatar).toMatchObject({ likeness: 1, redoUntil: null, likenessDueAt: null });
    expect((await imagesOf(bench.parts.db, first.id)).map(({ likeness }) => likeness)).toEqual([1, 0]);
    expect(avatar.previewKey).toContain('/preview.');
    expect(first).toMatchObject({ unitPrice: null });
    expect(await balanceOf(bench.parts.db, me)).toBe(150);
    await meetFirstPictures(bench.parts, avatar.id, bench.run());
    const told = await bench.parts.db
      .select()
      .from(notifications)
      .where(and(eq(notifications.userId, me), eq(notifications.kind, 'avatar.first')));
    expect(told.map(({ data }) => data)).toEqual([{ orderId: first.id, photos: 4 }]);
    await tidyAvatar(bench.parts, avatar.id);
    expect(await photosOf(avatar)).toBe(0);
    expect(await transact(bench.parts, (unit) => choiceFor(unit.tx, avatar))).toBeNull();

    // Several of an order come in the order of their likeness too.
    drawn = [0.9, 0.3];
    const input = { prompt: 'a lighthouse at dawn', aspect: '1:1', count: 2 } as const;
    const placed = await transact(bench.parts, (unit) =>
      orderImages(unit, { ownerId: me, chatId: me, avatar, input, shown: 10 }),
    );
    if (placed.kind !== 'placed') throw new Error(placed.kind);
    await startFalOrder(bench.parts, placed.order.id, bench.run());
    await settled(placed.order.id);
    const made = await imagesOf(bench.parts.db, placed.order.id);
    expect(made.map(({ index, likeness }) => [index, likeness])).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  test('that are unlike leave a free training with the next preset, once, and the money, once', async () => {
    const one = await train([0.8, 0.9]);
    expect(one.avatar).toMatchObject({ state: 'ready', likeness: 0, redoUntil: expect.any(Date) });
    // What is needed for another training stays.
    expect(await photosOf(one.avatar)).toBe(10);
    const two = await train([0.8, 0.9], async () => {
      const again = () =>
        transact(bench.parts, (unit) => redoTraining(unit, one.avatar, { chatId: me, messageId: 1 }));
      const placed = await again();
      if (placed?.kind !== 'placed') throw new Error(placed?.kind ?? 'nothing');
      expect(placed.order).toMatchObject({
        input: { preset: 'balanced', redoOf: one.orderId },
        unitPrice: null,
      });
      expect((await again())?.kind).not.toBe('placed');
      return { avatar: one.avatar, orderId: placed.order.id };
    });
    const choice = await transact(bench.parts, (unit) => choiceFor(unit.tx, two.avatar));
    expect(choice).toMatchObject({ redo: null, refund: { credits: 150 } });
    const back = () => transact(bench.parts, (unit) => refundUnlike(unit, two.avatar));
    expect(new Set(await Promise.all([back(), back()]))).toEqual(new Set([150, null]));
    expect(await balanceOf(bench.parts.db, me)).toBe(300);
    expect((await now(two.avatar)).state).toBe('deleted');
  });
});

describe('an avatar that is ready', () => {
  test('is shared with one person by name, who draws with it until that is taken back', async () => {
    const { avatar } = await train([0.1, 0.1]);
    const guest = await bench.person();
    const name = `guest_${guest}`;
    await bench.parts.db.update(users).set({ username: name }).where(eq(users.id, guest));
    const share = (to: string) => transact(bench.parts, (unit) => shareAvatar(unit, avatar, to));
    expect(await share('@nobody_at_all')).toBe('unknown');
    expect(await share(String(me))).toBe('yourself');
    expect(await findDrawable(bench.parts.db, guest, avatar.id)).toBeNull();
    expect(await share(` @${name.toUpperCase()} `)).toMatchObject({ kind: 'shared', guest: { id: guest } });
    expect(await share(String(await bench.person()))).toBe('taken');
    expect((await sharedWith(bench.parts.db, guest)).map(({ id }) => id)).toEqual([avatar.id]);
    expect((await findDrawable(bench.parts.db, guest, avatar.id))?.id).toBe(avatar.id);
    expect(await transact(bench.parts, (unit) => unshareAvatar(unit, avatar.id))).toBe(true);
    expect(await findDrawable(bench.parts.db, guest, avatar.id)).toBeNull();
    // Given and taken back again and again, it is told once; with few others on one day.
    const unshare = () => transact(bench.parts, (unit) => unshareAvatar(unit, avatar.id));
    for (const to of [guest, await bench.person(), await bench.person(), guest]) {
      expect(await share(String(to))).toMatchObject({ kind: 'shared' });
      await unshare();
    }
    const told = eq(notifications.kind, 'avatar.shared');
    expect(await bench.parts.db.$count(notifications, and(told, eq(notifications.userId, guest)))).toBe(1);
    expect(await share(String(await bench.person()))).toBe('too_many');
  });

  test('that is deleted loses its measurements at once and its files at FAL; what stays there is told', async () => {
    const { avatar, orderId } = await train([0.1, 0.1]);
    const { requestId } = (await findFalJobOfOrder(bench.parts, orderId)) ?? {};
    const remove = () => transact(bench.parts, (unit) => deleteAvatar(unit, avatar));
    const asked: string[] = [];
    const refusing = {
      ...bench.parts,
      fal: {
        ...bench.parts.fal,
        deleteRequestFiles: (id: string) => {
          asked.push(id);
          return Promise.resolve({ kind: 'not-allowed' } as const);
        },
      },
    };
    expect(await remove()).toBe(true);
    expect(await bench.parts.db.$count(avatarFaces, eq(avatarFaces.avatarId, avatar.id))).toBe(0);
    await tidyAvatar(refusing, avatar.id);
    expect(asked).toContain(requestId);
    expect(asked).toHaveLength(2);
    expect(await bench.objects('avatars', `${me}/avatars/${avatar.id}/`)).toEqual([]);
    const told = and(eq(notifications.userId, me), eq(notifications.kind, 'avatar.rest'));
    expect(await bench.parts.db.$count(notifications, told)).toBe(1);
  });
});
