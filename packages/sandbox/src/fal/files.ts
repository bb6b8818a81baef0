import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

const metaSchema = z.object({ contentType: z.string(), expiresAt: z.number().nullable() });

/** A place in the CDN: known to its owner from the start, readable by the world once it was filled. */
export interface FileSlot {
  url: string;
  fileName: string;
  contentType: string;
  /** Where the bytes go. */
  diskPath: string;
}

export interface OpenedFile {
  contentType: string;
  size: number;
  stream(): Readable;
}

export interface FileStore {
  reserve(name: string, contentType: string, lifetimeMs?: number | null): Promise<FileSlot>;
  put(name: string, contentType: string, bytes: Uint8Array, lifetimeMs?: number | null): Promise<FileSlot>;
  fill(slot: FileSlot, body: Readable): Promise<void>;
  /** `pathname` is the part of the address behind the host. */
  open(pathname: string): Promise<OpenedFile | null>;
  /** From now on the address answers 404. */
  hide(url: string): void;
  putFinetune(id: string, bytes: Uint8Array): Promise<void>;
  readFinetune(id: string): Promise<Buffer | null>;
}

/** The CDN's files under one folder, which may outlive the process. */
export async function createFileStore(folder: string, baseUrl: () => string): Promise<FileStore> {
  const cdn = path.join(folder, 'files');
  const finetunes = path.join(folder, 'finetunes');
  await Promise.all([mkdir(cdn, { recursive: true }), mkdir(finetunes, { recursive: true })]);
  const hidden = new Set<string>();

  const reserve: FileStore['reserve'] = async (name, contentType, lifetimeMs = null) => {
    const prefix = randomBytes(12).toString('hex');
    const fileName = plainName(name);
    await mkdir(path.join(cdn, prefix));
    const expiresAt = lifetimeMs === null ? null : Date.now() + lifetimeMs;
    await writeFile(path.join(cdn, prefix, '.meta.json'), JSON.stringify({ contentType, expiresAt }));
    const url = `${baseUrl()}/files/b/${prefix}/${fileName}`;
    return { url, fileName, contentType, diskPath: path.join(cdn, prefix, fileName) };
  };

  return {
    reserve,
    async put(name, contentType, bytes, lifetimeMs) {
      const slot = await reserve(name, contentType, lifetimeMs);
      await writeFile(slot.diskPath, bytes);
      return slot;
    },
    async fill(slot, body) {
      const half = `${slot.diskPath}.half`;
      await pipeline(body, createWriteStream(half));
      await rename(half, slot.diskPath);
    },
    async open(pathname) {
      const [, prefix, fileName] = /^\/files\/b\/([0-9a-f]{24})\/([\w.-]+)$/u.exec(pathname) ?? [];
      if (prefix === undefined || fileName === undefined || fileName.startsWith('.')) return null;
      if (hidden.has(pathname)) return null;
      const diskPath = path.join(cdn, prefix, fileName);
      const [meta, found] = await Promise.all([
        readIfThere(path.join(cdn, prefix, '.meta.json')),
        stat(diskPath).catch(() => null),
      ]);
      if (meta === null || found === null || !found.isFile()) return null;
      const { contentType, expiresAt } = metaSchema.parse(JSON.parse(meta.toString()));
      if (expiresAt !== null && expiresAt <= Date.now()) {
        await rm(path.join(cdn, prefix), { recursive: true, force: true });
        return null;
      }
      return { contentType, size: found.size, stream: () => createReadStream(diskPath) };
    },
    hide(url) {
      hidden.add(new URL(url).pathname);
    },
    putFinetune: (id, bytes) => writeFile(path.join(finetunes, `${id}.safetensors`), bytes),
    readFinetune: async (id) =>
      /^[0-9a-f-]{36}$/u.test(id) ? readIfThere(path.join(finetunes, `${id}.safetensors`)) : null,
  };
}

async function readIfThere(file: string): Promise<Buffer | null> {
  return readFile(file).catch(() => null);
}

/** Nothing that could leave the folder or need escaping in an address. */
function plainName(name: string): string {
  const plain = name.replaceAll(/[^\w.-]+/gu, '_').replace(/^\.+/u, '');
  return plain.slice(-100) || 'file.bin';
}
