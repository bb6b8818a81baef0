import { z } from 'zod';

/** A picture, or a zip of them, that came before there was an avatar to take it: Telegram's ids and nothing else. */
const keptFile = z.object({
  fileId: z.string(),
  fileUniqueId: z.string(),
  fileSize: z.number().nullable(),
  isArchive: z.boolean().optional(),
});
export type KeptFile = z.infer<typeof keptFile>;

/** A text of an album: its reader presses for all of them at once. */
const keptText = z.object({
  messageId: z.number(),
  fileId: z.string(),
  fileName: z.string().nullable(),
  mimeType: z.string().nullable(),
  fileSize: z.number().nullable(),
});

/** What was said last about photos that are kept. Times are Telegram's own, in seconds. */
const said = z.object({ place: z.string(), at: z.number(), times: z.number() });

const memory = z.object({
  /** The last that were answered. */
  albums: z.array(z.object({ id: z.string(), photos: z.boolean() })).catch([]),
  photos: z.array(keptFile).catch([]),
  /** When the last of them came, in seconds. */
  photosAt: z.number().catch(0),
  said: said.nullable().catch(null),
  /** Texts that came as albums. */
  texts: z.array(keptText).catch([]),
});

/**
 * What of a person's conversation stays when they go on to another place of it, in its row: any process goes on with it.
 */
export type Memory = Readonly<z.infer<typeof memory>>;

export const NO_MEMORY: Memory = { albums: [], photos: [], photosAt: 0, said: null, texts: [] };

/** What cannot be parsed is forgotten. */
export const readMemory = (stored: unknown): Memory => memory.safeParse(stored ?? {}).data ?? NO_MEMORY;

/** Whoever cancels what they are doing takes back the photos for it. */
export const withoutPhotos = (known: Memory): Memory => ({ ...known, photos: [], photosAt: 0, said: null });

/** Hundreds of photos are sent as dozens of albums, their parts in each other's midst. */
const ALBUMS = 60;

/** Of an album one answer is enough: false when this one is answered already. What is in no album is always new. */
export function noteAlbum(
  known: Memory,
  id: string | undefined,
  photos: boolean,
): { readonly isNew: boolean; readonly memory: Memory } {
  if (id === undefined) return { isNew: true, memory: known };
  const album = known.albums.find((one) => one.id === id);
  if (album && (album.photos || !photos)) return { isNew: false, memory: known };
  const others = known.albums.filter((one) => one !== album);
  return { isNew: !album, memory: { ...known, albums: [...others, { id, photos }].slice(-ALBUMS) } };
}
