import { avatars, avatarShares, notifications, type Tx, users } from '@aisha/db';
import { and, desc, eq, inArray, or, sql } from 'drizzle-orm';
import { noteWrongCode, wrongCodes } from '../credits/promo-codes.ts';
import { notify } from '../notifications/notifications.ts';
import type { Unit } from '../unit.ts';
import type { Avatar } from './avatars.ts';

/** Somebody who may draw with another's avatar. */
export interface Guest {
  readonly id: number;
  readonly username: string | null;
  readonly firstName: string;
}

/** Whom an avatar is shared with: one person at a time. */
export async function guestOf(tx: Pick<Tx, 'select'>, avatarId: string): Promise<Guest | null> {
  const [guest] = await tx
    .select({ id: users.id, username: users.username, firstName: users.firstName })
    .from(avatarShares)
    .innerJoin(users, eq(users.id, avatarShares.userId))
    .where(eq(avatarShares.avatarId, avatarId));
  return guest ?? null;
}

export type Shared =
  | { readonly kind: 'shared'; readonly guest: Guest }
  | 'unknown'
  | 'yourself'
  | 'taken'
  /** With too many people today, or too many names that are nobody's. */
  | 'too_many'
  | 'closed';

/** Of one avatar in a day: whoever is told of a share reads the name that its owner gave it. */
const MOST_GUESTS_A_DAY = 3;

/** Shares an avatar that is ready with the person of this name (`@name` or an id), whom the bot has to know. */
export async function shareAvatar(unit: Unit, avatar: Avatar, name: string): Promise<Shared> {
  const [locked] = await unit.tx.select().from(avatars).where(eq(avatars.id, avatar.id)).for('update');
  if (locked?.state !== 'ready') return 'closed';
  if (await guestOf(unit.tx, avatar.id)) return 'taken';
  if ((await wrongCodes(unit.tx, avatar.ownerId)) >= unit.limits.wrongCodesPerHour) return 'too_many';
  const named = name
    .trim()
    .replace(/^(https:\/\/)?t\.me\//i, '')
    .replace(/^@/, '')
    .toLowerCase();
  const id = /^\d{1,15}$/.test(named) ? Number(named) : null;
  const [guest] = await unit.tx
    .select({ id: users.id, username: users.username, firstName: users.firstName })
    .from(users)
    .where(or(eq(sql`lower(${users.username})`, named), id === null ? undefined : eq(users.id, id)))
    // A name goes over to somebody else: whoever was seen with it last has it.
    .orderBy(desc(users.seenAt))
    .limit(1);
  if (!guest) {
    await noteWrongCode(unit.tx, avatar.ownerId);
    return 'unknown';
  }
  if (guest.id === avatar.ownerId) return 'yourself';
  if (!(await tell(unit, avatar, guest))) return 'too_many';
  await unit.tx.insert(avatarShares).values({ avatarId: avatar.id, userId: guest.id });
  return { kind: 'shared', guest };
}

/** Somebody hears of one avatar once, however often it is given and taken back. False: too many others heard of it today. */
async function tell(unit: Unit, { id: avatarId }: Avatar, { id: userId }: Guest): Promise<boolean> {
  const { tx } = unit;
  const kind = 'avatar.shared';
  const heard = and(
    eq(notifications.userId, userId),
    eq(notifications.kind, kind),
    sql`${notifications.data} ->> 'avatarId' = ${avatarId}`,
  );
  if ((await tx.$count(notifications, heard)) > 0) return true;
  const day = new Date().toISOString().slice(0, 10);
  const places = Array.from({ length: MOST_GUESTS_A_DAY }, (_one, n) => `shared:${avatarId}:${day}:${n}`);
  const place = places[await tx.$count(notifications, inArray(notifications.key, places))];
  if (place === undefined) return false;
  await notify(unit, { userId, chatId: userId }, place, { kind, data: { avatarId } });
  return true;
}

/** Takes a share back; what was drawn with it stays its guest's. */
export async function unshareAvatar({ tx }: Unit, avatarId: string): Promise<boolean> {
  const gone = await tx
    .delete(avatarShares)
    .where(eq(avatarShares.avatarId, avatarId))
    .returning({ id: avatarShares.id });
  return gone.length > 0;
}

/** Avatars of others that somebody may draw with now. */
export async function sharedWith(tx: Pick<Tx, 'select'>, userId: number): Promise<Avatar[]> {
  const rows = await tx
    .select({ avatar: avatars })
    .from(avatarShares)
    .innerJoin(avatars, eq(avatars.id, avatarShares.avatarId))
    .where(and(eq(avatarShares.userId, userId), eq(avatars.state, 'ready')))
    .orderBy(desc(avatarShares.createdAt))
    .limit(50);
  return rows.map(({ avatar }) => avatar);
}

/** An avatar that somebody may draw with: their own, or one that is shared with them and ready. */
export async function findDrawable(
  tx: Pick<Tx, 'select'>,
  userId: number,
  id: string,
): Promise<Avatar | null> {
  const [row] = await tx
    .select({ avatar: avatars })
    .from(avatars)
    .leftJoin(avatarShares, and(eq(avatarShares.avatarId, avatars.id), eq(avatarShares.userId, userId)))
    .where(
      and(
        eq(avatars.id, id),
        or(
          and(eq(avatars.ownerId, userId), sql`${avatars.state} <> 'deleted'`),
          and(sql`${avatarShares.id} is not null`, eq(avatars.state, 'ready')),
        ),
      ),
    );
  return row?.avatar ?? null;
}
