import { avatarPhotos, avatars, orders } from '@aisha/db';
import { and, eq, isNotNull } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OpenAiFaultRule as FaultRule } from '@aisha/sandbox';
import { balanceOf, postEntry } from '../credits/ledger.ts';
import { startFalOrder } from '../fal/start.ts';
import {
  FREE_OF_CHARGE,
  makeAvatar,
  makeOrder,
  orderNow,
  pictures,
  startTestParts,
  type TestParts,
  trainable,
} from '../testing.ts';
import { orderImages } from '../images/images.ts';
import { type Order, transact } from '../unit.ts';
import { type Avatar, orderTraining } from './avatars.ts';
import { finishInstant } from './instant.ts';
import { judgePhotos } from './photo-judge.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts({ photos: { judged: true }, prices: { ...FREE_OF_CHARGE, charged: true } });
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = await bench.person();
  await transact(bench.parts, ({ tx }) =>
    postEntry(tx, { userId: me, amount: 1_000, reason: 'welcome', key: `test:${me}` }),
  );
});
afterEach(() => bench.openai.control.reset());

const FINE = { minor: 'no', nudity: 'no', face_covered: 'no' } as const;
type Found = Partial<Record<keyof typeof FINE, string>>;
const both = (second: Found) => ({
  photos: [
    { number: 1, ...FINE },
    { number: 2, ...FINE, ...second },
  ],
});
const script = (content: string | Record<string, unknown>, times: number | null = null) =>
  bench.openai.control.script({ kind: 'answer', schemaName: 'photo_check', content, times });
const asked = async () =>
  (await bench.openai.control.requests({ route: 'responses' })).length +
  (await bench.openai.control.requests({ route: 'chat' })).length;

/** A draft of so many photos that nothing is trained for. */
async function draftOf(count: number): Promise<Avatar> {
  const draft = await makeAvatar(bench, me);
  await bench.parts.db
    .update(avatars)
    .set({ instant: true, subject: 'woman' })
    .where(eq(avatars.id, draft.id));
  for (const [n, bytes] of (await pictures(count)).entries()) {
    const objectKey = `${me}/avatars/${draft.id}/photos/${n}.jpg`;
    await bench.parts.storage.put('avatars', objectKey, bytes, { contentType: 'image/jpeg' });
    await bench.parts.db
      .insert(avatarPhotos)
      .values({ avatarId: draft.id, fileId: `p${n}`, fileUniqueId: `u${n}`, state: 'accepted', objectKey });
  }
  return draft;
}

describe('of two photos', () => {
  let order: Order;
  let photos: { id: string; key: string }[];
  beforeAll(async () => {
    me = await bench.person();
    const draft = await draftOf(2);
    const rows = await bench.parts.db.select().from(avatarPhotos).where(eq(avatarPhotos.avatarId, draft.id));
    photos = rows.map(({ id, objectKey }) => ({ id, key: objectKey ?? '' }));
  });
  // Each has its own ceiling of paid calls.
  beforeEach(async () => {
    order = await makeOrder(bench, me);
  });
  const judge = (lastAttempt = false) => judgePhotos(bench.parts, order, photos, bench.run({ lastAttempt }));

  test.each<[Found, string | null]>([
    [{}, null],
    [{ minor: 'yes' }, 'photos_minor'],
    [{ minor: 'unsure' }, 'photos_minor'],
    [{ nudity: 'yes' }, 'photos_nudity'],
    [{ nudity: 'unsure' }, 'photos_nudity'],
    [{ minor: 'unsure', nudity: 'yes' }, 'photos_minor'],
  ])('one of which is %j: %s', async (found, expected) => {
    await script(both(found));
    expect(await judge()).toBe(expected);
    expect(await asked()).toBe(1);
  });

  test('a covered face is asked about, and refuses nothing', async () => {
    await script(both({ face_covered: 'yes' }));
    expect(await judge()).toBeNull();
    const asking = await bench.parts.db.select().from(avatarPhotos).where(isNotNull(avatarPhotos.doubt));
    expect(asking).toMatchObject([{ id: photos[1]?.id, doubt: 'face_hidden' }]);
  });

  test.each([
    ['words', 'I see two people.'],
    ['one photo alone', { photos: [{ number: 1, ...FINE }] }],
    ['one of them twice', { photos: [1, 1].map((number) => ({ number, ...FINE })) }],
    ['a third one', { photos: [1, 3].map((number) => ({ number, ...FINE })) }],
    ['an answer that is none of those asked for', both({ minor: 'perhaps' })],
  ])(
    'an answer of %s counts for nothing: each is asked by itself, and what it says counts',
    async (_of, answer) => {
      await script(answer, 2);
      await script({ ...FINE }, 1);
      await script({ ...FINE, minor: 'unsure' }, 1);
      expect(await judge()).toBe('photos_minor');
    },
  );

  test('garbage to the end refuses: what nobody has looked at is not used', async () => {
    await script('no');
    expect(await judge()).toBe('photos_unjudged');
  });

  test.each<[FaultRule['fault'], string]>([
    [{ kind: 'refusal' }, 'photos_nudity'],
    [{ kind: 'content_filter' }, 'photos_nudity'],
    [{ kind: 'length' }, 'photos_unjudged'],
    [{ kind: 'invalid_json' }, 'photos_unjudged'],
  ])('%j: %s', async (fault, expected) => {
    await bench.openai.control.addFault({ fault, times: null });
    expect(await judge()).toBe(expected);
  });

  test.each<FaultRule['fault']>([{ kind: 'server_error', shouldRetry: false }, { kind: 'reset_answer' }])(
    'a judge that is away (%j) is waited for, and at last said to be away',
    async (fault) => {
      await bench.openai.control.addFault({ fault, times: null });
      await expect(judge()).rejects.toThrow(/cannot be judged now/);
      expect(await judge(true)).toBe('provider_down');
    },
  );
});

describe('nothing is charged and nothing reaches FAL when', () => {
  const untouched = async () => {
    expect(await balanceOf(bench.parts.db, me)).toBe(1_000);
    expect(await bench.fal.control.paidJobs({})).toEqual([]);
  };

  test('a training is refused; its photos can be changed', async () => {
    const avatar = await trainable(bench, me);
    const placed = await transact(bench.parts, (unit) =>
      orderTraining(unit, avatar, 'fast', { chatId: me, messageId: 1, shown: 150 }),
    );
    if (placed.kind !== 'placed') throw new Error(placed.kind);
    const photos = Array.from({ length: 10 }, (_, n) => ({ number: n + 1, ...FINE }));
    await script({ photos: photos.map((one) => (one.number === 7 ? { ...one, minor: 'unsure' } : one)) });
    await startFalOrder(bench.parts, placed.order.id, bench.run());
    expect(await orderNow(bench, placed.order.id)).toMatchObject({
      state: 'failed',
      failure: 'photos_minor',
    });
    const [after] = await bench.parts.db.select().from(avatars).where(eq(avatars.id, avatar.id));
    expect(after).toMatchObject({ state: 'failed', failure: 'photos_minor' });
    await untouched();
  });

  test('an instant avatar is drawn for the first time: it takes photos again, and is judged once when they are fine', async () => {
    const draft = await draftOf(1);
    const finish = async () => {
      const ready = await transact(bench.parts, (unit) => finishInstant(unit, draft));
      if (typeof ready === 'string') throw new Error(ready);
      return ready;
    };
    const draw = async (avatar: Avatar) => {
      const input = { prompt: 'a lighthouse at dawn', aspect: '1:1', count: 1 } as const;
      const placed = await transact(bench.parts, (unit) =>
        orderImages(unit, { ownerId: me, chatId: me, avatar, input, shown: 5 }),
      );
      if (placed.kind !== 'placed') throw new Error(placed.kind);
      const { id } = placed.order;
      await startFalOrder(bench.parts, id, bench.run());
      return orderNow(bench, id);
    };
    await script({ ...FINE, nudity: 'unsure' }, 1);
    expect(await draw(await finish())).toMatchObject({ state: 'failed', failure: 'photos_nudity' });
    const [refused] = await bench.parts.db.select().from(avatars).where(eq(avatars.id, draft.id));
    expect(refused).toMatchObject({ state: 'failed', failure: 'photos_nudity', isMain: true });
    await untouched();

    await script({ ...FINE }, 1);
    const again = await finish();
    expect(again).toMatchObject({ state: 'ready', failure: null, isMain: true });
    expect(await draw(again)).toMatchObject({ failure: null });
    const judged = and(eq(avatars.id, draft.id), isNotNull(avatars.judgedAt));
    expect(await bench.parts.db.$count(avatars, judged)).toBe(1);
    await script({ ...FINE, minor: 'yes' });
    const [now] = await bench.parts.db.select().from(avatars).where(judged);
    expect(now && (await draw(now))).toMatchObject({ failure: null });
    expect(await bench.parts.db.$count(orders, eq(orders.failure, 'photos_minor'))).toBe(1);
  });
});
