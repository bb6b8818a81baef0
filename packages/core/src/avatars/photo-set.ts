import { avatarPhotos, avatars, type FaceFacts, type PhotoDoubt, type Tx } from '@aisha/db';
import { and, asc, count, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';
import {
  type Avatar,
  PHOTO_COUNT,
  photoCounts,
  rejections,
  removePhotoRows,
  showCounter,
} from './avatars.ts';

export type Missing = 'sides' | 'front' | 'light' | 'clothes' | 'closer';

/** What a set of photos lacks, and how many more photos of that would do. */
export interface Advice {
  readonly what: Missing;
  readonly photos: number;
}

/** Fewer tell nothing of a set. */
const LEAST = 6;
/** Of faces: turned from here on, straight ahead up to here (0.5 is a profile). */
const TURNED = 0.1;
const STRAIGHT = 0.07;
/** Lightest against darkest face, of 255: an album of one evening has less. */
const LIGHT_SPREAD = 30;
/** Between the colours of what is worn, of 441: the same shirt in other light has less. */
const CLOTHES_SPREAD = 45;
/** A face this wide is one to learn a face from, not a figure. */
const CLOSE = 0.2;
/** A few of each kind are enough. */
const WANTED = 2;

/** What is missing in the variety of angles, light and clothes; nothing while too few faces are known. */
export function adviceOn(faces: readonly FaceFacts[]): Advice[] {
  if (faces.length < LEAST) return [];
  const of = (what: Missing, have: number): Advice[] =>
    have >= WANTED ? [] : [{ what, photos: WANTED - have }];
  const lights = faces.map(({ light }) => light);
  const worn = faces.flatMap(({ clothes }) => (clothes ? [clothes] : []));
  const spread = Math.max(
    0,
    ...worn.flatMap((a) => worn.map((b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]))),
  );
  return [
    ...of('sides', faces.filter(({ yaw }) => Math.abs(yaw) >= TURNED).length),
    ...of('front', faces.filter(({ yaw }) => Math.abs(yaw) <= STRAIGHT).length),
    ...of('closer', faces.filter(({ width }) => width >= CLOSE).length),
    ...(Math.max(...lights) - Math.min(...lights) < LIGHT_SPREAD ? of('light', 0) : []),
    // Portraits that end at the neck show no clothes.
    ...(worn.length >= LEAST && spread < CLOTHES_SPREAD ? of('clothes', 0) : []),
  ];
}

export async function photoAdvice(tx: Pick<Tx, 'select'>, avatarId: string): Promise<Advice[]> {
  const rows = await tx
    .select({ face: avatarPhotos.face })
    .from(avatarPhotos)
    .where(and(eq(avatarPhotos.avatarId, avatarId), eq(avatarPhotos.state, 'accepted')));
  return adviceOn(rows.flatMap(({ face }) => (face ? [face] : [])));
}

const asked = (avatarId: string) =>
  and(
    eq(avatarPhotos.avatarId, avatarId),
    eq(avatarPhotos.state, 'accepted'),
    isNotNull(avatarPhotos.doubt),
    isNull(avatarPhotos.keptAt),
  );

/** What is asked about the photos of an avatar, each question with its count. */
export async function photoDoubts(
  tx: Pick<Tx, 'select'>,
  avatarId: string,
): Promise<{ doubt: PhotoDoubt; n: number }[]> {
  const rows = await tx
    .select({ doubt: avatarPhotos.doubt, n: count() })
    .from(avatarPhotos)
    .where(asked(avatarId))
    .groupBy(avatarPhotos.doubt);
  return rows.flatMap(({ doubt, n }) => (doubt ? [{ doubt, n }] : []));
}

/** Its owner keeps what was asked about: all of it, or one photo. */
export async function keepDoubted({ tx }: Unit, avatarId: string, photoId?: string): Promise<void> {
  await tx
    .update(avatarPhotos)
    .set({ keptAt: sql`now()` })
    .where(and(asked(avatarId), photoId === undefined ? undefined : eq(avatarPhotos.id, photoId)));
}

/** Its owner takes away what was asked about. */
export async function dropDoubted(unit: Unit, avatarId: string): Promise<void> {
  const rows = await unit.tx.select({ id: avatarPhotos.id }).from(avatarPhotos).where(asked(avatarId));
  await removePhotoRows(
    unit,
    avatarId,
    rows.map(({ id }) => id),
  );
}

export type Photo = typeof avatarPhotos.$inferSelect;

/** One photo of those that count, in the order in which they came; the nearest place that there is. */
export async function photoAt(
  tx: Pick<Tx, 'select'>,
  avatarId: string,
  at: number,
): Promise<{ photo: Photo | null; total: number; page: number }> {
  const photos = await tx
    .select()
    .from(avatarPhotos)
    .where(and(eq(avatarPhotos.avatarId, avatarId), eq(avatarPhotos.state, 'accepted')))
    .orderBy(asc(avatarPhotos.createdAt), asc(avatarPhotos.id))
    .limit(PHOTO_COUNT.max);
  const page = Math.trunc(Math.min(Math.max(0, at), Math.max(0, photos.length - 1)));
  return { photo: photos[page] ?? null, total: photos.length, page };
}

/** A photo of one of somebody's own avatars that still takes photos. */
export async function removePhoto(
  unit: Unit,
  avatar: Pick<Avatar, 'id' | 'state'>,
  photoId: string,
): Promise<boolean> {
  if (avatar.state !== 'draft' && avatar.state !== 'failed') return false;
  const gone = await removePhotoRows(unit, avatar.id, [photoId]);
  if (gone > 0) await showCounter(unit, avatar.id);
  return gone > 0;
}

/** One of the photos of somebody's own avatars, with the avatar. */
export async function findPhoto(
  tx: Pick<Tx, 'select'>,
  ownerId: number,
  photoId: string,
): Promise<{ photo: Photo; avatar: Avatar } | null> {
  const [row] = await tx
    .select({ photo: avatarPhotos, avatar: avatars })
    .from(avatarPhotos)
    .innerJoin(avatars, eq(avatars.id, avatarPhotos.avatarId))
    .where(
      and(eq(avatarPhotos.id, photoId), eq(avatars.ownerId, ownerId), eq(avatarPhotos.state, 'accepted')),
    );
  return row ?? null;
}

/** Everything that the counter says of the photos of an avatar. */
export async function photoSet(tx: Pick<Tx, 'select'>, avatarId: string) {
  return {
    counts: await photoCounts(tx, avatarId),
    rejected: await rejections(tx, avatarId),
    doubts: await photoDoubts(tx, avatarId),
    advice: await photoAdvice(tx, avatarId),
  };
}
export type PhotoSet = Awaited<ReturnType<typeof photoSet>>;

/** What a card shows of an avatar that has no picture yet: its first photo. */
export async function photoPreview(tx: Pick<Tx, 'select'>, avatarId: string): Promise<string | null> {
  return (await photoAt(tx, avatarId, 0)).photo?.objectKey ?? null;
}
