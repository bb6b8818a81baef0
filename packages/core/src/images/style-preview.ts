import { type Place, stylePreviews, type Tx } from '@aisha/db';
import { objectKey } from '@aisha/storage';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { completeFalJob, endWithLast, type FalJob, failFalJob } from '../fal/jobs.ts';
import { falOrder, type Prepared } from '../fal/order.ts';
import { drawerAt } from '../fal/models/index.ts';
import { type Placed, placeOrder } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { type Order, transact, type Unit } from '../unit.ts';
import { fetchMade, openMade } from './collect.ts';
import { PACKS, packNamed } from './packs.ts';
import { requestsFor } from './start.ts';

const previewInput = z.object({ pack: z.string() });

export type StylePreview = typeof stylePreviews.$inferSelect;

export async function stylePreview(tx: Pick<Tx, 'select'>, pack: string): Promise<StylePreview | null> {
  const [row] = await tx.select().from(stylePreviews).where(eq(stylePreviews.pack, pack));
  return row ?? null;
}

/** Packs that nobody has drawn yet. */
export async function packsWithoutPreview(tx: Pick<Tx, 'select'>): Promise<string[]> {
  const drawn = new Set(
    (await tx.select({ pack: stylePreviews.pack }).from(stylePreviews)).map(({ pack }) => pack),
  );
  return PACKS.flatMap(({ id }) => (drawn.has(id) ? [] : [id]));
}

/** Has the preview of a pack drawn, for everybody, by an operator and at nobody's cost but the service's. */
export const orderStylePreview = (
  unit: Unit,
  operatorId: number,
  place: Place,
  pack: string,
): Promise<Placed> =>
  placeOrder(unit, {
    ...place,
    ownerId: operatorId,
    kind: 'style_preview',
    subjectId: null,
    input: { pack },
  });

const WHOM = 'photo of a friendly 30-year-old person, ';

async function preparePreview(parts: WorkerParts, order: Order, run: Run): Promise<Prepared> {
  const { pack } = previewInput.parse(order.input);
  const scene = packNamed(pack)?.scenes[0];
  if (scene === undefined) throw new Error('a style pack that this release does not know');
  return requestsFor(
    parts,
    { people: [], scenes: [WHOM + scene], aspect: '3:4', count: 1, seed: 1 },
    run.signal,
  );
}

const MAX_BYTES = 9 * 1024 * 1024;

async function collectPreview(
  parts: WorkerParts,
  job: FalJob,
  order: Order,
  output: unknown,
  run: Run,
): Promise<void> {
  const { pack } = previewInput.parse(order.input);
  const [image] = drawerAt(job.model)?.readOutput(output)?.images ?? [];
  if (image?.flagged) return failFalJob(parts, job, 'flagged', 'the preview was held back');
  const file = image ? await fetchMade(parts, image.url, { maxBytes: MAX_BYTES, signal: run.signal }) : null;
  const opened = file && (await openMade(parts, order, file, run));
  if (!file || !opened) return failFalJob(parts, job, 'bad_result', 'the preview is no picture');
  const name = `${pack}.${opened.format === 'jpeg' ? 'jpg' : opened.format}`;
  const key = objectKey(order.ownerId, 'styles', 'previews', name);
  await parts.storage.put('generated', key, file, { contentType: `image/${opened.format}` });
  await transact(parts, async (unit) => {
    if (!(await completeFalJob(parts, unit, job, 1))) return;
    await unit.tx
      .insert(stylePreviews)
      .values({ pack, objectKey: key })
      .onConflictDoUpdate({ target: stylePreviews.pack, set: { objectKey: key, fileId: null } });
    await endWithLast(unit, order.id, 'bad_result');
  });
}

/** What a style looks like; drawn once for everybody. */
export const stylePreviewOrder = falOrder({
  deadlineMinutes: 15,
  exclusive: false,
  price: () => ({ each: 0, units: 0 }),
  input: previewInput,
  progressUnit: 'none',
  forgets: 'nothing',
  prepare: preparePreview,
  collect: collectPreview,
});
