import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, pgTable, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { jsonb, text } from './columns.ts';
import type { FailureReason, FalJobState, OrderState, Progress } from './types.ts';
import { at, createdAt, telegramId, users } from './users.ts';

/** What a user asked for and waits for. Ends exactly once, in `succeeded`, `failed` or `cancelled`. */
export const orders = pgTable(
  'orders',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    ownerId: telegramId('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    chatId: telegramId('chat_id').notNull(),
    /** The topic of a forum, or of a private chat with topics; null: none, or General, which is addressed by none. */
    threadId: integer('thread_id'),
    /** One of core's order kinds, or one of a newer release's. */
    kind: text('kind').notNull(),
    /** The avatar, recording or document; for images the avatar, if any. */
    subjectId: uuid('subject_id'),
    input: jsonb('input').$type<Readonly<Record<string, unknown>>>().notNull(),
    /** How many of its owner's orders were before it: whoever has few is served before whoever has many. */
    turn: integer('turn').notNull().default(0),
    /** Its subject has at most one order of this kind that is quoted or under way. */
    exclusive: boolean('exclusive').notNull().default(false),
    state: text('state').$type<OrderState>().notNull().default('queued'),
    progress: jsonb('progress').$type<Progress>(),
    failure: text('failure').$type<FailureReason>(),
    /**
     * What it costs: credits for each unit (picture, minute, training, document), and how many it may come to. Fixed
     * when it is placed, or quoted; null where nothing was agreed on.
     */
    unitPrice: integer('unit_price'),
    units: integer('units'),
    /** How many of its units its owner got; null until it has ended. */
    delivered: integer('delivered'),
    /** Who pays in their owner's place: the one who pays for the group in which it was ordered. */
    payerId: telegramId('payer_id').references(() => users.id, { onDelete: 'set null' }),
    /** Nothing of it is kept once its result was delivered. */
    incognito: boolean('incognito').notNull().default(false),
    /** What was kept of it is gone since then. */
    forgottenAt: at('forgotten_at'),
    /** It failed, and an operator ordered the same once more: the order that this became. */
    retriedBy: uuid('retried_by'),
    /** The message that is edited as the order advances. */
    statusMessageId: bigint('status_message_id', { mode: 'number' }),
    /** When it first had to wait for a provider that refuses our account or is paused. */
    waitsSince: at('waits_since'),
    /** Counts the sweeper's calls, so that each is a job of its own. */
    checks: integer('checks').notNull().default(0),
    nextCheckAt: at('next_check_at').notNull().defaultNow(),
    /** When it is given up; of a quoted one, when the quote ends. */
    deadlineAt: at('deadline_at').notNull(),
    createdAt: createdAt(),
    startedAt: at('started_at'),
    endedAt: at('ended_at'),
  },
  (t) => [
    index('orders_due')
      .on(t.nextCheckAt)
      .where(sql`${t.state} in ('queued', 'running')`),
    index('orders_owner').on(t.ownerId, t.createdAt),
    // What is not over is a small part of all.
    index('orders_unended')
      .on(t.subjectId, t.kind)
      .where(sql`${t.state} in ('quoted', 'queued', 'running')`)
      .concurrently(),
    index('orders_ended').on(t.endedAt).concurrently(),
    index('orders_group')
      .on(t.chatId, t.createdAt)
      .where(sql`${t.chatId} < 0`),
    index('orders_payer')
      .on(t.payerId)
      .where(sql`${t.payerId} is not null`),
    // A reply to a result finds what it is about.
    index('orders_status_message')
      .on(t.chatId, t.statusMessageId)
      .where(sql`${t.kind} = 'transcription'`),
    index('orders_quotes')
      .on(t.deadlineAt)
      .where(sql`${t.state} = 'quoted'`),
    index('orders_to_forget')
      .on(t.endedAt)
      .where(sql`${t.incognito} and ${t.forgottenAt} is null`),
    // Pressing the button twice orders once.
    uniqueIndex('orders_exclusive')
      .on(t.kind, t.subjectId)
      .where(sql`${t.exclusive} and ${t.state} in ('quoted', 'queued', 'running')`),
    // For processes of the release before, which know of no `exclusive`; to be dropped with the next one.
    uniqueIndex('orders_one_under_way')
      .on(t.kind, t.subjectId)
      .where(sql`${t.state} in ('queued', 'running') and ${t.kind} not in ('image', 'edit', 'series')`),
  ],
);

/** A request at FAL. The row is committed before the request, so a webhook always finds it. */
export const falJobs = pgTable(
  'fal_jobs',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    orderId: uuid('order_id')
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<'training' | 'generation'>().notNull(),
    /** Of a recording that is recognised in pieces, which; null: the request is the whole order's. */
    piece: integer('piece'),
    /** Of an order that needs several requests, which. */
    part: integer('part').notNull().default(0),
    /** Units of its order that it has brought, once it is completed; null where the order counts them otherwise. */
    delivered: integer('delivered'),
    /** Of sound, where that is what is billed. */
    seconds: integer('seconds'),
    /** FAL's endpoint id. */
    model: text('model').notNull(),
    input: jsonb('input').$type<Readonly<Record<string, unknown>>>().notNull(),
    state: text('state').$type<FalJobState>().notNull().default('created'),
    /** FAL's id; unknown while the outcome of the submit is. */
    requestId: text('request_id'),
    /** Simulated: nothing is sent to FAL. */
    test: boolean('test').notNull().default(false),
    error: jsonb('error').$type<{ reason: string; detail: string }>(),
    checks: integer('checks').notNull().default(0),
    nextCheckAt: at('next_check_at').notNull().defaultNow(),
    createdAt: createdAt(),
    submittedAt: at('submitted_at'),
    webhookAt: at('webhook_at'),
    /** Its state at FAL cannot be read since then. */
    unreadableSince: at('unreadable_since'),
    endedAt: at('ended_at'),
  },
  (t) => [
    // One paid job per part of an order, or of each model per piece of it.
    uniqueIndex('fal_jobs_parts')
      .on(t.orderId, t.part)
      .where(sql`${t.piece} is null`),
    uniqueIndex('fal_jobs_piece')
      .on(t.orderId, t.piece, t.model)
      .where(sql`${t.piece} is not null`),
    index('fal_jobs_order').on(t.orderId).concurrently(),
    uniqueIndex('fal_jobs_request').on(t.requestId),
    index('fal_jobs_due')
      .on(t.nextCheckAt)
      .where(sql`${t.state} in ('created', 'submitting', 'submitted', 'cancelling')`),
  ],
);

/**
 * What a provider refuses: everything (`openai`: account locked or empty) or one model for one use
 * (`openai/speech/whisper-1`). Nothing is sent there until `openUntil`.
 */
export const circuitBreakers = pgTable('circuit_breakers', {
  name: text('name').primaryKey(),
  reason: text('reason').notNull(),
  openedAt: at('opened_at').notNull(),
  openUntil: at('open_until').notNull(),
});
