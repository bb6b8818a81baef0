import type { TelegramConfig } from '@aisha/config';
import { type Db, pollers, telegramUpdates } from '@aisha/db';
import type { TelegramClient } from '@aisha/providers';
import { and, count, eq, isNotNull, lt, min, ne, sql } from 'drizzle-orm';
import type { ExitStatus, Io } from '../command.ts';
import { delivery } from '../doctor/telegram.ts';
import { age } from '../table.ts';
import { refused } from './refused.ts';

export interface StatusParts {
  readonly config: TelegramConfig;
  readonly telegram: TelegramClient;
  readonly db: Db;
  readonly io: Io;
}

/** What Telegram, the poller's row and the inbox say; 1 when they do not agree with TELEGRAM_MODE. */
export async function showStatus({ config, telegram, db, io }: StatusParts): Promise<ExitStatus> {
  const info = await telegram.webhookInfo();
  if (info.kind !== 'ok') throw refused('getWebhookInfo', info);
  const { url, pending_update_count: waiting, last_error_date: failedAt } = info.result;
  const [poller] = await db.select().from(pollers).where(eq(pollers.botId, config.botId));
  const mine = eq(telegramUpdates.botId, config.botId);
  const unfinished = and(mine, ne(telegramUpdates.state, 'done'));
  const [inbox] = await db
    .select({ n: count(), oldest: min(telegramUpdates.receivedAt) })
    .from(telegramUpdates)
    .where(unfinished);
  const overdue = await db.$count(
    telegramUpdates,
    and(unfinished, lt(telegramUpdates.nextCheckAt, sql`now() - interval '1 minute'`)),
  );
  const poisoned = await db.$count(telegramUpdates, and(mine, isNotNull(telegramUpdates.poisonedAt)));

  const lines = [
    ['TELEGRAM_MODE', config.mode],
    ['webhook', url === undefined || url === '' ? 'none' : url],
    ['waiting at Telegram', String(waiting)],
    [
      'last delivery error',
      failedAt === undefined
        ? 'none'
        : `${age(new Date(failedAt * 1_000))} ago: ${info.result.last_error_message ?? '?'}`,
    ],
    [
      'poller',
      poller
        ? `epoch ${poller.epoch}, owner ${poller.owner}, last batch or start ${age(poller.updatedAt)} ago${poller.releasedAt ? `, stopped ${age(poller.releasedAt)} ago` : ''}`
        : 'none ever',
    ],
    [
      'unfinished updates',
      inbox && inbox.n > 0 && inbox.oldest
        ? `${inbox.n}, the oldest from ${age(inbox.oldest)} ago, ${overdue} overdue`
        : 'none',
    ],
    ['set aside', poisoned === 0 ? 'none' : `${poisoned} (aisha updates poisoned)`],
  ];
  io.out(`${lines.map(([what, said]) => `${(what ?? '').padEnd(20)}  ${said}`).join('\n')}\n`);
  const wrong = delivery(config, info.result).filter(({ verdict }) => verdict === 'failed');
  for (const { found, mend } of wrong) io.err(`✗ ${found}\n  → ${mend ?? ''}\n`);
  if (overdue > 0)
    io.err(
      `✗ ${overdue} updates wait longer than they should\n  → see whether ${config.mode === 'polling' ? 'a bot-polling' : 'a worker'} runs: aisha doctor\n`,
    );
  return wrong.length === 0 && overdue === 0 ? 0 : 1;
}
