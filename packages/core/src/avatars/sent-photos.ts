import { avatarPhotos } from '@aisha/db';
import { TransientError } from '@aisha/service';
import { and, asc, eq, isNotNull } from 'drizzle-orm';
import type { WorkerParts } from '../parts.ts';
import type { Avatar } from './avatars.ts';

/** Of a picture sent to FAL to be drawn from: it is needed while its order runs. */
const SENT_LIFETIME_S = 24 * 3_600;

/** Where photos of somebody lie, at most so many: of an instant avatar its own, of a trained one what is left of them. */
export async function photosOf(
  parts: Pick<WorkerParts, 'db'>,
  avatar: Pick<Avatar, 'id' | 'instant' | 'previewKey'>,
  most: number,
): Promise<string[]> {
  if (!avatar.instant) return avatar.previewKey === null ? [] : [avatar.previewKey];
  const rows = await parts.db
    .select({ key: avatarPhotos.objectKey })
    .from(avatarPhotos)
    .where(
      and(
        eq(avatarPhotos.avatarId, avatar.id),
        eq(avatarPhotos.state, 'accepted'),
        isNotNull(avatarPhotos.objectKey),
      ),
    )
    .orderBy(asc(avatarPhotos.createdAt), asc(avatarPhotos.id))
    .limit(most);
  return rows.flatMap(({ key }) => key ?? []);
}

/**
 * Sends a picture to FAL to be drawn from, of `pixels` at most since some models bill what they look at; its address there,
 * or null when FAL refuses it.
 */
export async function sendPicture(
  parts: Pick<WorkerParts, 'fal'>,
  picture: Buffer,
  { pixels, signal }: { readonly pixels: number; readonly signal: AbortSignal },
): Promise<string | null> {
  const { default: sharp } = await import('sharp');
  const { width, height } = await sharp(picture).metadata();
  const scale = Math.min(1, Math.sqrt(pixels / (width * height)));
  const fitting =
    scale === 1
      ? sharp(picture)
      : sharp(picture).resize(Math.floor(width * scale), Math.floor(height * scale), { fit: 'fill' });
  const sent = await parts.fal.uploadFile(await fitting.jpeg({ quality: 95 }).toBuffer(), {
    fileName: 'picture.jpg',
    contentType: 'image/jpeg',
    expiresS: SENT_LIFETIME_S,
    signal,
  });
  if (sent.kind === 'unavailable')
    throw new TransientError(`FAL's storage does not take a picture: ${sent.why}`);
  return sent.kind === 'ok' ? sent.url : null;
}
