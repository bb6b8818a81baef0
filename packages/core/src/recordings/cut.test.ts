import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SOUND } from '@aisha/media';
import { cutAtPauses, speechGate } from './cut.ts';

const FRAME_MS = SOUND.frameMs;

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
        const voiced = levels.filter((level) => level > speechGate(levels)).length * FRAME_MS;
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

  test('hears a whisper over its own noise, makes it louder, and lets a shout be', () => {
    const levels = new Float32Array(100).fill(-78);
    for (let at = 0; at < 100; at += 4) levels.fill(-58, at, at + 2);
    expect(cutAtPauses(levels, TARGET_MS)[0]).toMatchObject({ silent: false, voicedMs: 1_000, gainDb: 38 });
    const shout = levels.map((level) => level + 55);
    expect(cutAtPauses(shout, TARGET_MS)[0]).toMatchObject({ silent: false, gainDb: 0 });
  });

  test.each([-95, -80, -70, -62])('calls even noise of %s dBFS silence', (level) => {
    const noise = Float32Array.from({ length: 500 }, (_, i) => level + (i % 5) - 2);
    expect(cutAtPauses(noise, TARGET_MS).every(({ silent }) => silent)).toBe(true);
  });
});
