import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '@aisha/service';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extractPictures } from './archives/parser.ts';
import { createMedia, type Media } from './index.ts';
import { convertPicture, measurePicture } from './pictures/parsers.ts';
import { probe } from './sound/probe.ts';
import { ARCHIVES } from './testing/growth/archives.ts';
import { drawnForms, PDF } from './testing/growth/pdfs.ts';
import { PICTURES, SOUNDS } from './testing/growth/pictures.ts';
import { type Make, MARKUP, OFFICE, PLAIN, RTF, type Shapes, SUBTITLES } from './testing/growth/texts.ts';
import { textParser } from './texts/parser.ts';

/** Time against size: four times of a file may cost this many times as much, and so many milliseconds that machines are noisy by. */
const MOST = 6;
const SLACK_MS = 150;
/** The least of so many measurements is nearest to what it costs. */
const MEASUREMENTS = 4;

let media: Media;
beforeAll(async () => {
  media = await createMedia({ log: silentLogger, scratchRoot: null });
});
afterAll(() => media.close());

/** What opening a file takes of a processor, in ms. */
type Cost = (file: Buffer) => Promise<number>;

/** What opening takes at a size, and at four times of it. */
async function growthOf(make: Make, size: number, cost: Cost): Promise<{ least: number; most: number }> {
  const large = await make(size * 4);
  let most = await cost(large);
  // Nothing that the small one takes would make this too much. One that was refused has said nothing.
  if (most > 0 && most <= SLACK_MS) return { least: 0, most };
  const small = await make(size);
  // What is loaded once is loaded.
  let least = await cost(small);
  for (let n = 0; n < MEASUREMENTS; n++) {
    least = Math.min(least, await cost(small));
    if (most <= least * MOST + SLACK_MS) break;
    most = Math.min(most, await cost(large));
  }
  return { least, most };
}

const whileOpen = async <T>(file: Buffer, use: (job: Job) => Promise<T>): Promise<T> => {
  const run = { owner: 'a', signal: new AbortController().signal };
  await using folder = await media.scratch.folder(file.length + 64_000_000, run);
  writeFileSync(join(folder.path, 'in'), file);
  return await use({ ...run, folder });
};
type Job = Parameters<Media['pool']['run']>[2];

/** One that was killed for its time took as long as it was let; one for its memory was ended by that, in no long time. */
const spent = (outcome: Awaited<ReturnType<Media['pool']['run']>>) =>
  outcome.kind === 'refused' && outcome.reason === 'too_costly' && outcome.limit === 'time'
    ? Infinity
    : outcome.spent.cpuMs;

const text: Cost = (file) =>
  whileOpen(file, async (job) => spent(await media.pool.run(textParser, { file: 'in' }, job)));
const picture: Cost = (file) =>
  whileOpen(file, async (job) => {
    const measured = await media.pool.run(measurePicture, { file: 'in' }, job);
    if (measured.kind === 'refused' || measured.value.kind !== 'measured') return spent(measured);
    const { memoryBytes, kind: _, ...header } = measured.value;
    const limits = { memoryBytes };
    const converted = await media.pool.run(
      convertPicture,
      { file: 'in', to: 'out', ...header },
      { ...job, limits },
    );
    return spent(measured) + spent(converted);
  });
const archive: Cost = (file) =>
  whileOpen(file, async (job) =>
    spent(
      await media.pool.run(
        extractPictures,
        { file: join(job.folder.path, 'in'), mostBytes: 50_000_000 },
        job,
      ),
    ),
  );
/** ffprobe does not say what it took: by the clock. */
const sound: Cost = (file) =>
  whileOpen(file, async (job) => {
    const from = performance.now();
    const found = await probe(join(job.folder.path, 'in'), { ...job, pool: media.pool });
    return found === 'too_costly' ? Infinity : performance.now() - from;
  });

const KB = 1_024;
const TABLE: readonly (readonly [string, Shapes, number, Cost])[] = [
  ['a text', PLAIN, 400 * KB, text],
  ['subtitles', SUBTITLES, 300 * KB, text],
  ['a page, a letter, an exported chat', MARKUP, 300 * KB, text],
  ['RTF', RTF, 300 * KB, text],
  ['an office document', OFFICE, 1_500 * KB, text],
  ['PDF', PDF, 400 * KB, text],
  ['a picture', PICTURES, 300 * KB, picture],
  ['an archive', ARCHIVES, 1_000 * KB, archive],
  ['sound', SOUNDS, 1_000 * KB, sound],
];

/** A processor's time is the same beside others, so these share the children; the clock's is measured alone. */
describe.each(TABLE)('the time that %s takes grows no faster than its size', (_, shapes, size, cost) => {
  const options = { timeout: 120_000, concurrent: cost !== sound };
  test.each(Object.entries(shapes))('%s', options, async (_name, make) => {
    const { least, most } = await growthOf(make, size, cost);
    expect(least).toBeLessThan(Infinity);
    expect(most, `${least} ms at ${size}, ${most} ms at four times as much`).toBeLessThanOrEqual(
      least * MOST + SLACK_MS,
    );
  });
});

test('a PDF over which its reader does take more than that is ended by its time', async () => {
  const outcome = await whileOpen(drawnForms(), (job) =>
    media.pool.run(textParser, { file: 'in' }, { ...job, limits: { wallMs: 2_000 } }),
  );
  expect(outcome).toMatchObject({ kind: 'refused', reason: 'too_costly', limit: 'time' });
});
