import { broadcastRecipients, broadcasts, chats, type Db, type RecipientState, users } from '@aisha/db';
import { and, asc, eq, exists, gt, lt, sql } from 'drizzle-orm';

export interface Recipient {
  readonly userId: number;
  /** Since it began blocked by an operator, out of reach, or wanting no news any more. */
  readonly isGone: boolean;
  /** They want to be told without a sound. */
  readonly isSilent: boolean;
}

/** Rows read ahead at once. */
const AHEAD = 200;

/** Those who wait, in the order of their numbers; each is given out once. */
export async function* waitingRecipients(db: Db, broadcastId: string): AsyncGenerator<Recipient, void> {
  let after = 0;
  for (;;) {
    const rows = await db
      .select({
        userId: broadcastRecipients.userId,
        isGone: sql<boolean>`coalesce(${users.blockedAt}, ${chats.unreachableSince}) is not null or coalesce(${users.settings}->>'news' = 'false', false)`,
        isSilent: sql<boolean>`coalesce(${users.settings}->>'notifications' = 'silent', false)`,
      })
      .from(broadcastRecipients)
      .leftJoin(users, eq(users.id, broadcastRecipients.userId))
      .leftJoin(chats, eq(chats.id, broadcastRecipients.userId))
      .where(
        and(
          eq(broadcastRecipients.broadcastId, broadcastId),
          eq(broadcastRecipients.state, 'waiting'),
          gt(broadcastRecipients.userId, after),
        ),
      )
      .orderBy(asc(broadcastRecipients.userId))
      .limit(AHEAD);
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last.userId;
  }
}

/**
 * waiting → sending, committed before the call is made; false when the broadcast does not run any more, or somebody else has
 * this one. So nobody is ever sent it twice, whatever crashes.
 */
export async function claimRecipient(db: Db, broadcastId: string, userId: number): Promise<boolean> {
  const claimed = await db
    .update(broadcastRecipients)
    .set({ state: 'sending', claimedAt: sql`now()` })
    .where(
      and(
        eq(broadcastRecipients.broadcastId, broadcastId),
        eq(broadcastRecipients.userId, userId),
        eq(broadcastRecipients.state, 'waiting'),
        exists(
          db
            .select({ one: sql`1` })
            .from(broadcasts)
            .where(and(eq(broadcasts.id, broadcastId), eq(broadcasts.state, 'running'))),
        ),
      ),
    )
    .returning({ userId: broadcastRecipients.userId });
  return claimed.length > 0;
}

/** What became of it; `waiting`: surely nothing was sent. */
export async function settleRecipient(
  db: Db,
  broadcastId: string,
  userId: number,
  state: Exclude<RecipientState, 'sending'>,
): Promise<void> {
  await db
    .update(broadcastRecipients)
    .set({ state, ...(state === 'waiting' ? { claimedAt: null } : {}) })
    .where(and(eq(broadcastRecipients.broadcastId, broadcastId), eq(broadcastRecipients.userId, userId)));
}

/** Longer than any call of one takes, with its wait for a place. */
const LOST_SECONDS = 90;

/** Whoever was sending to them never came back: they may have it or not, and it is not sent again. */
export async function noteLost(db: Db, broadcastId: string): Promise<void> {
  await db
    .update(broadcastRecipients)
    .set({ state: 'uncertain' })
    .where(
      and(
        eq(broadcastRecipients.broadcastId, broadcastId),
        eq(broadcastRecipients.state, 'sending'),
        lt(broadcastRecipients.claimedAt, sql`now() - make_interval(secs => ${LOST_SECONDS})`),
      ),
    );
}
