import type { JournalEntry } from '@aisha/sandbox';
import type { AuditSubject, Finding } from './finding.ts';
import type { System } from './system.ts';

/** Methods that put a message into a chat; edits and answers to presses may be repeated. */
const SENDS = ['sendMessage', 'sendPhoto', 'sendDocument'] as const;
/** Faults after which the message stands in the chat although the caller was never told. */
const DONE_UNTOLD: readonly (string | undefined)[] = ['reset_after', 'drop_response', undefined];
/** The stand-in's journal keeps no longer values. */
const KEPT = 1_500;

interface Owed {
  readonly key: string;
  readonly source: string;
  /** Sends of its row whose outcome nobody knew: so many of its messages may stand there twice. */
  readonly unknown: number;
}

export async function auditMessages(subject: AuditSubject): Promise<Finding[]> {
  return [await everythingTold(subject), await toldOnce(subject.system)];
}

/** Compares, message by message, what rows of the database owe with what was really sent. */
async function everythingTold({ system, firstUpdateId }: AuditSubject): Promise<Finding> {
  const owed = await owedMessages(system, firstUpdateId);
  const sent = await sentMessages(system);
  const missing: string[] = [];
  const surplus: string[] = [];
  let doubled = 0;
  for (const [key, rows] of groupBy(owed, (one) => one.key)) {
    const times = sent.get(key) ?? 0;
    const allowed = rows.reduce((sum, row) => sum + row.unknown, 0);
    const extra = times - rows.length;
    const what = `${key.slice(0, 160)} (${rows.map((row) => row.source).join(', ')})`;
    if (extra < 0) missing.push(`never sent: ${what}`);
    if (extra > 0) doubled += extra;
    if (extra > allowed) surplus.push(`sent ${extra} times too often, ${allowed} unknown outcomes: ${what}`);
  }
  return {
    promise: 'everything owed was said; twice only where a send had no known outcome',
    looked: owed.length,
    breaches: [...missing, ...surplus],
    note: `${doubled} messages doubled`,
  };
}

/** Each order that ended, other than by its owner's cancel, is told by one row, and that row is told. */
async function toldOnce(system: System): Promise<Finding> {
  const rows = await system.sql(
    `select o.id, o.kind, o.state, count(n.id)::int as n, count(n.id) filter (where n.state = 'sent')::int as sent
     from orders o left join notifications n on n.key = 'order:' || o.id || ':ended' group by o.id`,
  );
  const breaches = rows.flatMap((row) => {
    const wanted = row['state'] === 'cancelled' ? 0 : 1;
    return row['n'] === wanted && row['sent'] === wanted
      ? []
      : [
          `${String(row['kind'])} ${String(row['id'])} (${String(row['state'])}): ${String(row['n'])} rows, ${String(row['sent'])} told`,
        ];
  });
  return { promise: 'every result and failure is told once', looked: rows.length, breaches };
}

async function owedMessages(system: System, firstUpdateId: number): Promise<Owed[]> {
  const rows = await system.sql(
    `select 'update ' || update_id as source, owed, unknown_outcomes from telegram_updates where owed is not null and update_id >= $1
     union all select 'notification ' || id, owed, unknown_outcomes from notifications where owed is not null
     union all select source, owed, unknown_outcomes from chaos_said`,
    [firstUpdateId],
  );
  return rows.flatMap((row) => {
    const calls: unknown[] = Array.isArray(row['owed']) ? row['owed'] : [];
    return calls.flatMap((call) => {
      const key = keyOfCall(call);
      return key === null
        ? []
        : [{ key, source: String(row['source']), unknown: Number(row['unknown_outcomes']) }];
    });
  });
}

function keyOfCall(call: unknown): string | null {
  if (typeof call !== 'object' || call === null || !('method' in call) || !('payload' in call)) return null;
  const { method, payload } = call;
  if (typeof method !== 'string' || typeof payload !== 'object' || payload === null) return null;
  if (!SENDS.some((send) => send === method)) return null;
  const field = (name: string): unknown => Object.entries(payload).find(([key]) => key === name)?.[1];
  return keyOf(method, field('chat_id'), field('text') ?? field('caption'), field('reply_parameters'));
}

function keyOf(method: string, chatId: unknown, text: unknown, reply: unknown): string {
  const replyTo = typeof reply === 'string' ? JSON.parse(reply) : reply;
  return JSON.stringify([
    method,
    Number(chatId),
    typeof text === 'string' ? text.slice(0, KEPT) : '',
    replyTo?.message_id ?? null,
  ]);
}

async function sentMessages(system: System): Promise<Map<string, number>> {
  const sent = new Map<string, number>();
  for (const method of SENDS)
    for (const entry of await system.telegram.journal({ method })) {
      if (!arrived(entry)) continue;
      const { params } = entry;
      const key = keyOf(
        method,
        params['chat_id'],
        params['text'] ?? params['caption'],
        params['reply_parameters'],
      );
      sent.set(key, (sent.get(key) ?? 0) + 1);
    }
  return sent;
}

/** Without a status and without an error: done, and the caller had gone (killed, say) before it could be told. */
const arrived = ({ status, error, fault }: JournalEntry): boolean =>
  status === 200 || (status === 0 && error === undefined && DONE_UNTOLD.includes(fault));

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item)) ?? [];
    group.push(item);
    groups.set(key(item), group);
  }
  return groups;
}
