import { compareOrder, echoOf } from './echo.ts';
import type { AuditSubject, Finding } from './finding.ts';

export async function auditUpdates(subject: AuditSubject): Promise<Finding[]> {
  return [await everyUpdateOnce(subject), await nothingPoisoned(subject), await inOrder(subject)];
}

/** A press lives 150 s in Telegram's queue; nothing here keeps the bots away for so long. */
async function everyUpdateOnce({ system, firstUpdateId }: AuditSubject): Promise<Finding> {
  const [bot] = (await system.telegram.state({})).bots;
  const made = (bot?.nextUpdateId ?? 0) - firstUpdateId;
  const rows = await system.count(
    `select count(*) from telegram_updates where bot_id = $1 and update_id >= $2 and state = 'done'`,
    [system.botId, firstUpdateId],
  );
  return {
    promise: 'every update is kept and handled, once',
    looked: made,
    breaches: rows === made ? [] : [`Telegram made ${made}, ${rows} were handled`],
  };
}

async function nothingPoisoned({ system, firstUpdateId }: AuditSubject): Promise<Finding> {
  const rows = await system.sql(
    `select update_id, lane, error from telegram_updates where poisoned_at is not null and update_id >= $1`,
    [firstUpdateId],
  );
  return {
    promise: 'no update is set aside for a fault of somebody else',
    looked: rows.length,
    breaches: rows.map(
      (row) => `update ${String(row['update_id'])} of ${String(row['lane'])}: ${String(row['error'])}`,
    ),
  };
}

async function inOrder({ system, ledger }: AuditSubject): Promise<Finding> {
  const breaches: string[] = [];
  let looked = 0;
  let extra = 0;
  for (const [chatId, commands] of ledger.commands) {
    const { messages } = await system.telegram.transcript({ chatId });
    const answers = messages.flatMap((message) => echoOf(message) ?? []);
    const verdict = compareOrder(commands, answers);
    looked += commands.length;
    extra += verdict.extra;
    if (verdict.misplaced > 0)
      breaches.push(
        `chat ${chatId}: ${verdict.misplaced} answers not in their place; asked ${commands.join(' ')}; answered ${answers.join(' ')}`,
      );
  }
  return {
    promise: 'answers stand in the order of the messages',
    looked,
    breaches,
    ...(extra > 0 ? { note: `${extra} came twice` } : {}),
  };
}
