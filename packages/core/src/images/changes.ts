import { type Place } from '@aisha/db';
import { z } from 'zod';
import { type Placed, placeOrder } from '../orders/orders.ts';
import type { Unit } from '../unit.ts';
import { ASPECT_NAMES } from './aspects.ts';
import type { Image } from './images.ts';

/** Edits that are a press; their names stand in the texts. */
export const QUICK_EDIT_NAMES = [
  'background',
  'painting',
  'glasses',
  'smile',
  'cartoon',
  'monochrome',
] as const;
export type QuickEdit = (typeof QUICK_EDIT_NAMES)[number];

/** What they ask for, in English. */
export const QUICK_EDITS: Readonly<Record<QuickEdit, string>> = {
  background: 'Replace the background with a clean light grey studio background',
  painting: 'Turn the picture into an oil painting on canvas with visible brush strokes',
  glasses: 'Remove the glasses',
  smile: 'Make the person smile warmly',
  cartoon: 'Turn the picture into a frame of an animated film',
  monochrome: 'Turn the picture into a classic black and white photograph',
};

const seed = z.number().int().min(0);

export const editInput = z.object({
  /** In the person's words, or the name of a quick edit. */
  prompt: z.string(),
  quick: z.enum(QUICK_EDIT_NAMES).optional(),
  aspect: z.enum(ASPECT_NAMES),
  seed,
});

/** A picture enlarged, or set in motion. */
export const oneInput = z.object({ seed });

type Ordered = Place & {
  readonly ownerId: number;
  readonly image: Image;
  readonly shown?: number | undefined;
};

const place = (unit: Unit, kind: string, { image, ...order }: Ordered, input: object): Promise<Placed> =>
  placeOrder(unit, {
    ownerId: order.ownerId,
    chatId: order.chatId,
    threadId: order.threadId,
    kind,
    subjectId: image.id,
    input: { ...input, seed: Math.floor(Math.random() * 2 ** 31) },
    shown: order.shown,
  });

/** Another picture, made of this one by words. */
export function orderEdit(
  unit: Unit,
  order: Ordered,
  wanted: { readonly prompt: string; readonly quick?: QuickEdit },
): Promise<Placed> {
  const aspect = ASPECT_NAMES.find((one) => one === order.image.aspect) ?? '1:1';
  return place(unit, 'edit', order, { ...wanted, aspect });
}

export const orderUpscale = (unit: Unit, order: Ordered): Promise<Placed> =>
  place(unit, 'upscale', order, {});

export const orderVideo = (unit: Unit, order: Ordered): Promise<Placed> => place(unit, 'video', order, {});
