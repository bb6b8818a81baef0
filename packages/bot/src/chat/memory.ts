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

/** A forwarded voice: whether it is one of several of one talk, its person says. */
const keptVoice = z.object({
  messageId: z.number(),
  source: z.enum(['voice', 'video_note']),
  fileId: z.string(),
  mimeType: z.string().nullable(),
  fileSize: z.number().nullable(),
  durationS: z.number().nullable(),
  /** Who said it, by the name that Telegram shows. */
  sender: z.string().nullable(),
  /** Telegram's time, in seconds. */
  at: z.number(),
});
export type KeptVoice = z.infer<typeof keptVoice>;

/** What was said last about photos that are kept. Times are Telegram's own, in seconds. */
const said = z.object({ place: z.string(), at: z.number(), times: z.number() });

const ALBUM_PARTS = ['photos', 'texts', 'files'] as const;
/** What an album may hold, as it is told of: pictures, texts to be read, and files that are of no use here. */
export type AlbumPart = (typeof ALBUM_PARTS)[number];

const memory = z.object({
  /** The last that were answered, and what of each was told; a release before this one told of all with its first answer. */
  albums: z
    .array(
      z.object({
        id: z.string(),
        photos: z.boolean(),
        told: z.array(z.enum(ALBUM_PARTS)).catch([...ALBUM_PARTS]),
      }),
    )
    .catch([]),
  photos: z.array(keptFile).catch([]),
  /** When the last of them came, in seconds. */
  photosAt: z.number().catch(0),
  said: said.nullable().catch(null),
  /** Texts that came as albums. */
  texts: z.array(keptText).catch([]),
  /** Voices forwarded one after the other, until it is said what they are; and of how many that was asked. */
  voices: z.array(keptVoice).catch([]),
  voicesTold: z.number().catch(0),
  /** When the last piece of a text came that is too long for one message, in seconds. */
  pastedAt: z.number().catch(0),
  /** What was searched for last: the pages of what was found have no room for it in their buttons. */
  search: z.string().nullable().catch(null),
});

/**
 * What of a person's conversation stays when they go on to another place of it, in its row: any process goes on with it.
 */
export type Memory = Readonly<z.infer<typeof memory>>;

export const NO_MEMORY: Memory = {
  albums: [],
  photos: [],
  photosAt: 0,
  said: null,
  texts: [],
  voices: [],
  voicesTold: 0,
  pastedAt: 0,
  search: null,
};

/** What cannot be parsed is forgotten. */
export const readMemory = (stored: unknown): Memory => memory.safeParse(stored ?? {}).data ?? NO_MEMORY;

/** Whoever cancels what they are doing takes back the photos for it. */
export const withoutPhotos = (known: Memory): Memory => ({ ...known, photos: [], photosAt: 0, said: null });

/** Hundreds of photos are sent as dozens of albums, their parts in each other's midst. */
const ALBUMS = 60;

/** Of an album one answer about a kind is enough: false when this one is answered already. What is in no album is always new. */
export function noteAlbum(
  known: Memory,
  id: string | undefined,
  part: AlbumPart,
): { readonly isNew: boolean; readonly memory: Memory } {
  if (id === undefined) return { isNew: true, memory: known };
  const album = known.albums.find((one) => one.id === id) ?? { id, photos: false, told: [] };
  const photos = album.photos || part === 'photos';
  const isNew = !album.told.includes(part);
  const noted = { id, photos, told: isNew ? [...album.told, part] : album.told };
  const others = known.albums.filter((one) => one.id !== id);
  return { isNew, memory: { ...known, albums: [...others, noted].slice(-ALBUMS) } };
}
