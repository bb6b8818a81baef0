import { z } from 'zod';
import { kindOfFile } from './attached.ts';
import type { KeptFile } from './memory.ts';

const file = z.looseObject({
  file_id: z.string(),
  file_unique_id: z.string(),
  file_size: z.number().optional(),
});
const sizes = z.array(file.extend({ width: z.number(), height: z.number() }));
const livePhoto = z.looseObject({ photo: sizes.optional() });

/** The places of a message where Telegram puts a picture; telegraf knows the Bot API of 2024. */
const shape = z.looseObject({
  photo: sizes.optional().catch(undefined),
  live_photo: livePhoto.optional().catch(undefined),
  document: file
    .extend({ file_name: z.string().optional(), mime_type: z.string().optional() })
    .optional()
    .catch(undefined),
  animation: z.unknown().optional(),
  paid_media: z
    .looseObject({
      paid_media: z.array(z.looseObject({ photo: sizes.optional(), live_photo: livePhoto.optional() })),
    })
    .optional()
    .catch(undefined),
});
const replying = z.looseObject({
  text: z.string(),
  reply_to_message: z.looseObject({ from: z.looseObject({ is_bot: z.boolean() }).optional() }).optional(),
  external_reply: z.unknown().optional(),
});

/** Of files: `declared` what says to be a picture, `any` what may be one, to be judged by its content, or `all`. */
export type Wanted = 'declared' | 'any' | 'all';

/** The pictures that a message brings, and zips of them where any file is wanted. */
export function picturesOf(message: unknown, wanted: Wanted, mostBytes: number): KeptFile[] {
  const parsed = shape.safeParse(message);
  if (!parsed.success) return [];
  const { photo, live_photo, document, animation, paid_media } = parsed.data;
  const photos = [
    photo,
    live_photo?.photo,
    ...(paid_media?.paid_media ?? []).flatMap((one) => [one.photo, one.live_photo?.photo]),
  ].flatMap((one) => largest(one, mostBytes) ?? []);
  // A moving picture comes as a document too.
  const kind = document && animation === undefined ? kindOfFile(document) : null;
  const taken =
    kind === 'picture' ||
    (wanted === 'any' && (kind === 'unknown' || kind === 'archive')) ||
    (wanted === 'all' && kind !== null);
  if (!document || !taken) return photos;
  return [...photos, { ...ids(document), ...(kind === 'archive' ? { isArchive: true } : {}) }];
}

/** The pictures of the message that somebody's words answer: "this one". */
export function picturesAnswered(message: unknown, wanted: Wanted, mostBytes: number): KeptFile[] {
  const parsed = replying.safeParse(message);
  if (!parsed.success) return [];
  const { reply_to_message: answered, external_reply: elsewhere } = parsed.data;
  const theirs = answered && answered.from?.is_bot !== true ? answered : elsewhere;
  return picturesOf(theirs, wanted, mostBytes);
}

/** Telegram lists the versions small to large, but nothing says that it must. */
function largest(versions: z.infer<typeof sizes> | undefined, mostBytes: number): KeptFile | null {
  const usable = (versions ?? []).filter(({ file_size: bytes = 0 }) => bytes <= mostBytes);
  const [best] = usable.toSorted((a, b) => b.width * b.height - a.width * a.height);
  return best ? ids(best) : null;
}

const ids = (of: z.infer<typeof file>): KeptFile => ({
  fileId: of.file_id,
  fileUniqueId: of.file_unique_id,
  fileSize: of.file_size ?? null,
});
