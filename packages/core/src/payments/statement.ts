import { payments, statements } from '@aisha/db';
import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import type { WorkerParts } from '../parts.ts';
import { transact, type Unit } from '../unit.ts';
import { alarmAboutPayment } from './alarms.ts';
import { keepPayment, paymentOfCharge } from './payments.ts';
import { PROVIDER_NAMES, paymentProviders, type ProviderName } from './providers/index.ts';
import type { Statement } from './providers/provider.ts';
import { noteRefund } from './refunds.ts';

/** Lines that are read once more each time: one may be told late. */
const OVERLAP = 100;
/** How often a statement is read from its beginning. */
const WHOLE = sql`now() - interval '1 day'`;
/** A payment that a whole statement lacks although it is that old is not money that we have. */
const STATED_BY = sql`now() - interval '1 hour'`;

/**
 * Compares what was paid with what each provider says: what never arrived as an update is credited, once, and what does not
 * agree alarms the operators. One process at a time; returns how many lines it read.
 */
export async function readStatements(
  parts: WorkerParts,
  signal: AbortSignal,
  everySeconds: number = parts.sales.statementSeconds,
): Promise<number> {
  let read = 0;
  for (const name of PROVIDER_NAMES)
    if (paymentProviders[name].statement) read += await readStatement(parts, name, everySeconds, signal);
  return read;
}

async function readStatement(
  parts: WorkerParts,
  provider: ProviderName,
  everySeconds: number,
  signal: AbortSignal,
): Promise<number> {
  const claimed = await claim(parts, provider, everySeconds);
  if (!claimed) return 0;
  // Telegram says that the oldest lines come first; if a server thinks otherwise, the newest are on the first page.
  const first = await readPage(parts, provider, 0, signal);
  let position = first;
  if (!claimed.whole) position = Math.max(first, claimed.position - OVERLAP);
  let last = first;
  let read = first;
  while (last > 0 && !signal.aborted) {
    last = await readPage(parts, provider, position, signal);
    position += last;
    read += last;
  }
  if (signal.aborted) return read;
  await transact(parts, async (unit) => {
    await unit.tx
      .update(statements)
      .set({
        position: sql`greatest(${statements.position}, ${position})`,
        ...(claimed.whole ? { wholeAt: sql`now()` } : {}),
      })
      .where(eq(statements.provider, provider));
    if (claimed.whole) await alarmAboutUnstated(unit, provider);
  });
  return read;
}

/** Null while another process reads it, or has just done so. */
async function claim(
  { db }: Pick<WorkerParts, 'db'>,
  provider: ProviderName,
  everySeconds: number,
): Promise<{ position: number; whole: boolean } | null> {
  const [fresh] = await db.insert(statements).values({ provider }).onConflictDoNothing().returning();
  if (fresh) return { position: 0, whole: true };
  const [row] = await db
    .update(statements)
    .set({ readAt: sql`now()` })
    .where(
      and(
        eq(statements.provider, provider),
        lt(statements.readAt, sql`now() - make_interval(secs => ${everySeconds})`),
      ),
    )
    .returning({
      position: statements.position,
      whole: sql`${statements.wholeAt} is null or ${statements.wholeAt} < ${WHOLE}`.mapWith(Boolean),
    });
  return row ?? null;
}

/** How many lines the page had. */
async function readPage(
  parts: WorkerParts,
  provider: ProviderName,
  position: number,
  signal: AbortSignal,
): Promise<number> {
  const page = await paymentProviders[provider].statement?.(parts.telegram, position, signal);
  if (!page) return 0;
  if (page.kind === 'retry') throw new Error(`the statement cannot be read: ${page.why}`);
  for (const line of page.lines) await transact(parts, (unit) => settleLine(unit, line));
  return page.read;
}

async function settleLine(unit: Unit, line: Statement): Promise<void> {
  const told = {
    chargeId: line.chargeId,
    userId: line.userId,
    currency: line.currency,
    amount: line.amount,
    source: 'statement' as const,
  };
  const known = await paymentOfCharge(unit.tx, line.chargeId);
  if (line.kind === 'refund') {
    if (known?.state !== 'refunded') await noteRefund(unit, { ...told, at: line.at });
    return;
  }
  if (!known) {
    const kept = await keepPayment(unit, {
      ...told,
      providerChargeId: null,
      payload: line.payload,
      until: null,
      paidAt: line.at,
    });
    if (kept) unit.noteAlarm('a payment was found in the statement only', { chargeId: line.chargeId });
    return;
  }
  if (known.statedAt) return;
  await unit.tx
    .update(payments)
    .set({ statedAt: sql`now()` })
    .where(eq(payments.id, known.id));
  if (known.amount !== line.amount || known.currency !== line.currency)
    await alarmAboutPayment(unit, known, 'differs');
}

async function alarmAboutUnstated(unit: Unit, provider: ProviderName): Promise<void> {
  const unstated = await unit.tx
    .select()
    .from(payments)
    .where(
      and(eq(payments.provider, provider), isNull(payments.statedAt), lt(payments.createdAt, STATED_BY)),
    );
  for (const payment of unstated) await alarmAboutPayment(unit, payment, 'not_stated');
}
