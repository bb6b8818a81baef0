import { avatarFaces, avatarPhotos, avatars, type PhotoProblem } from '@aisha/db';
import { type Media, openPicture } from '@aisha/media';
import { TransientError } from '@aisha/service';
import { and, eq, ne, sql } from 'drizzle-orm';
import type { Run, WorkerParts } from '../parts.ts';
import { transact } from '../unit.ts';
import { unpackPhotos } from './archive.ts';
import { photoCounts, photoLimits, showCounter } from './avatars.ts';
import { comparable, doubtStrangers, factsOf, judgeFaces, measuresFaces } from './faces.ts';
import { photoKey } from './tidy.ts';
import { waitsAs } from '../users/turns.ts';

/** Rules for one photo; product.md "Avatars", step 2. */
const RULES = {
  minShorterSide: 512,
  /** Telegram's cloud gives bots no larger file. */
  maxBytes: 20 * 1024 * 1024,
  /** Colour levels of 255 by which the miniatures of the same photo may differ after recompression: mean, worst. */
  sameWithin: { mean: 2, worst: 12 },
} as const;

interface CheckedPhoto {
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
  /** Hex of an 8×8 RGB miniature: survives scaling and recompression. */
  readonly miniature: string;
}

/** Really decodes the picture, in a process of its own, and judges it by the sides of its original. */
export async function judgePhoto(
  media: Media,
  file: Uint8Array,
  options: { readonly owner: string; readonly signal: AbortSignal },
): Promise<CheckedPhoto | PhotoProblem> {
  const picture = await openPicture(media, file, options);
  if (picture.kind === 'refused') return picture.reason;
  const { width, height } = picture.original;
  return Math.min(width, height) < RULES.minShorterSide ? 'too_small' : picture;
}

/** Whether no part of a picture is lighter than this. */
export const isDark = (miniature: string, level: number): boolean =>
  Buffer.from(miniature, 'hex').every((one) => one < level);

/** Whether two miniatures are of the same photo, saved or scaled anew. */
export function samePhoto(a: string, b: string): boolean {
  const one = Buffer.from(a, 'hex');
  const other = Buffer.from(b, 'hex');
  let sum = 0;
  for (const [i, level] of one.entries()) {
    const difference = Math.abs(level - (other[i] ?? 0));
    if (difference > RULES.sameWithin.worst) return false;
    sum += difference;
  }
  return sum / one.length <= RULES.sameWithin.mean;
}

/** Job: downloads, judges and keeps one photo, then has the counter shown. */
export async function checkPhoto(parts: WorkerParts, photoId: string, run: Run): Promise<void> {
  const [photo] = await parts.db
    .select({ row: avatarPhotos, avatar: avatars })
    .from(avatarPhotos)
    .innerJoin(avatars, eq(avatars.id, avatarPhotos.avatarId))
    .where(and(eq(avatarPhotos.id, photoId), eq(avatarPhotos.state, 'received')));
  if (!photo) return;
  const { row, avatar } = photo;

  const file = await fetchPhoto(parts, row, run);
  if (row.isArchive && typeof file !== 'string') {
    const problem = await unpackPhotos(parts, { row, avatar, zip: file }, run);
    if (problem === null) return;
    return turnDown(parts, photoId, problem);
  }
  const options = { owner: String(waitsAs(avatar.ownerId)), signal: run.signal };
  const opened = typeof file === 'string' ? file : await judgePhoto(parts.media, file, options);
  const rules = parts.config.photos;
  const judged = typeof opened !== 'string' && isDark(opened.miniature, rules.dark) ? 'dark' : opened;
  const looks = typeof judged !== 'string' && rules.faces && measuresFaces(avatar);
  const seen = looks ? await parts.faces.read(judged.jpeg, options) : null;
  const finding = judgeFaces(seen, rules);
  const numbers = comparable(seen?.main ?? null, rules);
  let key: string | null = null;
  if (typeof judged !== 'string' && finding.problem === null) {
    key = photoKey(avatar, row.id);
    await parts.storage.put('avatars', key, judged.jpeg, { contentType: 'image/jpeg' });
  }

  const accepted = await transact(parts, async (unit) => {
    // One photo of an avatar is judged against the others at a time.
    await unit.tx.select({ id: avatars.id }).from(avatars).where(eq(avatars.id, avatar.id)).for('update');
    let problem: PhotoProblem | null = typeof judged === 'string' ? judged : finding.problem;
    if (typeof judged !== 'string' && problem === null) {
      const others = await unit.tx
        .select({ miniature: avatarPhotos.miniature })
        .from(avatarPhotos)
        .where(
          and(
            eq(avatarPhotos.avatarId, avatar.id),
            eq(avatarPhotos.state, 'accepted'),
            ne(avatarPhotos.id, row.id),
          ),
        );
      if (others.some(({ miniature }) => miniature !== null && samePhoto(miniature, judged.miniature)))
        problem = 'same_as_another';
      else if ((await photoCounts(unit.tx, avatar.id)).accepted >= photoLimits(avatar).max)
        problem = 'too_many';
    }
    const changed = await unit.tx
      .update(avatarPhotos)
      .set(
        problem !== null || typeof judged === 'string'
          ? { state: 'rejected', reason: problem }
          : {
              state: 'accepted',
              objectKey: key,
              width: judged.width,
              height: judged.height,
              miniature: judged.miniature,
              doubt: finding.doubt,
              face: seen?.main ? factsOf(seen.main) : null,
            },
      )
      .where(and(eq(avatarPhotos.id, row.id), eq(avatarPhotos.state, 'received')))
      .returning({ state: avatarPhotos.state });
    if (changed[0]?.state === 'accepted' && numbers) {
      await unit.tx
        .insert(avatarFaces)
        .values({ avatarId: avatar.id, photoId: row.id, embedding: [...numbers] })
        .onConflictDoNothing();
      await doubtStrangers(unit.tx, avatar.id, rules);
    }
    await showCounter(unit, avatar.id);
    return changed[0]?.state === 'accepted';
  });
  // Turned down, or taken away by its owner meanwhile. Another run may have accepted it: then its row says so.
  if (key !== null && !accepted && !(await isKept(parts, row.id))) await parts.storage.delete('avatars', key);
  if (row.sourceKey !== null) await parts.storage.delete('avatars', row.sourceKey);
}

async function isKept(parts: Pick<WorkerParts, 'db'>, photoId: string): Promise<boolean> {
  return (
    (await parts.db.$count(
      avatarPhotos,
      and(eq(avatarPhotos.id, photoId), eq(avatarPhotos.state, 'accepted')),
    )) > 0
  );
}

export async function fetchPhoto(
  parts: WorkerParts,
  {
    fileId,
    fileSize,
    sourceKey,
  }: Pick<typeof avatarPhotos.$inferSelect, 'fileId' | 'fileSize' | 'sourceKey'>,
  { signal }: Run,
): Promise<Uint8Array | PhotoProblem> {
  if (sourceKey !== null) return (await parts.storage.get('avatars', sourceKey, { signal })) ?? 'gone';
  if (fileSize !== null && fileSize > RULES.maxBytes) return 'too_big';
  const file = await parts.telegram.downloadToBuffer(fileId, { maxBytes: RULES.maxBytes, signal });
  switch (file.kind) {
    case 'ok':
      return file.data;
    case 'too-big':
      return 'too_big';
    case 'gone':
      return 'gone';
    case 'misplaced':
    case 'retry':
      throw new TransientError(`the photo cannot be downloaded now: ${file.why}`);
    default:
      return file satisfies never;
  }
}

/** Nobody waits for a photo any more: it counts as rejected, with its reason. */
export async function turnDown(parts: WorkerParts, photoId: string, reason: PhotoProblem): Promise<void> {
  const row = await transact(parts, async (unit) => {
    const [changed] = await unit.tx
      .update(avatarPhotos)
      .set({ state: 'rejected', reason })
      .where(and(eq(avatarPhotos.id, photoId), eq(avatarPhotos.state, 'received')))
      .returning({ avatarId: avatarPhotos.avatarId, sourceKey: avatarPhotos.sourceKey });
    if (changed) await showCounter(unit, changed.avatarId);
    return changed;
  });
  if (row?.sourceKey) await parts.storage.delete('avatars', row.sourceKey);
}

/** The counter message was shown as of `dueAt`; later changes keep it due. A Date has no microseconds: neither may the row. */
export async function counterShown(
  parts: Pick<WorkerParts, 'db'>,
  avatarId: string,
  dueAt: Date | null,
): Promise<void> {
  if (!dueAt) return;
  await parts.db
    .update(avatars)
    .set({ screenDueAt: null })
    .where(
      and(
        eq(avatars.id, avatarId),
        sql`date_trunc('milliseconds', ${avatars.screenDueAt}) <= ${dueAt.toISOString()}::timestamptz`,
      ),
    );
}
