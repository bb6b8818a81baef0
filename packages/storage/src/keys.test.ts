import { describe, expect, test } from 'vitest';
import { assertKey, assertPrefix, objectKey, ownerPrefix } from './keys.ts';

const id = 'e7a0a9f4-3d6f-4b1e-9c2d-7f8e5b4a3c05';

describe('a key', () => {
  test('begins with its owner, then subject and thing', () => {
    expect(objectKey(42, 'recordings', id, 'pieces/3.ogg')).toBe(`42/recordings/${id}/pieces/3.ogg`);
    expect(objectKey(42, 'avatars', id, '')).toBe(`42/avatars/${id}/`);
  });

  test.each([
    '../x',
    'a/../b',
    '/etc',
    'a//b',
    'a b',
    'a\\b',
    'a\0',
    'имя',
    'a?b',
    '.hidden',
    'a'.repeat(600),
  ])('never holds %j', (file) => {
    expect(() => objectKey(42, 'images', id, file)).toThrow('not a key');
  });

  test.each([0, -1.5, 1.5, Number.NaN])('never belongs to %d', (owner) => {
    expect(() => objectKey(owner, 'images', id, 'a')).toThrow('not an owner');
  });

  test('has an owner', () => {
    expect(() => assertKey('avatars/x/y')).toThrow('not a key');
    expect(() => assertKey('42')).toThrow('not a key');
  });
});

test.each(['', '/', '42', 'avatars/', '42//', '42/..'])(
  'the prefix %j is refused: it is too wide',
  (prefix) => {
    expect(() => assertPrefix(prefix)).toThrow('not a key');
  },
);

test('the prefix of an owner ends with a slash, so that 4 is not the beginning of 42', () => {
  expect(ownerPrefix(-1001)).toBe('-1001/');
  assertPrefix(ownerPrefix(-1001));
  expect(ownerPrefix(4)).toBe('4/');
  assertPrefix(ownerPrefix(4));
});
