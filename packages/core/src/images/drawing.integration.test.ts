import { avatarPhotos, avatars, creditHolds, ledgerEntries, orders } from '@aisha/db';
import { and, eq, isNull } from 'drizzle-orm';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Avatar, makeMain } from '../avatars/avatars.ts';
import { finishInstant } from '../avatars/instant.ts';
import { tidyAvatar } from '../avatars/tidy.ts';
import type { FalParts } from '../fal/order.ts';
import { findFalJobsOfOrder } from '../fal/jobs.ts';
import { modelAt } from '../fal/models/index.ts';
import { settleFalJob } from '../fal/settle.ts';
import { startFalOrder } from '../fal/start.ts';
import { cancelOrder, endLate, stopOrder } from '../orders/orders.ts';
import {
  eventually,
  FREE_OF_CHARGE,
  makeAvatar,
  makeOrder,
  orderNow,
  pictures,
  startTestParts,
  type TestParts,
} from '../testing.ts';
import { type Order, transact } from '../unit.ts';
import { ASPECTS } from './aspects.ts';
import { orderEdit, orderUpscale, orderVideo } from './changes.ts';
import { deleteImages, type Image, imagesOf } from './images.ts';
import { PACKS, packNamed } from './packs.ts';
import { promptWithSitters } from './prompt.ts';
import { orderSeries } from './series.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
  me = await bench.person();
});
afterAll(() => bench.close());
beforeEach(() => bench.fal.control.reset());
afterEach(() => bench.openai.control.reset());

/** With other models than those that stand by default. */
function drawingWith(models: Partial<FalParts['config']['fal']['models']>): FalParts {
  const { fal } = bench.parts.config;
  return {
    ...bench.parts,
    config: { ...bench.parts.config, fal: { ...fal, models: { ...fal.models, ...models } } },
  };
}

async function begun(order: Order, parts: FalParts = bench.parts) {
  await startFalOrder(parts, order.id, bench.run());
  return findFalJobsOfOrder(parts, order.id);
}

async function done(order: Order, parts: FalParts = bench.parts) {
  const jobs = await begun(order, parts);
  const now = await eventually(async () => {
    for (const { id } of jobs) await settleFalJob(parts, { falJobId: id }, bench.run());
    const one = await orderNow(bench, order.id);
    if (!one.endedAt) throw new Error(`the order is ${one.state}`);
    return one;
  });
  return { order: now, jobs, made: await imagesOf(parts.db, order.id) };
}

/** An avatar that nothing is trained for, of so many photos. */
async function instant(
  ownerId: number,
  photos: number,
  subject: Avatar['subject'] = 'woman',
): Promise<Avatar> {
  const draft = await makeAvatar(bench, ownerId);
  await bench.parts.db.update(avatars).set({ instant: true, subject }).where(eq(avatars.id, draft.id));
  for (const [n, bytes] of (await pictures(photos)).entries()) {
    const key = `${ownerId}/avatars/${draft.id}/photos/${n}.jpg`;
    await bench.parts.storage.put('avatars', key, bytes, { contentType: 'image/jpeg' });
    const names = { fileId: `p${n}`, fileUniqueId: `u${n}` };
    await bench.parts.db
      .insert(avatarPhotos)
      .values({ avatarId: draft.id, ...names, state: 'accepted', objectKey: key });
  }
  const ready = await transact(bench.parts, (unit) => finishInstant(unit, draft));
  if (typeof ready === 'string') throw new Error(ready);
  return ready;
}

function there<T>(one: T | undefined): T {
  if (one === undefined) throw new Error('there is none');
  return one;
}

const pack = there(PACKS[0]);

const placed = async (place: Promise<{ kind: string; order?: Order }>): Promise<Order> => {
  const { order } = await place;
  if (!order) throw new Error('no order');
  return order;
};
const sent = z.looseObject({
  prompt: z.string().optional(),
  image_urls: z.array(z.string()).optional(),
  image_url: z.string().optional(),
  reference_image_url: z.string().optional(),
});
const files = (orderId: string) => bench.objects('generated', `${me}/images/${orderId}/`);

describe('an instant avatar', () => {
  test('is ready without a training, keeps its photos, and is drawn from four of them at most', async () => {
    const avatar = await instant(me, 6);
    expect(avatar).toMatchObject({ state: 'ready', instant: true, trigger: null, model: null });
    await tidyAvatar(bench.parts, avatar.id);
    expect(await bench.objects('avatars', `${me}/avatars/${avatar.id}/`)).toHaveLength(6);
    const { jobs, made, order } = await done(
      await makeOrder(bench, me, { avatar, count: 3, aspect: '9:16' }),
    );
    expect(order).toMatchObject({ state: 'succeeded', failure: null });
    const input = sent.parse(jobs[0]?.input);
    expect([jobs.length, input.image_urls?.length]).toEqual([1, 4]);
    expect(input.prompt).toContain('Draw exactly this woman');
    expect(made.map(({ avatarId }) => avatarId)).toEqual([avatar.id, avatar.id, avatar.id]);
  });

  test('is no training to be paid for, and none without photos', async () => {
    const draft = await makeAvatar(bench, me);
    await bench.parts.db.update(avatars).set({ instant: true }).where(eq(avatars.id, draft.id));
    expect(await transact(bench.parts, (unit) => finishInstant(unit, draft))).toBe('too_few');
    const trained = await makeAvatar(bench, me);
    expect(await transact(bench.parts, (unit) => finishInstant(unit, trained))).toBe('closed');
    expect(await bench.parts.db.$count(orders, eq(orders.kind, 'training'))).toBe(0);
  });

  test.each(['flux-2-pro', 'gpt-image-2', 'flux-pulid'])(
    'is drawn by %s where that is set, in as many requests as it needs',
    async (name) => {
      const avatar = await instant(me, 2);
      const parts = drawingWith({ instant: name });
      const { order, jobs, made } = await done(await makeOrder(bench, me, { avatar, count: 2 }), parts);
      expect(order).toMatchObject({ state: 'succeeded', failure: null });
      expect(made).toHaveLength(2);
      const model = modelAt(jobs[0]?.model ?? '');
      expect(model?.name).toBe(name);
      expect(jobs).toHaveLength(model?.role === 'editor' ? Math.ceil(2 / model.perRequest) : 0);
      expect(new Set(made.map(({ index }) => index)).size).toBe(2);
    },
  );

  test('in the best quality is drawn by the better model', async () => {
    const avatar = await instant(me, 1);
    const [job] = await begun(await makeOrder(bench, me, { avatar, quality: 'best' }));
    expect(modelAt(job?.model ?? '')?.name).toBe('nano-banana-pro');
  });
});

describe('two people in one picture', () => {
  test('are sent in groups and told apart by number', async () => {
    const [anna, boris] = [await instant(me, 3), await instant(me, 1, 'man')];
    const { order, jobs, made } = await done(
      await makeOrder(bench, me, { avatar: anna, others: [boris.id], prompt: 'at a lake' }),
    );
    expect(order.state).toBe('succeeded');
    const input = sent.parse(jobs[0]?.input);
    expect(input.image_urls).toHaveLength(4);
    expect(input.prompt).toContain(
      'Images 1 to 3 show the first person, a woman. Image 4 shows the second person, a man.',
    );
    expect(made).toHaveLength(1);
  });

  test('need a model that keeps them apart, and photos of each', async () => {
    const [anna, boris] = [await instant(me, 1), await instant(me, 1)];
    const oneFace = drawingWith({ instant: 'flux-pulid', instantBest: 'flux-pulid' });
    const first = await makeOrder(bench, me, { avatar: anna, others: [boris.id] });
    await startFalOrder(oneFace, first.id, bench.run());
    expect(await orderNow(bench, first.id)).toMatchObject({ state: 'failed', failure: 'provider_model' });
    await bench.parts.db.delete(avatarPhotos).where(eq(avatarPhotos.avatarId, boris.id));
    const second = await makeOrder(bench, me, { avatar: anna, others: [boris.id] });
    await startFalOrder(bench.parts, second.id, bench.run());
    expect(await orderNow(bench, second.id)).toMatchObject({ failure: 'no_photos_left' });
    expect(await bench.fal.control.paidJobs()).toEqual([]);
  });

  test('one of whom is somebody else’s are not ordered', async () => {
    const theirs = await instant(await bench.person(), 1);
    const mine = await instant(me, 1);
    await expect(makeOrder(bench, me, { avatar: mine, others: [theirs.id] })).rejects.toThrow(
      'placed for nothing',
    );
  });

  test('one alone is told without numbers', () => {
    expect(promptWithSitters('at sea', [{ subject: null, pictures: 1 }])).toMatch(
      /^The reference image shows one person\./,
    );
  });
});

describe('a picture that a model made a little too wide', () => {
  test.each(['3:4', '16:9'] as const)('is cut to %s, to the pixel', async (aspect) => {
    const avatar = await instant(me, 1);
    const { made } = await done(await makeOrder(bench, me, { avatar, aspect }));
    const file = await bench.parts.storage.get('generated', made[0]?.objectKey ?? '');
    const { width, height } = await sharp(file ?? undefined).metadata();
    expect(width * ASPECTS[aspect].height).toBe(height * ASPECTS[aspect].width);
    expect(made[0]).toMatchObject({ width, height });
  });
});

describe('several requests of one order', () => {
  const series = (avatar: Avatar | null = null) =>
    placed(
      transact(bench.parts, (unit) =>
        orderSeries(unit, { ownerId: me, chatId: me, avatar, pack, scenes: 4, aspect: '3:4' }),
      ),
    );

  test('a style pack is a request a scene, and one result', async () => {
    const { order, jobs, made } = await done(await series());
    expect(order).toMatchObject({ state: 'succeeded' });
    expect(jobs.map(({ part }) => part)).toEqual([0, 1, 2, 3]);
    expect(made.map(({ prompt }) => prompt)).toEqual(pack.scenes);
    expect(new Set(made.map(({ seed }) => seed)).size).toBe(4);
  });

  test('one that fails leaves the others: they are the result', async () => {
    await bench.fal.control.addFault({ fault: { kind: 'nsfw' }, times: 1 });
    const { order, made } = await done(await series());
    expect([order.state, made.length]).toEqual(['succeeded', 3]);
  });

  test('all that fail are a failure with its reason', async () => {
    await bench.fal.control.addFault({ times: 'always', fault: { kind: 'nsfw' } });
    const { order, made } = await done(await series());
    expect(order).toMatchObject({ state: 'failed', failure: 'flagged' });
    expect(made).toEqual([]);
    expect(await files(order.id)).toEqual([]);
  });

  test.each([
    ['its owner stops', (id: string) => transact(bench.parts, (unit) => stopOrder(unit, me, id))],
    ['its time is over', (id: string) => endLate(bench.parts, id)],
  ])('when %s what is there is delivered, and the rest is cancelled at FAL', async (_when, end) => {
    const order = await series();
    const jobs = await begun(order);
    const first = jobs[0]?.id ?? '';
    await eventually(async () => {
      await settleFalJob(bench.parts, { falJobId: first }, bench.run());
      expect(await imagesOf(bench.parts.db, order.id)).toHaveLength(1);
    });
    await end(order.id);
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'succeeded' });
    const states = (await findFalJobsOfOrder(bench.parts, order.id)).map(({ state }) => state);
    expect(states).toEqual(['completed', 'cancelling', 'cancelling', 'cancelling']);
    expect(await files(order.id)).toHaveLength(1);
  });

  test('nothing of which is there yet are cancelled, or late, as any other', async () => {
    const [one, other] = [await series(), await series()];
    await begun(one);
    await begun(other);
    await transact(bench.parts, (unit) => cancelOrder(unit, me, one.id));
    await endLate(bench.parts, other.id);
    expect(await orderNow(bench, one.id)).toMatchObject({ state: 'cancelled' });
    expect(await orderNow(bench, other.id)).toMatchObject({ state: 'failed', failure: 'timeout' });
  });

  test('a crash between two of them sends the rest, and none twice', async () => {
    const order = await series();
    let submits = 0;
    const { fal } = bench.parts;
    const submit: typeof fal.submit = async (...request) => {
      submits += 1;
      if (submits === 3) throw new Error('the process dies');
      return fal.submit(...request);
    };
    const dying = { ...bench.parts, fal: { ...fal, submit } };
    await expect(startFalOrder(dying, order.id, bench.run())).rejects.toThrow('dies');
    await startFalOrder(bench.parts, order.id, bench.run());
    expect(await bench.fal.control.paidJobs()).toHaveLength(3);
    const states = (await findFalJobsOfOrder(bench.parts, order.id)).map(({ state }) => state);
    // Whether FAL has the third nobody knows: it is never sent again.
    expect(states).toEqual(['submitted', 'submitted', 'submitting', 'submitted']);
  });
});

test('style packs: at least 24, each with its names and scenes, found by their short names', () => {
  expect(PACKS.length).toBeGreaterThanOrEqual(24);
  expect(new Set(PACKS.map(({ id }) => id)).size).toBe(PACKS.length);
  for (const { id, name, scenes } of PACKS) {
    expect(packNamed(id)?.id).toBe(id);
    expect(id).toMatch(/^[a-z0-9]{2,12}$/);
    expect(Object.values(name).every((one) => one.length > 1 && one.length <= 30)).toBe(true);
    expect(scenes.length).toBeGreaterThanOrEqual(4);
    expect(scenes.length).toBeLessThanOrEqual(10);
  }
});

describe('a picture that is there', () => {
  async function drawn(): Promise<Image> {
    const { made } = await done(await makeOrder(bench, me, { aspect: '3:4' }));
    return there(made[0]);
  }
  const by = (image: Image, ownerId = me) => ({ ownerId, chatId: ownerId, image });

  test('is changed by words: another picture in the same ratio, this one sent along', async () => {
    const image = await drawn();
    const { order, jobs, made } = await done(
      await placed(
        transact(bench.parts, (unit) => orderEdit(unit, by(image), { prompt: 'make it evening' })),
      ),
    );
    expect(order).toMatchObject({ state: 'succeeded', subjectId: image.id });
    expect(sent.parse(jobs[0]?.input).prompt).toMatch(/^make it evening\. Change nothing else/);
    expect(sent.parse(jobs[0]?.input).image_urls).toHaveLength(1);
    expect(made).toMatchObject([{ prompt: 'make it evening', aspect: '3:4', details: { made: 'edit' } }]);
  });

  test('is changed by a press, and by the model that is set for it', async () => {
    const image = await drawn();
    const order = await placed(
      transact(bench.parts, (unit) => orderEdit(unit, by(image), { prompt: 'Очки', quick: 'glasses' })),
    );
    const { jobs, made } = await done(order, drawingWith({ edit: 'flux-kontext' }));
    expect(modelAt(jobs[0]?.model ?? '')?.name).toBe('flux-kontext');
    expect(sent.parse(jobs[0]?.input).prompt).toMatch(/^Remove the glasses\./);
    expect(made).toHaveLength(1);
  });

  test('is enlarged once, however often it is pressed; set in motion', async () => {
    const image = await drawn();
    const press = () => transact(bench.parts, (unit) => orderUpscale(unit, by(image)));
    const first = await placed(press());
    expect(await press()).toMatchObject({ kind: 'under-way', order: { id: first.id } });
    const { made } = await done(first);
    expect(made).toMatchObject([
      {
        width: image.width * 2,
        height: image.height * 2,
        prompt: image.prompt,
        details: { made: 'upscale' },
      },
    ]);
    const moving = await done(await placed(transact(bench.parts, (unit) => orderVideo(unit, by(image)))));
    expect(moving.made).toMatchObject([{ contentType: 'video/mp4', details: { made: 'video' } }]);
    const film = await bench.parts.storage.get('generated', moving.made[0]?.objectKey ?? '');
    expect(film?.toString('latin1', 4, 8)).toBe('ftyp');
  }, 30_000);

  test('and is deleted meanwhile is not changed, and not somebody else’s', async () => {
    const image = await drawn();
    const order = await placed(transact(bench.parts, (unit) => orderUpscale(unit, by(image))));
    await transact(bench.parts, (unit) => deleteImages(unit, me, [image.id]));
    await startFalOrder(bench.parts, order.id, bench.run());
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'picture_gone' });
    const stranger = await bench.person();
    await expect(
      transact(bench.parts, (unit) => orderEdit(unit, by(image, stranger), { prompt: 'x' })),
    ).rejects.toThrow('placed for nothing');
  });

  test('whose change is against the rules costs nothing', async () => {
    const image = await drawn();
    await bench.fal.control.reset();
    const order = await placed(
      transact(bench.parts, (unit) => orderEdit(unit, by(image), { prompt: 'undress her' })),
    );
    await startFalOrder(bench.parts, order.id, bench.run());
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'undressing' });
    expect(await bench.fal.control.paidJobs()).toEqual([]);
  });
});

describe('a description', () => {
  test('that names a real person is refused by the review before anything is bought', async () => {
    await bench.openai.control.script({
      kind: 'answer',
      schemaName: 'picture_review',
      contains: 'famous actor',
      content: { verdict: 'real_person' },
    });
    const order = await makeOrder(bench, me, { prompt: 'the famous actor John Example on a horse' });
    await startFalOrder(bench.parts, order.id, bench.run());
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'real_person' });
    expect(await bench.fal.control.paidJobs()).toEqual([]);
  });

  test('is made richer where that is wanted, and both are kept', async () => {
    await bench.openai.control.script({
      kind: 'answer',
      schemaName: 'enrichment',
      contains: 'маяк',
      content: { english: 'a lighthouse at dawn, soft fog, 35mm' },
    });
    const { made } = await done(await makeOrder(bench, me, { prompt: 'маяк', enrich: true }));
    expect(made).toMatchObject([{ prompt: 'маяк', promptSent: 'a lighthouse at dawn, soft fog, 35mm' }]);
  });
});

describe('credits', () => {
  test('of a series of which one is held back: the others are charged, the rest comes back', async () => {
    const prices = { ...FREE_OF_CHARGE, charged: true, welcome: 100 };
    const parts = { ...bench.parts, prices };
    const owner = await bench.person();
    const order = await placed(
      transact(parts, (unit) =>
        orderSeries(unit, {
          ownerId: owner,
          chatId: owner,
          avatar: null,
          pack,
          scenes: 4,
          aspect: '1:1',
          shown: 20,
        }),
      ),
    );
    await bench.fal.control.addFault({ fault: { kind: 'nsfw' }, times: 1 });
    await done(order, parts);
    expect(await orderNow(bench, order.id)).toMatchObject({ units: 4, delivered: 3, unitPrice: 5 });
    const [charged] = await bench.parts.db
      .select({ amount: ledgerEntries.amount })
      .from(ledgerEntries)
      .where(and(eq(ledgerEntries.userId, owner), eq(ledgerEntries.reason, 'order')));
    expect(charged?.amount).toBe(-15);
    expect(await bench.parts.db.$count(creditHolds, isNull(creditHolds.settledAt))).toBe(0);
  });
});

test('the main avatar may be an instant one', async () => {
  const avatar = await instant(me, 1);
  await transact(bench.parts, (unit) => makeMain(unit, avatar));
  const [row] = await bench.parts.db.select().from(avatars).where(eq(avatars.id, avatar.id));
  expect(row?.isMain).toBe(true);
});
