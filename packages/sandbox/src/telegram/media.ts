import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { z } from 'zod';
import { badRequest } from './errors.ts';
import type { FileStore } from './files.ts';
import type { PhotoSize } from './types.ts';

const run = promisify(execFile);

const MAX_PHOTO_BYTES = 10 * 1024 * 1024;
const MAX_PHOTO_SIDES = 10_000;
const MAX_PHOTO_RATIO = 20;
/** Longest sides of the versions Telegram makes of a photo. */
const PHOTO_SIDES = [90, 320, 800, 1280] as const;
const THUMBNAIL_SIDE = 320;

/** Makes the JPEG versions of a photo, small to large, refusing what Telegram refuses. */
export async function storePhoto(files: FileStore, bytes: Uint8Array): Promise<PhotoSize[]> {
  if (bytes.length > MAX_PHOTO_BYTES) throw badRequest('file is too big');
  const { width, height } = await dimensions(bytes);
  if (width + height > MAX_PHOTO_SIDES || Math.max(width / height, height / width) > MAX_PHOTO_RATIO) {
    throw badRequest('PHOTO_INVALID_DIMENSIONS');
  }
  const longest = Math.max(width, height);
  const sides: number[] = PHOTO_SIDES.filter((side) => side < longest);
  if (longest <= (PHOTO_SIDES.at(-1) ?? 0)) sides.push(longest);
  const sizes = await Promise.all(sides.map((side) => storeVersion(files, bytes, side)));
  for (const size of sizes) {
    const file = files.get(size.file_id);
    if (file !== undefined) file.sizes = sizes;
  }
  return sizes;
}

async function dimensions(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  try {
    const { autoOrient } = await sharp(bytes).metadata();
    return autoOrient;
  } catch {
    throw badRequest('IMAGE_PROCESS_FAILED');
  }
}

async function storeVersion(files: FileStore, bytes: Uint8Array, side: number): Promise<PhotoSize> {
  try {
    const { data, info } = await sharp(bytes)
      .rotate()
      .resize(side, side, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#fff' })
      .jpeg({ quality: side > 320 ? 87 : 70 })
      .toBuffer({ resolveWithObject: true });
    const file = await files.add('photo', data, 'photo.jpg', 'image/jpeg');
    return {
      file_id: file.key,
      file_unique_id: file.uniqueId,
      file_size: file.size,
      width: info.width,
      height: info.height,
    };
  } catch {
    throw badRequest('IMAGE_PROCESS_FAILED');
  }
}

/** A small picture of an image, for documents; undefined when the bytes are no image. */
export async function storeThumbnail(files: FileStore, bytes: Uint8Array): Promise<PhotoSize | undefined> {
  try {
    const { data, info } = await sharp(bytes)
      .rotate()
      .resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#fff' })
      .jpeg({ quality: 70 })
      .toBuffer({ resolveWithObject: true });
    const file = await files.add('thumbnail', data, 'thumbnail.jpg', 'image/jpeg');
    const { width, height } = info;
    return { file_id: file.key, file_unique_id: file.uniqueId, file_size: file.size, width, height };
  } catch {
    return undefined;
  }
}

export interface Probe {
  /** Whole seconds; 0 when unknown. */
  duration: number;
  width?: number | undefined;
  height?: number | undefined;
  codec?: string | undefined;
  title?: string | undefined;
  performer?: string | undefined;
}

const probeOutput = z.object({
  format: z
    .object({ duration: z.string().optional(), tags: z.record(z.string(), z.string()).optional() })
    .optional(),
  streams: z
    .array(
      z.object({
        codec_type: z.string().optional(),
        codec_name: z.string().optional(),
        width: z.number().optional(),
        height: z.number().optional(),
      }),
    )
    .optional(),
});

/** What ffprobe says about audio or video; all unknown when it is not installed or the bytes are neither. */
export async function probe(bytes: Uint8Array): Promise<Probe> {
  if (bytes.length === 0) return { duration: 0 };
  return withFile(bytes, async (file) => {
    try {
      const flags = ['-v', 'error', '-print_format', 'json', '-show_format', '-show_streams', file];
      const { stdout } = await run('ffprobe', flags, { maxBuffer: 1 << 22, timeout: 30_000 });
      const { format, streams = [] } = probeOutput.parse(JSON.parse(stdout));
      const video = streams.find((stream) => stream.codec_type === 'video');
      const audio = streams.find((stream) => stream.codec_type === 'audio');
      const tags = new Map(
        Object.entries(format?.tags ?? {}).map(([name, tag]) => [name.toLowerCase(), tag]),
      );
      return {
        duration: Math.round(Number(format?.duration ?? 0)) || 0,
        width: video?.width,
        height: video?.height,
        codec: audio?.codec_name,
        title: tags.get('title'),
        performer: tags.get('artist'),
      };
    } catch {
      return { duration: 0 };
    }
  });
}

/** Turns any recording (a browser's WebM, say) into what a voice message is: OGG with Opus. */
export async function toVoice(bytes: Uint8Array): Promise<Uint8Array> {
  const isOggOpus = Buffer.from(bytes.subarray(0, 64)).includes('OpusHead');
  if (isOggOpus) return bytes;
  return withFile(
    bytes,
    (file) =>
      new Promise((resolve, reject) => {
        const options = ['-v', 'error', '-i', file, '-vn', '-ac', '1', '-c:a', 'libopus', '-b:a', '32k'];
        const child = spawn('ffmpeg', [...options, '-application', 'voip', '-f', 'ogg', 'pipe:1']);
        const chunks: Buffer[] = [];
        let complaint = '';
        child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
        child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
        child.on('error', () =>
          reject(new Error('ffmpeg is needed to make a voice message of this recording')),
        );
        child.on('close', (code) => {
          if (code === 0) resolve(Buffer.concat(chunks));
          else reject(new Error(`The recording cannot be read as sound: ${complaint.trim().slice(0, 300)}`));
        });
      }),
  );
}

async function withFile<T>(bytes: Uint8Array, action: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'aisha-media-'));
  try {
    const file = path.join(folder, 'media');
    await writeFile(file, bytes);
    return await action(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
