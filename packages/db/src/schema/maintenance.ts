import { sql } from 'drizzle-orm';
import { pgTable, primaryKey, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { text } from './columns.ts';
import { at, createdAt, telegramId } from './users.ts';

/** Times in which operators let nothing new begin. One at a time; it is on while `endedAt` is null. */
export const maintenance = pgTable(
  'maintenance',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** What operators say beside our own words. */
    note: text('note'),
    startedBy: text('started_by').notNull(),
    startedAt: createdAt(),
    endedAt: at('ended_at'),
  },
  (t) => [
    uniqueIndex('maintenance_one')
      .on(sql`(${t.endedAt} is null)`)
      .where(sql`${t.endedAt} is null`),
  ],
);

/** Who wanted to begin something meanwhile, and is told when it is over. */
export const maintenanceTold = pgTable(
  'maintenance_told',
  {
    maintenanceId: uuid('maintenance_id')
      .notNull()
      .references(() => maintenance.id, { onDelete: 'cascade' }),
    userId: telegramId('user_id').notNull(),
    chatId: telegramId('chat_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.maintenanceId, t.userId] })],
);
