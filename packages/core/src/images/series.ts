import type { Place } from '@aisha/db';
import { z } from 'zod';
import type { Avatar } from '../avatars/avatars.ts';
import { judgePeople } from '../avatars/instant.ts';
import { findDrawable } from '../avatars/shares.ts';
import { QUALITIES, type Quality } from '../fal/models/index.ts';
import { falOrder, type Prepared } from '../fal/order.ts';
import { type Placed, placeOrder } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import type { Order, Unit } from '../unit.ts';
import { type Aspect, ASPECT_NAMES } from './aspects.ts';
import { collectImages } from './collect.ts';
import { packNamed, type StylePack } from './packs.ts';
import { peopleOf, requestsFor } from './start.ts';

export const seriesInput = z.object({
  pack: z.string(),
  /** How many of its scenes, from the first. */
  scenes: z.number().int().min(1),
  aspect: z.enum(ASPECT_NAMES),
  seed: z.number().int().min(0),
  quality: z.enum(QUALITIES).optional(),
});

/** Orders the first scenes of a style pack, with an avatar that is ready or without one. */
export function orderSeries(
  unit: Unit,
  order: Place & {
    readonly ownerId: number;
    readonly avatar: Avatar | null;
    readonly pack: StylePack;
    readonly scenes: number;
    readonly aspect: Aspect;
    readonly quality?: Quality | undefined;
    readonly shown?: number | undefined;
  },
): Promise<Placed> {
  const { pack, scenes, aspect, quality } = order;
  return placeOrder(unit, {
    ownerId: order.ownerId,
    chatId: order.chatId,
    threadId: order.threadId,
    kind: 'series',
    subjectId: order.avatar?.id ?? null,
    input: { pack: pack.id, scenes, aspect, quality, seed: Math.floor(Math.random() * 2 ** 31) },
    shown: order.shown,
  });
}

/** The words of its scenes; a pack or a scene of another release is none. */
function scenesOf(order: Pick<Order, 'input'>): readonly string[] {
  const { pack, scenes } = seriesInput.parse(order.input);
  return packNamed(pack)?.scenes.slice(0, scenes) ?? [];
}

/** The scenes are ours: neither judged nor translated. */
async function prepareSeries(parts: WorkerParts, order: Order, run: Run): Promise<Prepared> {
  const { aspect, seed, quality } = seriesInput.parse(order.input);
  const scenes = scenesOf(order);
  if (scenes.length === 0) throw new Error('a series of a style pack that this release does not know');
  const people = await peopleOf(parts, [order.subjectId]);
  const objection = await judgePeople(parts, order, people, run);
  if (objection) return { kind: 'refused', reason: objection };
  const [first] = people;
  // Without a person the scenes are told of one.
  const told = first?.kind === 'portrait' ? scenes : scenes.map((scene) => `photo of a person, ${scene}`);
  return requestsFor(parts, { people, scenes: told, aspect, count: 1, seed, quality }, run.signal);
}

/** A style pack drawn by one press, each scene a request: what comes of them is delivered together, and charged. */
export const series = falOrder({
  deadlineMinutes: 20,
  exclusive: false,
  share: 'fal',
  price: (input, prices) => {
    const { scenes, quality } = seriesInput.parse(input);
    return { each: quality === 'best' ? prices.imageBest : prices.image, units: scenes };
  },
  input: seriesInput,
  progressUnit: 'none',
  forgets: 'images',
  begun: async ({ tx }, { ownerId, subjectId }) =>
    subjectId === null || (await findDrawable(tx, ownerId, subjectId))?.state === 'ready',
  prepare: prepareSeries,
  collect: collectImages(async ({ order, job }) => ({
    prompt: scenesOf(order)[job.part] ?? '',
    avatarId: order.subjectId,
  })),
});
