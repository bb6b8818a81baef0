import {
  createWriteStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import sharp from 'sharp';
import { silentLogger } from '@aisha/service';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { createMedia, type Media, openArchive } from '../index.ts';

const MB = 1024 * 1024;
const root = mkdtempSync(join(tmpdir(), 'aisha-zip-'));
let media: Media;
let photo: Buffer;
beforeAll(async () => {
  media = await createMedia({ log: silentLogger, scratchRoot: join(root, 'scratch') });
  photo = await sharp({ create: { width: 60, height: 40, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer();
});
afterAll(async () => {
  await media.close();
  rmSync(root, { recursive: true });
});

async function zip(entries: readonly (readonly [name: string, content: Buffer])[]): Promise<string> {
  const path = join(mkdtempSync(join(root, 'z-')), 'a.zip');
  const file = new ZipFile();
  for (const [name, content] of entries) file.addBuffer(content, name);
  file.end();
  await pipeline(file.outputStream, createWriteStream(path));
  return path;
}
const open = (path: string) => openArchive(media, path, { owner: 'a', signal: new AbortController().signal });

test('the pictures of a zip are found by their content, and gone when they were used', async () => {
  const nested = readFileSync(await zip([['x.jpg', photo]]));
  const archive = await open(
    await zip([
      ['photos/one.txt', photo],
      ['__MACOSX/._one.txt', Buffer.from('Mac OS X')],
      ['two.jpg', Buffer.from('no picture')],
      ['more.zip', nested],
      ['три.heic', photo],
    ]),
  );
  if (archive.kind === 'refused') throw new Error(archive.reason);
  expect(archive).toMatchObject({ others: 3 });
  expect(archive.files.map((path) => readFileSync(path))).toEqual([photo, photo]);
  await archive[Symbol.asyncDispose]();
  expect(archive.files.filter((path) => existsSync(path))).toEqual([]);
  expect(media.scratch.reserved).toBe(0);
});

test('a zip bomb fills nothing', async () => {
  const zeros = Buffer.alloc(30 * MB);
  const large = await open(await zip([['a', zeros]]));
  if (large.kind === 'refused') throw new Error(large.reason);
  expect(large).toMatchObject({ files: [], others: 1 });
  await large[Symbol.asyncDispose]();
  const many = Array.from({ length: 300 }, (_, n) => [`${n}`, photo] as const);
  expect(await open(await zip(many))).toEqual({ kind: 'refused', reason: 'too_big' });
  // Each fits, all together do not.
  const wide = Array.from(
    { length: 4 },
    (_, n) => [`${n}`, Buffer.concat([photo, Buffer.alloc(3 * MB)])] as const,
  );
  const options = { owner: 'a', signal: new AbortController().signal, mostBytes: 10 * MB };
  const path = await zip(wide);
  expect(statSync(path).size).toBeLessThan(100_000);
  expect(await openArchive(media, path, options)).toEqual({ kind: 'refused', reason: 'too_big' });
  expect(media.scratch.reserved).toBe(0);
});

test('what is no zip, or a cut one, is unreadable', async () => {
  const whole = readFileSync(await zip([['a.jpg', photo]]));
  for (const content of [Buffer.alloc(0), Buffer.from('PK no zip'), whole.subarray(0, whole.length - 30)]) {
    const path = join(root, 'bad.zip');
    writeFileSync(path, content);
    expect(await open(path)).toEqual({ kind: 'refused', reason: 'unreadable' });
  }
});
