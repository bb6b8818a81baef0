import { images, orders, type Place, type Tx } from '@aisha/db';
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { type Avatar } from '../avatars/avatars.ts';
import { QUALITIES } from '../fal/models/index.ts';
import { type Placed, placeOrder, unended } from '../orders/orders.ts';
import type { Order, Unit } from '../unit.ts';
import { ASPECT_NAMES } from './aspects.ts';

export type Image = typeof images.$inferSelect;

/** How a picture was made, where it was not drawn from words. */
export type Made = 'edit' | 'upscale' | 'video';

const details = z.object({
  made: z.enum(['edit', 'upscale', 'video']).optional(),
  bytes: z.number().optional(),
});
/** What a picture's row says of it beside its columns. */
export const detailsOf = (image: Pick<Image, 'details'>) => details.safeParse(image.details ?? {}).data ?? {};

export const PROMPT_MAX = 2_000;
export const COUNT_MAX = 4;

/** People in one image beside the first. */
export const OTHERS_MAX = 1;

/** A picture that somebody sent ("make it like this"): Telegram's ids alone. */
const reference = z.object({ fileId: z.string(), fileSize: z.number().nullable() });

export const imageInput = z.object({
  /** Empty only beside a reference. */
  prompt: z.string(),
  aspect: z.enum(ASPECT_NAMES),
  count: z.number().int().min(1).max(COUNT_MAX),
  seed: z.number().int().min(0),
  /** The image under whose "again" it was ordered. */
  repeats: z.uuid().optional(),
  /** Quality against price and time, where there is a choice. */
  quality: z.enum(QUALITIES).optional(),
  /** Avatars that are in it too, beside the order's subject. */
  others: z.array(z.uuid()).max(OTHERS_MAX).optional(),
  /** The description is to be made richer. */
  enrich: z.boolean().optional(),
  reference: reference.optional(),
});
export type ImageInput = z.infer<typeof imageInput>;

/** The order of an "again" that was pressed for this image already and has not ended: a double press orders once. */
export async function repeatUnderWay(
  tx: Pick<Tx, 'select'>,
  ownerId: number,
  imageId: string,
): Promise<Order | null> {
  const [order] = await tx
    .select()
    .from(orders)
    .where(
      and(
        eq(orders.ownerId, ownerId),
        eq(orders.kind, 'image'),
        unended,
        sql`${orders.input} ->> 'repeats' = ${imageId}`,
      ),
    )
    .limit(1);
  return order ?? null;
}

/** Orders images, with an avatar that is ready or without one. */
export async function orderImages(
  unit: Unit,
  order: Place & {
    ownerId: number;
    avatar: Avatar | null;
    input: Omit<ImageInput, 'seed'>;
    statusMessageId?: number | undefined;
    shown?: number | undefined;
  },
): Promise<Placed> {
  return placeOrder(unit, {
    ownerId: order.ownerId,
    chatId: order.chatId,
    threadId: order.threadId,
    kind: 'image',
    subjectId: order.avatar?.id ?? null,
    // The seed is fixed here, so that a retry before the submit draws the same image.
    input: { ...order.input, seed: Math.floor(Math.random() * 2 ** 31) },
    statusMessageId: order.statusMessageId,
    shown: order.shown,
  });
}

/** The most alike first, where that was measured; else in the order in which they were made. */
export async function imagesOf(tx: Pick<Tx, 'select'>, orderId: string): Promise<Image[]> {
  return tx
    .select()
    .from(images)
    .where(and(eq(images.orderId, orderId), isNull(images.deletedAt)))
    .orderBy(sql`${images.likeness} desc nulls last`, images.index);
}

export async function findImage(tx: Pick<Tx, 'select'>, ownerId: number, id: string): Promise<Image | null> {
  const [image] = await tx
    .select()
    .from(images)
    .where(and(eq(images.id, id), eq(images.ownerId, ownerId), isNull(images.deletedAt)));
  return image ?? null;
}

export async function toggleFavourite({ tx }: Unit, ownerId: number, id: string): Promise<Image | null> {
  const [image] = await tx
    .update(images)
    .set({ favourite: sql`not ${images.favourite}` })
    .where(and(eq(images.id, id), eq(images.ownerId, ownerId), isNull(images.deletedAt)))
    .returning();
  return image ?? null;
}

/** The image disappears at once; its object is removed by the retention job. */
export async function deleteImages({ tx }: Unit, ownerId: number, ids: readonly string[]): Promise<number> {
  const gone = await tx
    .update(images)
    .set({ deletedAt: sql`now()` })
    .where(and(inArray(images.id, [...ids]), eq(images.ownerId, ownerId), isNull(images.deletedAt)))
    .returning({ id: images.id });
  return gone.length;
}

/** The order that made a picture. */
export async function orderOfImage(tx: Pick<Tx, 'select'>, image: Image): Promise<Order | null> {
  const [order] = await tx
    .select()
    .from(orders)
    .where(and(eq(orders.id, image.orderId), eq(orders.ownerId, image.ownerId)));
  return order ?? null;
}
