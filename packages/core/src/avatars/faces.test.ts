import type { FaceFacts } from '@aisha/db';
import type { FacesSeen, MainFace } from '@aisha/media';
import { describe, expect, test } from 'vitest';
import { TEST_PHOTOS as rules } from '../testing/photo-rules.ts';
import { comparable, judgeFaces, strangers } from './faces.ts';
import { byLikeness, isUnlike, likenessTo } from './likeness.ts';
import { adviceOn } from './photo-set.ts';
import { isDark } from './photos.ts';

/** Points on a line: how far apart they are is plain to see. */
const at = (x: number): number[] => [x, ...Array.from({ length: 127 }, () => 0)];
const face = (given: Partial<MainFace> = {}): MainFace => ({
  width: 0.3,
  score: 0.8,
  sharpness: 200,
  yaw: 0,
  roll: 0,
  light: 120,
  clothes: null,
  embedding: at(0),
  ...given,
});
const seen = (main: Partial<MainFace> | null, ...others: FacesSeen['others']): FacesSeen => ({
  main: main && face(main),
  others,
});

describe('a photo', () => {
  const fine = { problem: null, doubt: null };
  test.each<[string, FacesSeen | null, object]>([
    ['that was not looked at is no worse', null, fine],
    ['of one sharp face is fine', seen({}), fine],
    ['without a face is asked about', seen(null), { doubt: 'no_face' }],
    [
      'with an equal beside is turned down',
      seen({}, { width: 0.9, score: 0.8 }),
      { problem: 'several_faces' },
    ],
    [
      'with an unsure equal beside is asked about',
      seen({}, { width: 0.9, score: 0.6 }),
      { doubt: 'several_faces' },
    ],
    ['with a passer-by is fine', seen({}, { width: 0.2, score: 0.9 }), fine],
    ['with a pattern like a face is fine', seen({}, { width: 0.9, score: 0.42 }), fine],
    ['of a tiny face is turned down', seen({ width: 0.02 }), { problem: 'face_small' }],
    ['of a small face is asked about', seen({ width: 0.05 }), { doubt: 'face_small' }],
    ['of a blurred face is turned down', seen({ sharpness: 9 }), { problem: 'face_blurred' }],
    ['of a soft face is asked about', seen({ sharpness: 25 }), { doubt: 'face_blurred' }],
    ['whose sharpness nobody can tell is fine', seen({ sharpness: null }), fine],
  ])('%s', (_name, found, expected) => {
    expect(judgeFaces(found, rules)).toMatchObject(expected);
  });

  test('without a face is turned down where a face is required', () => {
    expect(judgeFaces(seen(null), { ...rules, faceRequired: true })).toMatchObject({ problem: 'no_face' });
  });

  test.each([
    { sharpness: 20 },
    { sharpness: null },
    { roll: 25 },
    { yaw: -0.3 },
    { score: 0.4 },
    { embedding: null },
  ])('of %o is not compared', (given) => {
    expect(comparable(face(given), rules)).toBeNull();
    expect(comparable(face(), rules)).toHaveLength(128);
  });

  test('is dark when no part of it is light', () => {
    expect(isDark('1f'.repeat(192), rules.dark)).toBe(true);
    expect(isDark(`${'1f'.repeat(191)}20`, rules.dark)).toBe(false);
  });
});

test('a stranger among the photos is found; among strangers there is none', () => {
  const of = (...places: number[]) => places.map((x, n) => ({ photoId: String(n), embedding: at(x) }));
  expect(strangers(of(0, 0.1, 0.2, 1), rules)).toEqual(new Set(['3']));
  expect(strangers(of(0, 0.1, 1), rules)).toEqual(new Set());
  expect(strangers(of(0, 1, 2, 3), rules)).toEqual(new Set());
});

describe('a set', () => {
  const facts = (given: Partial<FaceFacts> = {}): FaceFacts => ({
    width: 0.3,
    yaw: 0,
    light: 120,
    clothes: [10, 10, 10],
    ...given,
  });
  const same = Array.from({ length: 8 }, () => facts());

  test('of eight alike lacks sides, light and clothes', () => {
    expect(adviceOn(same)).toEqual([
      { what: 'sides', photos: 2 },
      { what: 'light', photos: 2 },
      { what: 'clothes', photos: 2 },
    ]);
  });
  test('with one from the side lacks one more; a varied one lacks nothing', () => {
    expect(adviceOn([...same, facts({ yaw: 0.2 })])[0]).toEqual({ what: 'sides', photos: 1 });
    const varied = [facts({ yaw: 0.2 }), facts({ yaw: -0.2, light: 60 }), facts({ clothes: [200, 10, 10] })];
    expect(adviceOn([...same, ...varied])).toEqual([]);
  });
  test('of few faces is not judged', () => expect(adviceOn(same.slice(0, 5))).toEqual([]));
});

test('likeness is the share of photos within reach; the nearer comes first, the unmeasured last', () => {
  const photos = [at(0), at(0.2), at(0.9), at(1)];
  expect(likenessTo(at(0.1), photos, rules)).toMatchObject({ share: 0.5, photos: 4 });
  const near = { share: 0.5, photos: 4, distance: 0.3 };
  const far = { share: 0.5, photos: 4, distance: 0.4 };
  expect([null, far, near, { ...far, share: 1 }].toSorted(byLikeness)).toEqual([
    { ...far, share: 1 },
    near,
    far,
    null,
  ]);
  expect([0.49, 0.5, null].map((likeness) => isUnlike({ likeness }, rules))).toEqual([true, false, false]);
});
