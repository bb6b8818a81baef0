import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FRAME_MS, loudness } from './audio.ts';
import { cutAtPauses } from './cut.ts';

const TARGET_MS = 3_000;
const TARGET = TARGET_MS / FRAME_MS;

/** Speech and pauses as they come: loud and quiet runs of 20 ms frames. */
const sound = fc
  .array(fc.record({ level: fc.integer({ min: -100, max: 0 }), frames: fc.integer({ min: 1, max: 120 }) }), {
    maxLength: 60,
  })
  .map((runs) =>
    Float32Array.from(runs.flatMap(({ level, frames }) => Array.from({ length: frames }, () => level))),
  );

describe('a recording cut at its pauses', () => {
  test('is covered by its stretches, which touch and are none longer than asked', () => {
    fc.assert(
      fc.property(sound, (levels) => {
        const stretches = cutAtPauses(levels, TARGET_MS);
        let at = 0;
        for (const { startMs, endMs, voicedMs, silent } of stretches) {
          expect(startMs).toBe(at);
          expect(endMs).toBeGreaterThan(startMs);
          expect(endMs - startMs).toBeLessThanOrEqual(TARGET_MS);
          expect(voicedMs).toBeLessThanOrEqual(endMs - startMs);
          expect(silent).toBe(voicedMs < 100);
          at = endMs;
        }
        expect(at).toBe(levels.length * FRAME_MS);
        const voiced = levels.filter((level) => level > -55).length * FRAME_MS;
        expect(stretches.reduce((sum, one) => sum + one.voicedMs, 0)).toBe(voiced);
      }),
    );
  });

  test('is cut within a pause wherever there is one in reach', () => {
    const speech = fc.record({
      before: fc.integer({ min: Math.ceil((TARGET * 2) / 3) + 1, max: TARGET - 30 }),
      pause: fc.integer({ min: 10, max: 25 }),
      after: fc.integer({ min: TARGET, max: TARGET * 2 }),
    });
    fc.assert(
      fc.property(speech, ({ before, pause, after }) => {
        const levels = new Float32Array(before + pause + after).fill(-20);
        levels.fill(-90, before, before + pause);
        const cut = (cutAtPauses(levels, TARGET_MS)[0]?.endMs ?? 0) / FRAME_MS;
        expect(cut).toBeGreaterThan(before);
        expect(cut).toBeLessThan(before + pause);
      }),
    );
  });

  test('of nothing is nothing', () => expect(cutAtPauses(new Float32Array(), TARGET_MS)).toEqual([]));

  test('goes on where nobody ever pauses', () => {
    const stretches = cutAtPauses(new Float32Array(TARGET * 10).fill(-20), TARGET_MS);
    expect(stretches.length).toBeLessThanOrEqual(15);
  });

  test('calls a click silence, and a short word speech', () => {
    const levels = new Float32Array(100).fill(-80);
    levels.fill(-10, 10, 14);
    expect(cutAtPauses(levels, TARGET_MS)).toMatchObject([{ silent: true, voicedMs: 80 }]);
    levels.fill(-10, 10, 20);
    expect(cutAtPauses(levels, TARGET_MS)).toMatchObject([{ silent: false, voicedMs: 200 }]);
  });
});

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
