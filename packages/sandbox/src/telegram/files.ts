import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Media, PhotoSize } from './types.ts';

export type FileKind =
  | 'photo'
  | 'thumbnail'
  | 'voice'
  | 'video'
  | 'sticker'
  | 'document'
  | 'audio'
  | 'animation'
  | 'video_note';

/** The first letters of a `file_id` tell its kind, as on Telegram. */
const PREFIX: Readonly<Record<FileKind, string>> = {
  thumbnail: 'AAMC',
  photo: 'AgAC',
  voice: 'AwAC',
  video: 'BAAC',
  document: 'BQAC',
  sticker: 'CAAC',
  audio: 'CQAC',
  animation: 'CgAC',
  video_note: 'DQAC',
};
const FOLDER: Readonly<Record<FileKind, string>> = {
  thumbnail: 'thumbnails',
  photo: 'photos',
  voice: 'voice',
  video: 'videos',
  document: 'documents',
  sticker: 'stickers',
  audio: 'music',
  animation: 'animations',
  video_note: 'video_notes',
};

export interface StoredFile {
  /** The stand-in's own name of the file: its kind and its unique id. */
  key: string;
  kind: FileKind;
  uniqueId: string;
  size: number;
  name: string;
  mime: string;
  /** What a message says about it, so that sending it again by id says the same. */
  media?: Media | undefined;
  sizes?: PhotoSize[] | undefined;
  /** Counts files, as in `photos/file_7.jpg`. */
  number: number;
}

const digest = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** Bytes sent by users and bots, on disk; ids as Telegram gives them: `file_id` per bot, `file_unique_id` for all. */
export class FileStore {
  readonly #folder: string;
  readonly #isTemporary: boolean;
  readonly #files = new Map<string, StoredFile>();
  readonly #byBotId = new Map<number, Map<string, StoredFile>>();

  #nextNumber = 0;

  private constructor(folder: string, isTemporary: boolean) {
    this.#folder = folder;
    this.#isTemporary = isTemporary;
  }

  /** @param folder kept between runs; a temporary one when absent */
  static async open(folder?: string): Promise<FileStore> {
    if (folder === undefined)
      return new FileStore(await mkdtemp(path.join(tmpdir(), 'aisha-telegram-')), true);
    await mkdir(folder, { recursive: true });
    return new FileStore(folder, false);
  }

  async add(kind: FileKind, bytes: Uint8Array, name: string, mime: string): Promise<StoredFile> {
    const hash = digest(bytes);
    const uniqueId = `AgAD${digest(kind, hash).toString('base64url').slice(0, 11)}`;
    const key = `${kind}-${uniqueId}`;
    const known = this.#files.get(key);
    if (known !== undefined) return known;
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    const file: StoredFile = { key, kind, uniqueId, size: bytes.length, name, mime, number };
    await writeFile(path.join(this.#folder, key), bytes);
    this.#files.set(key, file);
    return file;
  }

  get(key: string): StoredFile | undefined {
    return this.#files.get(key);
  }

  byUniqueId(uniqueId: string): StoredFile | undefined {
    return [...this.#files.values()].find((file) => file.uniqueId === uniqueId);
  }

  read(file: StoredFile): Promise<Buffer> {
    return readFile(path.join(this.#folder, file.key));
  }

  /** The `file_id` under which this bot knows the file. */
  idFor(botId: number, key: string): string {
    const file = this.#files.get(key);
    const kind = file?.kind ?? 'document';
    const id = PREFIX[kind] + digest(`${botId}:${key}`).toString('base64url').slice(0, 52);
    if (file === undefined) return id;
    let ids = this.#byBotId.get(botId);
    if (ids === undefined) {
      ids = new Map();
      this.#byBotId.set(botId, ids);
    }
    ids.set(id, file);
    return id;
  }

  /** The file behind a `file_id` of this bot; ids of other bots are unknown. */
  byId(botId: number, id: string): StoredFile | undefined {
    return this.#byBotId.get(botId)?.get(id);
  }

  /** Whether this could be a `file_id` at all. */
  static isFileId(text: string): boolean {
    return /^[A-Za-z0-9_-]{40,120}$/.test(text);
  }

  /** Where the file is served from, as `file_path` says it. */
  static pathOf(file: StoredFile): string {
    return `${FOLDER[file.kind]}/file_${file.number}${extensionOf(file)}`;
  }

  byPath(filePath: string): StoredFile | undefined {
    const number = Number(/\/file_(\d+)/.exec(filePath)?.[1]);
    const file = [...this.#files.values()].find((candidate) => candidate.number === number);
    return file !== undefined && FileStore.pathOf(file) === filePath ? file : undefined;
  }

  snapshot(): StoredFile[] {
    return [...this.#files.values()];
  }

  restore(files: readonly StoredFile[], botIds: readonly number[]): void {
    for (const file of files) {
      this.#nextNumber = Math.max(this.#nextNumber, file.number + 1);
      this.#files.set(file.key, file);
      for (const botId of botIds) this.idFor(botId, file.key);
    }
  }

  async close(): Promise<void> {
    if (this.#isTemporary) await rm(this.#folder, { recursive: true, force: true });
  }
}

function extensionOf(file: StoredFile): string {
  if (file.kind === 'photo' || file.kind === 'thumbnail') return '.jpg';
  if (file.kind === 'voice') return '.oga';
  return path.extname(file.name).toLowerCase();
}
