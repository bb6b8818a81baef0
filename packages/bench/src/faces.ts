import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createFaceReader, createMedia, openPicture } from '@aisha/media';
import { silentLogger } from '@aisha/service';
import sharp from 'sharp';
import { type Chapter, figure, round } from './figures.ts';
import type { Ground } from './ground.ts';

const PHOTOS = 20;
const SECONDS = 12;
const MB = 550;
/** 12 megapixels, as telephones send them. */
const SIDES = { width: 4_000, height: 3_000 } as const;
/** One person each: where in the pictures that face-api brings along. */
const PEOPLE = [
  { file: 'sample6.jpg', left: 0, top: 260, width: 610, height: 800 },
  { file: 'sample6.jpg', left: 1_350, top: 130, width: 570, height: 760 },
];

/** Twenty photos of 12 megapixels, opened and looked at as a worker does with an album of one person. */
export async function benchFaces(ground: Ground): Promise<Chapter> {
  const media = await createMedia({ log: silentLogger, scratchRoot: join(ground.dir, 'scratch') });
  const faces = await createFaceReader({ log: silentLogger, scratch: media.scratch });
  const options = { owner: '1', signal: new AbortController().signal };
  const photos = await Promise.all(Array.from({ length: PHOTOS }, (_, n) => photo(n)));
  const watched = new Map<number, Watched>();
  const watch = setInterval(() => void lookAtChildren(watched), 250);
  const cpuBefore = process.cpuUsage();
  const from = performance.now();
  // A photo is opened while the one before it is looked at: two processes, two cores.
  let looking: Promise<unknown> = Promise.resolve();
  let found = 0;
  for (const bytes of photos) {
    const opened = await openPicture(media, bytes, options);
    if (opened.kind !== 'ok') throw new Error(opened.reason);
    await looking;
    looking = faces.read(opened.jpeg, options).then((seen) => {
      if (seen?.main) found += 1;
    });
  }
  await looking;
  const seconds = (performance.now() - from) / 1_000;
  const own = process.cpuUsage(cpuBefore);
  clearInterval(watch);
  await lookAtChildren(watched);
  faces.close();
  await media.close();
  const children = [...watched.values()];
  const peakMb = Math.max(0, ...children.filter(({ faces: of }) => of).map(({ peak }) => peak)) / 1024 ** 2;
  const ownMs = (own.user + own.system) / 1_000;
  const coreS = children.reduce((sum, { cpuMs }) => sum + cpuMs, ownMs) / 1_000;
  return {
    title: 'Faces',
    method: `${PHOTOS} photos of 12 megapixels of one person at a time (cut from the pictures that face-api brings along, enlarged), opened in media's child and looked at in the process for faces, which starts and loads its networks within the time. What the worker's own process spends is said beside.`,
    figures: [
      figure('all photos checked', `${round(seconds, 1)} s`, `< ${SECONDS} s`, seconds < SECONDS),
      figure('faces found', `${found} of ${PHOTOS}`, `${PHOTOS}`, found === PHOTOS),
      figure('the process for faces, resident at most', `${round(peakMb)} MB`, `< ${MB} MB`, peakMb < MB),
      figure(
        'work of all processes',
        `${round(coreS, 1)} s of a core`,
        `< ${2 * SECONDS} s`,
        coreS < 2 * SECONDS,
      ),
      figure('of the worker itself', `${round(ownMs)} ms of a core`),
    ],
  };
}

async function photo(n: number): Promise<Buffer> {
  const samples = join(
    dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')),
    'demo',
  );
  const { file, ...part } = PEOPLE[n % PEOPLE.length] ?? { file: '', left: 0, top: 0, width: 1, height: 1 };
  return sharp(join(samples, file))
    .extract(part)
    .resize({ ...SIDES, fit: 'contain', background: '#806040' })
    .modulate({ brightness: 0.8 + n * 0.02 })
    .jpeg({ quality: 92 })
    .toBuffer();
}

/** What a child process has taken so far. */
interface Watched {
  /** It looks at faces. */
  readonly faces: boolean;
  /** Resident bytes at most, pages shared with others included. */
  readonly peak: number;
  readonly cpuMs: number;
}

/** Linux counts in hundredths of a second. */
const TICK_MS = 10;

/** Notes what our children take; asked for often, so it looks at them alone and not at all processes. */
async function lookAtChildren(watched: Map<number, Watched>): Promise<void> {
  for (const task of await readdir('/proc/self/task')) {
    const pids = await readFile(`/proc/self/task/${task}/children`, 'utf8').catch(() => '');
    for (const pid of pids.split(' ').filter(Boolean).map(Number)) {
      const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
      const [status, stat, command] = [await read('status'), await read('stat'), await read('cmdline')];
      // After the name, which may have spaces: utime and stime are the 12th and 13th.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields.length < 13) continue;
      watched.set(pid, {
        faces: /media\/(src|dist)\/faces\/main\.(ts|js)/.test(command),
        peak: Math.max(
          watched.get(pid)?.peak ?? 0,
          Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1_024,
        ),
        cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
      });
    }
  }
}
