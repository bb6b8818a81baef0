import { avatars, images, type Tx } from '@aisha/db';
import { and, asc, count, desc, eq, gte, isNull, lt, sql, type SQL } from 'drizzle-orm';
import { findImage, type Image } from './images.ts';

/** Which of somebody's pictures; everything of it together. */
export interface GalleryFilter {
  readonly favourites: boolean;
  readonly avatarId: string | null;
  /** A month of UTC: its year times twelve and its number from 0. */
  readonly month: number | null;
}

export const EVERYTHING: GalleryFilter = { favourites: false, avatarId: null, month: null };

/** From a card on: the next older or newer one, or the card itself; without one the newest. */
export interface GalleryPlace {
  readonly from: string;
  readonly go: 'older' | 'newer' | 'here';
}

export interface GalleryCard {
  readonly image: Image;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  /** Its number from the newest and how many there are; null where nobody counts so far (`COUNTED`). */
  readonly number: number | null;
  readonly total: number | null;
}

/** Cards are counted so far: further it would take longer with every picture. */
const COUNTED = 1_000;

const monthStart = (month: number): Date => new Date(Date.UTC(Math.floor(month / 12), month % 12, 1));
export const monthOf = (date: Date): number => date.getUTCFullYear() * 12 + date.getUTCMonth();

const filtered = (ownerId: number, { favourites, avatarId, month }: GalleryFilter): SQL | undefined =>
  and(
    eq(images.ownerId, ownerId),
    isNull(images.deletedAt),
    favourites ? sql`${images.favourite}` : undefined,
    avatarId === null ? undefined : eq(images.avatarId, avatarId),
    month === null ? undefined : gte(images.createdAt, monthStart(month)),
    month === null ? undefined : lt(images.createdAt, monthStart(month + 1)),
  );

/**
 * One card, newest first; null: there is none. It is looked for from the card that was seen, by the index that the filter
 * has, so the hundred-thousandth takes as long as the first.
 */
export async function galleryCard(
  tx: Pick<Tx, 'select'>,
  ownerId: number,
  filter: GalleryFilter,
  place: GalleryPlace | null,
): Promise<GalleryCard | null> {
  const from = place === null ? null : await seen(tx, ownerId, place.from);
  const found = await (place === null || from === null
    ? neighbour(tx, ownerId, filter, null, 'older')
    : place.go === 'here'
      ? findImage(tx, ownerId, place.from)
      : neighbour(tx, ownerId, filter, from, place.go));
  // Past the last one, or the card itself is gone: the nearest of what there is.
  const image =
    found ??
    (from && (await neighbour(tx, ownerId, filter, from, place?.go === 'newer' ? 'older' : 'newer'))) ??
    (await neighbour(tx, ownerId, filter, null, 'older'));
  const at = image && (await seen(tx, ownerId, image.id));
  if (!image || !at) return null;
  const older = await neighbour(tx, ownerId, filter, at, 'older');
  const newer = await neighbour(tx, ownerId, filter, at, 'newer');
  const [total, newerOnes] = [
    await counted(tx, filtered(ownerId, filter)),
    await counted(tx, and(filtered(ownerId, filter), beyond(at, 'newer'))),
  ];
  return {
    image,
    hasOlder: older !== null,
    hasNewer: newer !== null,
    number: total === null || newerOnes === null ? null : newerOnes + 1,
    total,
  };
}

/** `at` as PostgreSQL writes it: a Date has no microseconds. */
interface Position {
  readonly at: string;
  readonly index: number;
  readonly id: string;
}

/** Where a card stood, deleted or not. */
async function seen(tx: Pick<Tx, 'select'>, ownerId: number, id: string): Promise<Position | null> {
  const [row] = await tx
    .select({ at: sql<string>`${images.createdAt}::text`, index: images.index, id: images.id })
    .from(images)
    .where(and(eq(images.id, id), eq(images.ownerId, ownerId)));
  return row ?? null;
}

function beyond(from: Position, go: 'older' | 'newer'): SQL {
  const place = sql`(${images.createdAt}, ${images.index}, ${images.id})`;
  const at = sql`(${from.at}::timestamptz, ${from.index}::int, ${from.id}::uuid)`;
  return go === 'older' ? sql`${place} < ${at}` : sql`${place} > ${at}`;
}

async function counted(tx: Pick<Tx, 'select'>, where: SQL | undefined): Promise<number | null> {
  const some = tx
    .select({ id: images.id })
    .from(images)
    .where(where)
    .limit(COUNTED + 1)
    .as('some');
  const [row] = await tx.select({ n: count() }).from(some);
  const n = row?.n ?? 0;
  return n > COUNTED ? null : n;
}

async function neighbour(
  tx: Pick<Tx, 'select'>,
  ownerId: number,
  filter: GalleryFilter,
  from: Position | null,
  go: 'older' | 'newer',
): Promise<Image | null> {
  const order = go === 'older' ? desc : asc;
  const [image] = await tx
    .select()
    .from(images)
    .where(and(filtered(ownerId, filter), from ? beyond(from, go) : undefined))
    .orderBy(order(images.createdAt), order(images.index), order(images.id))
    .limit(1);
  return image ?? null;
}

/** Months of UTC that somebody has pictures of, newest first. One look into the index for each. */
export async function galleryMonths(
  tx: Pick<Tx, 'select'>,
  ownerId: number,
  filter: Omit<GalleryFilter, 'month'>,
  most: number,
): Promise<number[]> {
  const months: number[] = [];
  let before: Date | null = null;
  while (months.length < most) {
    const [row]: { at: Date }[] = await tx
      .select({ at: images.createdAt })
      .from(images)
      .where(
        and(
          filtered(ownerId, { ...filter, month: null }),
          before === null ? undefined : lt(images.createdAt, before),
        ),
      )
      .orderBy(desc(images.createdAt), desc(images.index), desc(images.id))
      .limit(1);
    if (!row) break;
    const month = monthOf(row.at);
    months.push(month);
    before = monthStart(month);
  }
  return months;
}

/** Somebody's avatars that have pictures in the gallery, by name. */
export async function galleryAvatars(
  tx: Pick<Tx, 'select'>,
  ownerId: number,
): Promise<{ id: string; name: string }[]> {
  const has = sql`exists (select 1 from ${images} where ${images.ownerId} = ${ownerId} and ${images.avatarId} = ${avatars.id} and ${images.deletedAt} is null)`;
  return tx
    .select({ id: avatars.id, name: avatars.name })
    .from(avatars)
    .where(and(eq(avatars.ownerId, ownerId), has))
    .orderBy(asc(avatars.name))
    .limit(20);
}
