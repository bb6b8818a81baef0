import { images, orders, type Place, type Tx } from '@aisha/db';
import { and, count, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { type Avatar } from '../avatars/avatars.ts';
import { type Placed, placeOrder, unended } from '../orders/orders.ts';
import type { Order, Unit } from '../unit.ts';
import { ASPECT_NAMES } from './aspects.ts';

export type Image = typeof images.$inferSelect;

export const PROMPT_MAX = 2_000;
export const COUNT_MAX = 4;

export const imageInput = z.object({
  prompt: z.string().min(1),
  aspect: z.enum(ASPECT_NAMES),
  count: z.number().int().min(1).max(COUNT_MAX),
  seed: z.number().int().min(0),
  /** The image under whose "again" it was ordered. */
  repeats: z.uuid().optional(),
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

export async function imagesOf(tx: Pick<Tx, 'select'>, orderId: string): Promise<Image[]> {
  return tx
    .select()
    .from(images)
    .where(and(eq(images.orderId, orderId), isNull(images.deletedAt)))
    .orderBy(images.index);
}

export async function findImage(tx: Pick<Tx, 'select'>, ownerId: number, id: string): Promise<Image | null> {
  const [image] = await tx
    .select()
    .from(images)
    .where(and(eq(images.id, id), eq(images.ownerId, ownerId), isNull(images.deletedAt)));
  return image ?? null;
}

export type GalleryFilter = 'all' | 'favourites';

/** One card of the gallery, newest first, and how many there are. */
export async function galleryPage(
  tx: Pick<Tx, 'select'>,
  ownerId: number,
  filter: GalleryFilter,
  page: number,
): Promise<{ image: Image | null; total: number; page: number }> {
  const where = and(
    eq(images.ownerId, ownerId),
    isNull(images.deletedAt),
    filter === 'favourites' ? eq(images.favourite, true) : undefined,
  );
  const [counted] = await tx.select({ n: count() }).from(images).where(where);
  const total = counted?.n ?? 0;
  const at = Math.trunc(Math.min(Math.max(0, page), Math.max(0, total - 1)));
  const [image] = await tx
    .select()
    .from(images)
    .where(where)
    .orderBy(desc(images.createdAt), desc(images.index))
    .limit(1)
    .offset(at);
  return { image: image ?? null, total, page: at };
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
