import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loudness } from './loudness.ts';

describe('loudness', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aisha-loudness-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function of(samples: Int16Array): Promise<number[]> {
    const file = join(folder, 'sound');
    await writeFile(file, Buffer.from(samples.buffer));
    return [...(await loudness(file))];
  }
  const FRAME = 320;

  test('is 0 dB for the loudest sound, less for less, and −100 for none', async () => {
    const samples = new Int16Array(FRAME * 3);
    samples.fill(32_767, 0, FRAME);
    samples.fill(3_277, FRAME, FRAME * 2);
    const [loud, less, none] = await of(samples);
    expect(loud).toBeCloseTo(0, 1);
    expect(less).toBeCloseTo(-20, 1);
    expect(none).toBe(-100);
  });

  test('has a figure for every frame, the broken one at the end too, in files of any length', async () => {
    for (const samples of [1, FRAME - 1, FRAME, FRAME + 1, FRAME * 1_600 + 7, FRAME * 5_000]) {
      const levels = await of(new Int16Array(samples).fill(-20_000));
      expect(levels).toHaveLength(Math.ceil(samples / FRAME));
      expect(levels.every((level) => level > -40 && level <= 0)).toBe(true);
    }
  });
});
