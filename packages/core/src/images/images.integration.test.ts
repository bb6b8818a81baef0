import { avatars, images, users } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Avatar } from '../avatars/avatars.ts';
import { ASPECT_NAMES, ASPECTS } from './aspects.ts';
import { findFalJobOfOrder } from '../fal/jobs.ts';
import { MODELS } from '../fal/models/index.ts';
import { settleFalJob } from '../fal/settle.ts';
import { cancelOrder } from '../orders/orders.ts';
import { startFalOrder } from '../fal/start.ts';
import type { FalParts } from '../fal/order.ts';
import { applyRetention } from '../retention.ts';
import {
  eventually,
  makeOrder,
  makeTrained,
  orderNow,
  picture,
  startTestParts,
  type TestParts,
} from '../testing.ts';
import { transact } from '../unit.ts';
import { deleteImages, findImage, imagesOf } from './images.ts';

let bench: TestParts;
let me: number;
let avatar: Avatar;
beforeAll(async () => {
  bench = await startTestParts();
  me = await bench.person();
  avatar = await makeTrained(bench, me);
});
afterAll(() => bench.close());
beforeEach(() => bench.fal.control.reset());
afterEach(() => bench.openai.control.reset());

async function draw(input: Parameters<typeof makeOrder>[2], parts: FalParts = bench.parts) {
  const placed = await makeOrder(bench, me, input);
  await startFalOrder(parts, placed.id, bench.run());
  const job = await findFalJobOfOrder(parts, placed.id);
  const order = await eventually(async () => {
    if (job) await settleFalJob(parts, { falJobId: job.id }, bench.run());
    const now = await orderNow(bench, placed.id);
    if (!now.endedAt) throw new Error(`the order is ${now.state}`);
    return now;
  });
  return { order, job, made: await imagesOf(parts.db, placed.id) };
}

const files = (orderId: string) => bench.objects('generated', `${me}/images/${orderId}/`);
const sentTo = (job: { input: unknown } | null) =>
  z.object({ prompt: z.string(), loras: z.array(z.object({ path: z.string() })) }).parse(job?.input);

/** The real client, but for what one of its downloads brings. */
function bringing(change: (n: number, data: Buffer) => Promise<Buffer> | Buffer): FalParts {
  const { fal } = bench.parts;
  let n = 0;
  const download: typeof fal.download = async (...request) => {
    const file = await fal.download(...request);
    return file.kind === 'ok' ? { ...file, data: await change((n += 1), file.data) } : file;
  };
  return { ...bench.parts, fal: { ...fal, download } };
}

describe('images', () => {
  test.each(ASPECT_NAMES)('in %s have these sides, to the pixel', async (aspect) => {
    const { order, made } = await draw({ aspect });
    expect(order.state).toBe('succeeded');
    const [kept] = made;
    const file = await bench.parts.storage.get('generated', kept?.objectKey ?? '');
    const { width, height, format } = await sharp(file ?? undefined).metadata();
    expect({ width, height }).toEqual(ASPECTS[aspect]);
    expect(kept).toMatchObject({ aspect, width, height, contentType: `image/${format}` });
  });

  const alone = MODELS.flatMap((model) => (model.role === 'generator' && model.alone ? [model] : []));
  test.each(alone)('are drawn by $name where it is set for those without an avatar', async (model) => {
    const { fal } = bench.parts.config;
    const models = { ...fal.models, image: model.name };
    const config = { ...bench.parts.config, fal: { ...fal, models } };
    const { order, job, made } = await draw({ aspect: '16:9', count: 2 }, { ...bench.parts, config });
    expect(order).toMatchObject({ state: 'succeeded', failure: null });
    expect(job?.model).toBe(model.endpoint);
    expect(made).toHaveLength(2);
  });

  test('are all delivered, each kept whole', async () => {
    const { order, made } = await draw({ count: 4 });
    expect(made.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(await files(order.id)).toEqual(made.map(({ objectKey }) => objectKey));
  });

  test('that are all held back by the safety checker are not delivered', async () => {
    await bench.fal.control.addFault({ fault: { kind: 'nsfw' } });
    const { order, made } = await draw({ count: 2 });
    expect(order).toMatchObject({ state: 'failed', failure: 'flagged' });
    expect(made).toEqual([]);
    expect(await files(order.id)).toEqual([]);
  });

  test('of which one is held back are delivered without it', async () => {
    const { fal } = bench.parts;
    const result: typeof fal.result = async (...request) => {
      const answer = await fal.result(...request);
      if (answer.kind !== 'ok') return answer;
      return { kind: 'ok', output: { ...Object(answer.output), has_nsfw_concepts: [false, true, false] } };
    };
    const { order, made } = await draw({ count: 3 }, { ...bench.parts, fal: { ...fal, result } });
    expect(order.state).toBe('succeeded');
    expect(made.map(({ index }) => index)).toEqual([0, 2]);
  });

  test.each([
    ['cut off', (_: number, data: Buffer) => data.subarray(0, data.length / 2)],
    ['no picture', () => Buffer.from('<html>404</html>')],
    ['in another ratio', () => picture(1, 1024, 768).jpeg().toBuffer()],
  ])('of which one is %s are delivered without it', async (_name, broken) => {
    const parts = bringing((n, data) => (n === 2 ? broken(n, data) : data));
    const { order, made } = await draw({ count: 3 }, parts);
    expect(order.state).toBe('succeeded');
    expect(made.map(({ index }) => index)).toEqual([0, 2]);
  });

  test('that are all damaged are a failure with its reason', async () => {
    const { order } = await draw(
      { count: 2 },
      bringing(() => Buffer.from('x')),
    );
    expect(order).toMatchObject({ state: 'failed', failure: 'bad_result' });
  });

  test('that are not there are a failure with its reason', async () => {
    await bench.fal.control.addFault({ fault: { kind: 'cdn_404' } });
    expect((await draw({})).order).toMatchObject({ state: 'failed', failure: 'bad_result' });
  });

  test('are not called damaged when it is our storage that is away', async () => {
    const { storage } = bench.parts;
    let away = true;
    const put: typeof storage.put = async (...object) => {
      if (away) {
        away = false;
        throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
      }
      await storage.put(...object);
    };
    const { order, made } = await draw({ count: 2 }, { ...bench.parts, storage: { ...storage, put } });
    expect(order.state).toBe('succeeded');
    expect(made).toHaveLength(2);
  });

  test('of an order cancelled while they are fetched leave nothing behind', async () => {
    const placed = await makeOrder(bench, me, { count: 2 });
    const parts = bringing(async (n, data) => {
      if (n === 2) await transact(bench.parts, (unit) => cancelOrder(unit, me, placed.id));
      return data;
    });
    await startFalOrder(parts, placed.id, bench.run());
    const job = await findFalJobOfOrder(parts, placed.id);
    await eventually(async () => {
      await settleFalJob(parts, { falJobId: job?.id ?? '' }, bench.run());
      expect((await orderNow(bench, placed.id)).state).toBe('cancelled');
    });
    expect(await imagesOf(parts.db, placed.id)).toEqual([]);
    expect(await files(placed.id)).toEqual([]);
  });

  test('that their owner deletes are gone at once, their files with the next pass', async () => {
    const { order, made } = await draw({ count: 2 });
    const [one, other] = made;
    const remove = (ownerId: number) =>
      transact(bench.parts, (unit) => deleteImages(unit, ownerId, [one?.id ?? '']));
    expect(await remove(await bench.person())).toBe(0);
    expect(await remove(me)).toBe(1);
    expect(await remove(me)).toBe(0);
    expect(await findImage(bench.parts.db, me, one?.id ?? '')).toBeNull();
    await applyRetention(bench.parts);
    expect(await files(order.id)).toEqual([other?.objectKey]);
    expect(await bench.parts.db.$count(images, eq(images.orderId, order.id))).toBe(1);
  });
});

describe('a description', () => {
  test('in English is sent as it is, with the avatar and its model in front', async () => {
    const { job } = await draw({ avatar, prompt: 'on a mountain, cinematic' });
    const sent = sentTo(job);
    expect(sent.prompt).toBe(`photo of ${avatar.trigger} woman, on a mountain, cinematic`);
    expect(sent.loras).toMatchObject([{ path: avatar.modelUrl }]);
  });

  test('in another language is translated, and both are kept', async () => {
    await bench.openai.control.script({
      kind: 'answer',
      schemaName: 'translation',
      contains: 'на вершине горы',
      content: { english: 'on top of a mountain' },
    });
    const { made } = await draw({ prompt: 'на вершине горы' });
    expect(made).toMatchObject([{ prompt: 'на вершине горы', promptSent: 'on top of a mountain' }]);
  });

  test.each(['refusal', 'invalid_json', 'server_error'] as const)(
    'is sent as it was written when the translation is a %s',
    async (kind) => {
      await bench.openai.control.addFault({ route: 'chat', times: null, fault: { kind } });
      await bench.openai.control.addFault({ route: 'responses', times: null, fault: { kind } });
      const { job } = await draw({ prompt: 'маяк на рассвете' });
      expect(sentTo(job).prompt).toBe('маяк на рассвете');
    },
  );

  test('of who masks personal data comes to no text model as it is, and is drawn as it was written', async () => {
    await bench.openai.control.reset();
    await bench.parts.db
      .update(users)
      .set({ settings: { masking: true } })
      .where(eq(users.id, me));
    const prompt = 'плакат: Анна Петрова, +7 701 123 45 67, anna@example.kz, у моря';
    for (const schemaName of ['translation', 'enrichment'])
      await bench.openai.control.script({
        kind: 'answer',
        schemaName,
        content: { english: 'a poster: PERSON_1 PERSON_2, PHONE_1, EMAIL_1, by the sea' },
      });
    for (const enrich of [false, true]) {
      const { job } = await draw({ prompt, enrich });
      expect(sentTo(job).prompt).toBe(
        'a poster: Анна Петрова, +7 701 123 45 67, anna@example.kz, by the sea',
      );
    }
    const asked = await bench.openai.control.requests();
    // Judged, reviewed and rewritten, twice.
    expect(asked).toHaveLength(6);
    for (const { body } of asked) {
      expect(JSON.stringify(body)).toContain('PHONE_1');
      expect(JSON.stringify(body)).not.toMatch(/Анн|Петров|701|example/);
    }
  });

  test('that breaks the rules is not sent to anybody', async () => {
    const { order, job } = await draw({ prompt: 'nude woman' });
    expect(order).toMatchObject({ state: 'failed', failure: 'content_policy' });
    expect(job).toBeNull();
    expect(await bench.fal.control.paidJobs()).toEqual([]);
  });

  test('that cannot be judged now waits; it is never drawn unjudged', async () => {
    await bench.openai.control.addFault({ route: 'moderations', times: null, fault: { kind: 'overloaded' } });
    const placed = await makeOrder(bench, me);
    await expect(startFalOrder(bench.parts, placed.id, bench.run())).rejects.toMatchObject({
      name: 'TransientError',
    });
    expect(await bench.fal.control.paidJobs()).toEqual([]);
  });
});

describe('a model that FAL no longer keeps', () => {
  test('is uploaded anew from our copy, once', async () => {
    await bench.parts.db
      .update(avatars)
      .set({ trainedAt: sql`now() - interval '8 days'`, modelUrl: `${bench.fal.url}/files/gone.safetensors` })
      .where(eq(avatars.id, avatar.id));
    const { order, job } = await draw({ avatar });
    expect(order.state).toBe('succeeded');
    const [row] = await bench.parts.db.select().from(avatars).where(eq(avatars.id, avatar.id));
    expect(sentTo(job).loras).toMatchObject([{ path: row?.modelUrl }]);
    const there = Buffer.from(await (await fetch(row?.modelUrl ?? '')).arrayBuffer());
    const ours = await bench.parts.storage.get('avatars', avatar.modelKey ?? '');
    expect(ours?.equals(there)).toBe(true);
    const again = await draw({ avatar });
    expect(sentTo(again.job).loras).toMatchObject([{ path: row?.modelUrl }]);
  });

  test('and neither do we is no picture of somebody else', async () => {
    await bench.parts.db
      .update(avatars)
      .set({
        modelUrl: `${bench.fal.url}/files/gone.safetensors`,
        modelKey: `${me}/avatars/none/m.safetensors`,
      })
      .where(eq(avatars.id, avatar.id));
    const placed = await makeOrder(bench, me, { avatar });
    await expect(startFalOrder(bench.parts, placed.id, bench.run())).rejects.toThrow('neither at FAL');
    expect(await bench.fal.control.paidJobs()).toEqual([]);
  });
});
