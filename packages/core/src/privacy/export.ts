import {
  BUCKETS,
  dataExportParts,
  dataExports,
  erasures,
  type ExportItem,
  type ObjectRef,
  type Tx,
  users,
} from '@aisha/db';
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

/** Bytes of objects in one zip. */
export interface PartSizes {
  /** Telegram takes files of 50 MB from a bot. */
  readonly file: number;
  /** Of a link: what is fetched again when a run dies, or a download breaks off. */
  readonly link: number;
}
const SIZES: PartSizes = { file: 45 * 1024 * 1024, link: 2 * 1024 ** 3 };

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
  sizes = SIZES,
): Promise<void> {
  const { db, storage } = parts;
  const [wanted] = await db
    .update(dataExports)
    .set({ nextCheckAt: sql`now() + interval '30 seconds'` })
    .where(and(eq(dataExports.id, id), eq(dataExports.state, 'making')))
    .returning();
  if (!wanted) return;
  for (const part of await planned(parts, wanted, run, sizes)) {
    if (part.objectKey !== null) continue;
    run.signal.throwIfAborted();
    const key = objectKey(wanted.userId, 'exports', id, `part-${part.number}.zip`);
    const zipParts = { storage, signal: run.signal };
    const target = { bucket: 'transcripts', key } as const;
    if (part.number === 1)
      await db.transaction(
        (tx) => zipTo(zipParts, target, part.items, dataFiles(tx, wanted.userId)),
        // All tables as they were at one moment.
        { isolationLevel: 'repeatable read', accessMode: 'read only' },
      );
    else await zipTo(zipParts, target, part.items, []);
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
    if (ready?.asLinks) await leaveAfterLinks(unit, id, parts.config.privacy.linkHours);
    if (ready && ready.chatId !== null)
      await notify(unit, { userId: ready.userId, chatId: ready.chatId }, `data-export:${id}`, {
        kind: 'privacy.export',
        data: { exportId: id },
      });
  });
}

/** Who leaves with an export has the time of its links to fetch it: then everything goes, and the zips with it. */
async function leaveAfterLinks({ tx }: Unit, exportId: string, hours: number): Promise<void> {
  const then = sql`greatest(${erasures.dueAt}, now() + make_interval(hours => ${hours}))`;
  const [leaving] = await tx
    .update(erasures)
    .set({ dueAt: then, nextCheckAt: then })
    .where(and(eq(erasures.exportId, exportId), eq(erasures.state, 'waiting')))
    .returning({ userId: erasures.userId, dueAt: erasures.dueAt });
  if (leaving && leaving.userId !== null)
    await tx.update(users).set({ leavingAt: leaving.dueAt }).where(eq(users.id, leaving.userId));
}

/** Links to an export once more; null: it is gone. `asked`: by which press. */
export async function tellLinksAgain(
  unit: Unit,
  { userId, exportId, asked }: { readonly userId: number; readonly exportId: string; readonly asked: string },
): Promise<boolean> {
  const [there] = await unit.tx
    .select()
    .from(dataExports)
    .where(and(eq(dataExports.id, exportId), eq(dataExports.userId, userId), eq(dataExports.state, 'ready')));
  if (!there || there.chatId === null) return false;
  await notify(unit, { userId, chatId: there.chatId }, `data-export:${exportId}:again:${asked}`, {
    kind: 'privacy.export',
    data: { exportId },
  });
  return true;
}

/** Which object goes into which part; written down once, so that a repeat makes the same parts. */
async function planned(
  { db, storage }: WorkerParts,
  { id, userId }: DataExport,
  run: Pick<Run, 'signal'>,
  { file, link }: PartSizes,
): Promise<DataExportPart[]> {
  const before = await partsOf(db, id);
  if (before.length > 0) return before;
  const objects: (ObjectRef & { readonly size: number })[] = [];
  const prefix = ownerPrefix(userId);
  for (const bucket of BUCKETS)
    for await (const { key, size } of storage.list(bucket, prefix, { signal: run.signal }))
      if (!key.startsWith(`${prefix}exports/`)) objects.push({ bucket, key, size });
  const isOneFile = objects.reduce((sum, { size }) => sum + size, 0) <= file;
  const asLinks = storage.isPublic && !isOneFile;
  // The data of our tables may be long: beside much else they have a part of their own.
  const items: readonly (readonly ExportItem[])[] = isOneFile
    ? packed(objects, file)
    : [[], ...packed(objects, asLinks ? link : file)];
  await db.transaction(async (tx) => {
    await tx.update(dataExports).set({ asLinks }).where(eq(dataExports.id, id));
    await tx
      .insert(dataExportParts)
      .values(items.map((one, n) => ({ exportId: id, number: n + 1, items: one })))
      .onConflictDoNothing();
  });
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
