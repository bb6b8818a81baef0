import { bigint, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at, telegramId, users } from './users.ts';

/** How many paid calls were made for somebody: in a day, and for one thing. Counted before each call. */
export const paidCalls = pgTable(
  'paid_calls',
  {
    ownerId: telegramId('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** What they were made for (`recording:<id>`), or a day: `day:2026-11-26` of speech, `text:`, `fal:`; `mills:` are FAL's, in thousandths of a dollar. */
    scope: text('scope').notNull(),
    calls: integer('calls').notNull(),
    lastAt: at('last_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.ownerId, t.scope] }), index('paid_calls_last').on(t.lastAt)],
);

/** What providers are asked for in a day (UTC), by their prices, in millionths of a dollar. Counted before each call. */
export const dailySpending = pgTable(
  'daily_spending',
  {
    /** `all`, `newcomers`, `user:<id>` of a person (or a group in whose name somebody writes), `chat:<id>` of a group. */
    scope: text('scope').notNull(),
    /** YYYY-MM-DD. */
    day: text('day').notNull(),
    micros: bigint('micros', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.scope, t.day] })],
);
