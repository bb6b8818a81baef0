import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Person, startProduct, type Product } from '@aisha/e2e';
import { silentLogger } from '@aisha/service';
import { objectKey } from '@aisha/storage';
import { createStorage } from '@aisha/storage/s3';
import { type Chapter, figure, round } from './figures.ts';

/** As FAL draws them; and as they come out enlarged. */
const PICTURES = { count: 9_950, bytes: 150 * 1_024 } as const;
const ENLARGED = { count: 50, bytes: 20 * 1_024 ** 2 } as const;
const MB = 300;
const AT_ONCE = 16;
const LONGEST_MINUTES = 15;

/** The most that a process ever held, in MB. */
const peakOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

const workersOf = ({ stack }: Product) => stack.apps.filter(({ name }) => name.startsWith('worker'));

/** Ten thousand pictures of one person, put together by a real worker: what it holds at most. */
export async function benchExport(): Promise<Chapter> {
  const product = await startProduct({
    name: 'bench-export',
    // As in the image.
    settings: { MALLOC_ARENA_MAX: '2' },
  });
  try {
    const person = await Person.join(product.telegram, 'Анна', 'ru');
    await person.write('/start');
    await person.see((message) => message.text.length > 0, 'an answer');
    await fill(product, person.id);
    const idle = Math.max(...workersOf(product).map(({ pid }) => peakOf(pid)));
    const from = performance.now();
    const { id: asked } = await person.write('/export');
    const told = await person.see((message) => linksOf(message.markup).length > 0, 'the links', {
      after: asked,
      timeoutMs: LONGEST_MINUTES * 60_000,
    });
    const seconds = (performance.now() - from) / 1_000;
    const peak = Math.max(...workersOf(product).map(({ pid }) => peakOf(pid)));
    const links = linksOf(told.markup);
    const sizes = await Promise.all(links.map(sizeOf));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const whole = PICTURES.count * PICTURES.bytes + ENLARGED.count * ENLARGED.bytes;
    return {
      title: 'Everything of a person',
      method: `/export of somebody with ${PICTURES.count} pictures of ${round(PICTURES.bytes / 1_024)} KB and ${ENLARGED.count} of ${round(ENLARGED.bytes / 1_024 ** 2)} MB (random bytes: nothing of them is packed) over the whole product: read from the bucket, zipped and written to it again by a worker that does nothing else, and given as links. What the worker held at most since its start, resident (VmHWM).`,
      figures: [
        figure(
          'the worker, resident at most',
          `${round(peak)} MB (before: ${round(idle)} MB)`,
          `< ${MB} MB`,
          peak < MB,
        ),
        figure('from /export to the links', `${round(seconds)} s`),
        figure(
          'zips behind the links',
          `${links.length}, ${round(total / 1e9, 2)} GB of ${round(whole / 1e9, 2)} GB`,
          'all',
          total > whole,
        ),
      ],
    };
  } finally {
    await product.stop();
  }
}

async function fill({ stack }: Product, ownerId: number): Promise<void> {
  const { s3 } = stack;
  if (!s3) throw new Error('the bucket has no stand-in');
  const buckets = { avatars: 'avatars', transcripts: 'transcripts', generated: 'generated' };
  const storage = createStorage({ ...s3, buckets }, { log: silentLogger });
  for (const { count, bytes } of [PICTURES, ENLARGED]) {
    const numbers = Array.from({ length: count }, (_, n) => n).values();
    const content = randomBytes(bytes);
    const painters = async () => {
      for (const n of numbers)
        await storage.put('generated', objectKey(ownerId, 'images', `of-${bytes}`, `${n}.jpg`), content, {
          contentType: 'image/jpeg',
        });
    };
    await Promise.all(Array.from({ length: AT_ONCE }, painters));
  }
  storage.close();
  // What was written is on the disk, and does not slow down what is measured.
  await wait(2_000);
}

function linksOf(markup: unknown): string[] {
  const text = JSON.stringify(markup ?? null);
  return [...text.matchAll(/"url":"([^"]+)"/g)].map(([, url]) => url ?? '');
}

async function sizeOf(url: string): Promise<number> {
  // A signature is for GET alone: the answer is not read.
  const answer = await fetch(url, { headers: { range: 'bytes=0-0' } });
  await answer.body?.cancel();
  const whole = answer.headers.get('content-range')?.split('/')[1] ?? answer.headers.get('content-length');
  if (!answer.ok || !whole) throw new Error(`a link answers ${answer.status}`);
  return Number(whole);
}
