import {
  type BroadcastAudience,
  type BroadcastContent,
  broadcastRecipients,
  broadcasts,
  type BroadcastState,
  chats,
  ledgerEntries,
  RECIPIENT_STATES,
  type RecipientState,
  type Tx,
  users,
} from '@aisha/db';
import { and, count, desc, eq, gt, inArray, isNull, notExists, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';

export type Broadcast = typeof broadcasts.$inferSelect;

/** Of people with a private chat that can be reached, who want news and whom no operator blocked, those whom it is for. */
function matching({ activeDays, language, credits }: BroadcastAudience) {
  const balance = sql`coalesce((select ${ledgerEntries.balanceAfter} from ${ledgerEntries} where ${ledgerEntries.userId} = ${users.id} order by ${ledgerEntries.id} desc limit 1), 0)`;
  return and(
    // A group that orders for itself is a user with a negative number.
    gt(users.id, 0),
    isNull(users.blockedAt),
    // They said that they want no news.
    sql`coalesce(${users.settings}->>'news', 'true') <> 'false'`,
    eq(chats.type, 'private'),
    isNull(chats.unreachableSince),
    activeDays === undefined
      ? undefined
      : gt(users.seenAt, sql`now() - make_interval(days => ${activeDays}::int)`),
    language === undefined ? undefined : eq(users.language, language),
    credits === undefined ? undefined : credits === 'with' ? sql`${balance} > 0` : sql`${balance} = 0`,
  );
}

/** How many it is for now. */
export async function audienceSize(tx: Pick<Tx, 'select'>, audience: BroadcastAudience): Promise<number> {
  const [row] = await tx
    .select({ n: count() })
    .from(users)
    .innerJoin(chats, eq(chats.id, users.id))
    .where(matching(audience));
  return row?.n ?? 0;
}

export async function draftBroadcast(
  { tx }: Pick<Unit, 'tx'>,
  made: {
    readonly content: BroadcastContent;
    readonly audience?: BroadcastAudience;
    readonly createdBy: string;
  },
): Promise<Broadcast> {
  const [draft] = await tx
    .insert(broadcasts)
    .values({ ...made, audience: made.audience ?? {} })
    .returning();
  if (!draft) throw new Error('insert returned nothing');
  return draft;
}

/** Null: there is no such draft (any more). */
export async function changeDraft(
  { tx }: Pick<Unit, 'tx'>,
  id: string,
  change: Partial<Pick<Broadcast, 'content' | 'audience'>>,
): Promise<Broadcast | null> {
  const [draft] = await tx
    .update(broadcasts)
    .set(change)
    .where(and(eq(broadcasts.id, id), eq(broadcasts.state, 'draft')))
    .returning();
  return draft ?? null;
}

export async function findBroadcast(tx: Pick<Tx, 'select'>, id: string): Promise<Broadcast | null> {
  const [found] = await tx.select().from(broadcasts).where(eq(broadcasts.id, id));
  return found ?? null;
}

/** The newest first. */
export function listBroadcasts(tx: Pick<Tx, 'select'>, limit: number): Promise<Broadcast[]> {
  return tx.select().from(broadcasts).orderBy(desc(broadcasts.createdAt)).limit(limit);
}

export const STEPS = ['start', 'pause', 'resume', 'cancel'] as const;
export type Step = (typeof STEPS)[number];

const MOVES: Readonly<Record<Step, { from: readonly BroadcastState[]; to: BroadcastState }>> = {
  start: { from: ['draft'], to: 'running' },
  pause: { from: ['running'], to: 'paused' },
  resume: { from: ['paused'], to: 'running' },
  cancel: { from: ['draft', 'running', 'paused'], to: 'cancelled' },
};

/** Does one step; the recipients are written down when it starts. Null: it is not where this step leads on from. */
export async function stepBroadcast(unit: Unit, id: string, step: Step): Promise<Broadcast | null> {
  const { from, to } = MOVES[step];
  const [moved] = await unit.tx
    .update(broadcasts)
    .set({
      state: to,
      ...(step === 'start' ? { startedAt: sql`now()` } : {}),
      ...(step === 'cancel' ? { endedAt: sql`now()` } : {}),
      nextCheckAt: sql`now() + interval '5 seconds'`,
    })
    .where(and(eq(broadcasts.id, id), inArray(broadcasts.state, [...from])))
    .returning();
  if (!moved) return null;
  if (step === 'start')
    await unit.tx.insert(broadcastRecipients).select(
      unit.tx
        .select({
          broadcastId: sql`${id}::uuid`.as('broadcast_id'),
          userId: users.id,
          state: sql<RecipientState>`'waiting'`.as('state'),
          claimedAt: sql<Date | null>`null::timestamptz`.as('claimed_at'),
        })
        .from(users)
        .innerJoin(chats, eq(chats.id, users.id))
        .where(matching(moved.audience)),
    );
  unit.enqueue('broadcast.send', { broadcastId: id });
  return moved;
}

/** How many recipients are where. */
export type Tally = Readonly<Record<RecipientState, number>> & { readonly all: number };

export async function tallyOf(tx: Pick<Tx, 'select'>, id: string): Promise<Tally> {
  const rows = await tx
    .select({ state: broadcastRecipients.state, n: count() })
    .from(broadcastRecipients)
    .where(eq(broadcastRecipients.broadcastId, id))
    .groupBy(broadcastRecipients.state);
  const of = (state: RecipientState) => rows.find((one) => one.state === state)?.n ?? 0;
  const [waiting, sending, sent, skipped, refused, uncertain] = RECIPIENT_STATES.map(of);
  return {
    waiting: waiting ?? 0,
    sending: sending ?? 0,
    sent: sent ?? 0,
    skipped: skipped ?? 0,
    refused: refused ?? 0,
    uncertain: uncertain ?? 0,
    all: rows.reduce((sum, { n }) => sum + n, 0),
  };
}

/** running → finished, once nobody is left; null when somebody is, or it is not running. */
export async function finishBroadcast({ tx }: Pick<Unit, 'tx'>, id: string): Promise<Broadcast | null> {
  const left = tx
    .select({ one: sql`1` })
    .from(broadcastRecipients)
    .where(
      and(
        eq(broadcastRecipients.broadcastId, id),
        inArray(broadcastRecipients.state, ['waiting', 'sending']),
      ),
    );
  const [finished] = await tx
    .update(broadcasts)
    .set({ state: 'finished', endedAt: sql`now()` })
    .where(and(eq(broadcasts.id, id), eq(broadcasts.state, 'running'), notExists(left)))
    .returning();
  return finished ?? null;
}

/** Remembers which message shows how it goes. */
export async function showBroadcastIn(
  { tx }: Pick<Unit, 'tx'>,
  id: string,
  shown: { readonly chatId: number; readonly messageId: number },
): Promise<void> {
  await tx.update(broadcasts).set(shown).where(eq(broadcasts.id, id));
}
