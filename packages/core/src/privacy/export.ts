import { BUCKETS, dataExportParts, dataExports, type ExportItem, type ObjectRef, type Tx } from '@aisha/db';
import { TransientError } from '@aisha/service';
import { objectKey, ownerPrefix } from '@aisha/storage';
import { and, asc, eq, lt, sql } from 'drizzle-orm';
import { notify } from '../notifications/notifications.ts';
import type { DeciderParts, Run, WorkerParts } from '../parts.ts';
import { transact, type Unit } from '../unit.ts';
import { packed } from './pack.ts';
import { dataFiles } from './data-files.ts';
import { zipTo } from './zip.ts';

export type DataExport = typeof dataExports.$inferSelect;
export type DataExportPart = typeof dataExportParts.$inferSelect;

/** Telegram takes files of 50 MB from a bot. */
const PART_BYTES = 45 * 1024 * 1024;

/** Files are kept so long, for whoever lost the message. */
export const EXPORTS_KEPT_DAYS = 3;

/** Asks for everything that is kept of somebody; one that is being made is that one. `chatId` null: nobody is told. */
export async function askExport(
  unit: Unit,
  { userId, chatId }: { readonly userId: number; readonly chatId: number | null },
): Promise<{ readonly kind: 'asked' | 'under-way'; readonly id: string }> {
  const [asked] = await unit.tx
    .insert(dataExports)
    .values({ userId, chatId, nextCheckAt: sql`now() + interval '30 seconds'` })
    .onConflictDoNothing()
    .returning({ id: dataExports.id });
  if (asked) {
    unit.enqueue('privacy.export', { exportId: asked.id });
    return { kind: 'asked', id: asked.id };
  }
  const [other] = await unit.tx
    .select({ id: dataExports.id })
    .from(dataExports)
    .where(and(eq(dataExports.userId, userId), eq(dataExports.state, 'making')));
  if (!other) throw new TransientError('the export under way has just ended');
  return { kind: 'under-way', id: other.id };
}

export async function findDataExport(
  tx: Pick<Tx, 'select'>,
  id: string,
): Promise<{ readonly made: DataExport; readonly parts: readonly DataExportPart[] } | null> {
  const [made] = await tx.select().from(dataExports).where(eq(dataExports.id, id));
  return made ? { made, parts: await partsOf(tx, id) } : null;
}

const partsOf = (tx: Pick<Tx, 'select'>, id: string): Promise<DataExportPart[]> =>
  tx
    .select()
    .from(dataExportParts)
    .where(eq(dataExportParts.exportId, id))
    .orderBy(asc(dataExportParts.number));

/** Exports that nobody works on. */
export function sweepExports(parts: DeciderParts): Promise<number> {
  return transact(parts, async (unit) => {
    const rows = await unit.tx
      .update(dataExports)
      .set({ nextCheckAt: sql`now() + interval '30 seconds'` })
      .where(and(eq(dataExports.state, 'making'), lt(dataExports.nextCheckAt, sql`now()`)))
      .returning({ id: dataExports.id });
    for (const { id } of rows) unit.enqueue('privacy.export', { exportId: id });
    return rows.length;
  });
}

/**
 * Job: makes the zips of an export, one after the other. What is made is kept in its row; a run that dies begins again with
 * the part that it was at.
 */
export async function makeDataExport(
  parts: WorkerParts,
  id: string,
  run: Pick<Run, 'signal'>,
  partBytes = PART_BYTES,
): Promise<void> {
  const { db, storage } = parts;
  const [wanted] = await db
    .update(dataExports)
    .set({ nextCheckAt: sql`now() + interval '30 seconds'` })
    .where(and(eq(dataExports.id, id), eq(dataExports.state, 'making')))
    .returning();
  if (!wanted) return;
  for (const part of await planned(parts, wanted, run, partBytes)) {
    if (part.objectKey !== null) continue;
    run.signal.throwIfAborted();
    const key = objectKey(wanted.userId, 'exports', id, `part-${part.number}.zip`);
    await db.transaction(
      async (tx) => {
        const data = part.number === 1 ? dataFiles(tx, wanted.userId) : [];
        await zipTo({ storage, signal: run.signal }, { bucket: 'transcripts', key }, part.items, data);
      },
      // All tables as they were at one moment.
      { isolationLevel: 'repeatable read', accessMode: 'read only' },
    );
    const info = await storage.head('transcripts', key, { signal: run.signal });
    await db
      .update(dataExportParts)
      .set({ objectKey: key, bytes: info?.size ?? 0 })
      .where(and(eq(dataExportParts.exportId, id), eq(dataExportParts.number, part.number)));
  }
  await transact(parts, async (unit) => {
    const [ready] = await unit.tx
      .update(dataExports)
      .set({ state: 'ready', endedAt: sql`now()` })
      .where(and(eq(dataExports.id, id), eq(dataExports.state, 'making')))
      .returning();
    if (ready && ready.chatId !== null)
      await notify(unit, { userId: ready.userId, chatId: ready.chatId }, `data-export:${id}`, {
        kind: 'privacy.export',
        data: { exportId: id },
      });
  });
}

/** Which object goes into which part; written down once, so that a repeat makes the same parts. */
async function planned(
  { db, storage }: WorkerParts,
  { id, userId }: DataExport,
  run: Pick<Run, 'signal'>,
  partBytes: number,
): Promise<DataExportPart[]> {
  const before = await partsOf(db, id);
  if (before.length > 0) return before;
  const objects: (ObjectRef & { readonly size: number })[] = [];
  const prefix = ownerPrefix(userId);
  for (const bucket of BUCKETS)
    for await (const { key, size } of storage.list(bucket, prefix, { signal: run.signal }))
      if (!key.startsWith(`${prefix}exports/`)) objects.push({ bucket, key, size });
  const items: readonly (readonly ExportItem[])[] = packed(objects, partBytes);
  await db
    .insert(dataExportParts)
    .values(items.map((one, n) => ({ exportId: id, number: n + 1, items: one })))
    .onConflictDoNothing();
  return partsOf(db, id);
}

/** It was given up: whoever asked may ask again. */
export async function failDataExport(parts: DeciderParts, id: string): Promise<void> {
  await parts.db
    .update(dataExports)
    .set({ state: 'failed', endedAt: sql`now()` })
    .where(and(eq(dataExports.id, id), eq(dataExports.state, 'making')));
}

/** Retention: the zips of exports go after a few days, and with them what is known of them. */
export async function removeExports(parts: WorkerParts): Promise<void> {
  const old = await parts.db
    .select({ id: dataExports.id, userId: dataExports.userId })
    .from(dataExports)
    .where(lt(dataExports.endedAt, sql`now() - make_interval(days => ${EXPORTS_KEPT_DAYS})`))
    .limit(100);
  for (const { id, userId } of old) {
    await parts.storage.deletePrefix('transcripts', objectKey(userId, 'exports', id, ''));
    await parts.db.delete(dataExports).where(eq(dataExports.id, id));
  }
}
