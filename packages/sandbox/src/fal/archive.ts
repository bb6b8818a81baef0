import path from 'node:path';
import { promisify } from 'node:util';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import yauzl from 'yauzl';
import { fail } from './outcome.ts';

type Location = (string | number)[];

export interface TrainingImage {
  name: string;
  /** Reduced to what a training looks at; JPEG. */
  jpeg: Buffer;
  width: number;
  height: number;
  caption: string | null;
}

export interface ArchiveRules {
  minimum: number;
  maximum: number;
  /** Pictures named like this belong to another one and are not counted. */
  companion?: RegExp;
}

const IMAGE = /\.(?:jpe?g|png|webp)$/iu;
const ARCHIVES = ['.zip'];
/** No honest set of photos unpacks to more. */
const BIGGEST_UNPACKED = 1024 * 1024 * 1024;
/** Longest side of what is kept of a training picture. */
const KEPT_SIDE = 768;

const openZip = promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer);

/**
 * Opens a training archive as a trainer does: pictures at the top level only, `<image>.txt` beside a picture is
 * its caption. Throws the model's own complaints.
 */
export async function readTrainingArchive(
  bytes: Buffer,
  loc: Location,
  rules: ArchiveRules,
): Promise<TrainingImage[]> {
  const entries = await unpack(bytes, loc);
  const names = [...entries.keys()].filter((name) => IMAGE.test(name) && !rules.companion?.test(name));
  if (names.length < rules.minimum) {
    throw fail(
      'archive_file_count_below_minimum',
      loc,
      `The archive holds ${names.length} images, at least ${rules.minimum} are needed`,
      { ctx: { min_count: rules.minimum, provided_count: names.length } },
    );
  }
  if (names.length > rules.maximum) {
    throw fail(
      'archive_file_count_exceeds_maximum',
      loc,
      `The archive holds ${names.length} images, at most ${rules.maximum} are taken`,
      { ctx: { max_count: rules.maximum, provided_count: names.length } },
    );
  }
  const images: TrainingImage[] = [];
  for (const name of names.toSorted()) {
    const caption = entries
      .get(`${path.parse(name).name}.txt`)
      ?.toString('utf8')
      .trim();
    images.push({ name, caption: caption || null, ...(await decode(name, entries.get(name), loc)) });
  }
  return images;
}

async function decode(
  name: string,
  bytes: Buffer | undefined,
  loc: Location,
): Promise<{ jpeg: Buffer; width: number; height: number }> {
  try {
    // The pixels are taken as they lie: who does not apply EXIF orientation trains lying faces, here too.
    const { data, info } = await sharp(bytes)
      .resize(KEPT_SIDE, KEPT_SIDE, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 82 })
      .toBuffer({ resolveWithObject: true });
    return { jpeg: data, width: info.width, height: info.height };
  } catch {
    throw fail('image_load_error', loc, `Failed to load the image ${name}`, { ctx: { file_name: name } });
  }
}

async function unpack(bytes: Buffer, loc: Location): Promise<Map<string, Buffer>> {
  const invalid = (why: string): Error =>
    fail('invalid_archive', loc, `Invalid archive: ${why}`, { ctx: { supported_extensions: ARCHIVES } });
  let zip: yauzl.ZipFile;
  try {
    zip = await openZip(bytes, { lazyEntries: true });
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : 'not a zip');
  }
  const entries = new Map<string, Buffer>();
  const openEntry = promisify<yauzl.Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip));
  let unpacked = 0;
  try {
    for await (const entry of eachEntry(zip)) {
      unpacked += entry.uncompressedSize;
      if (unpacked > BIGGEST_UNPACKED) throw new Error('it unpacks to more than 1 GB');
      // Folders and what lies in them (a Mac's __MACOSX too) are not looked at.
      if (entry.fileName.includes('/')) continue;
      entries.set(entry.fileName, await buffer(await openEntry(entry)));
    }
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : 'damaged');
  } finally {
    zip.close();
  }
  return entries;
}

/** yauzl's events as a sequence: an entry is asked for when the one before is done with. */
async function* eachEntry(zip: yauzl.ZipFile): AsyncGenerator<yauzl.Entry> {
  for (;;) {
    const next = new Promise<yauzl.Entry | null>((resolve, reject) => {
      zip.removeAllListeners();
      zip.on('entry', resolve);
      zip.on('end', () => resolve(null));
      zip.on('error', reject);
    });
    zip.readEntry();
    const entry = await next;
    if (entry === null) return;
    yield entry;
  }
}
