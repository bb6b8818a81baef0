import { describe, expect, expectTypeOf, test } from 'vitest';
import { type Answers, button, buttons } from './buttons.ts';
import { CALLBACK_DATA_BYTES } from './chat/button.ts';
import { uuid } from './chat/codecs.ts';

const ID = '0197c1f0-0000-7000-8000-000000000001';

test.each(Object.entries(buttons))('%s fits, with its longest parameters', (name, { params }) => {
  const longest = params.reduce((bytes, one) => bytes + 1 + one.longest, Buffer.byteLength(name));
  expect(longest).toBeLessThanOrEqual(CALLBACK_DATA_BYTES);
});

test('an id that people give is looked up among what is theirs, here and nowhere else', () => {
  const raw = Object.entries(buttons).filter(([, { params }]) => params.some((one) => one === uuid));
  // Orders are found by their core function, which is given the presser, under the lock that they need; so are exports.
  expect(raw.filter(([, { by }]) => by !== 'operator').map(([name]) => name)).toEqual([
    'export.link',
    'quote',
    'quote.language',
    'quote.language.set',
    'quote.speakers',
    'order.accept',
    'order.again',
    'order.cancel',
  ]);
});

test('data is what it always was: buttons of old chats are read', () => {
  const data = [
    button('', 'menu'),
    button('', 'avatar.kind', 'style'),
    button('', 'training.start', ID, 'balanced'),
    button('', 'imagine'),
    button('', 'imagine', 'none'),
    button('', 'imagine', ID, 'below'),
    button('', 'imagine.aspect', '16:9'),
    button('', 'imagine.count', 4),
    button('', 'gallery', 'favourites', 0),
    button('', 'history', 3),
    button('', 'document', ID, 'summary'),
  ].map((one) => one.data);
  expect(data).toEqual([
    'menu',
    'avatar.kind:style',
    `training.start:${ID}:balanced`,
    'imagine',
    'imagine:none',
    `imagine:${ID}:below`,
    'imagine.aspect:16x9',
    'imagine.count:4',
    'gallery:favourites:0',
    'history:3',
    `document:${ID}:summary`,
  ]);
});

describe('what does not compile', () => {
  test('a button that is no row, or with parameters that are not its own', () => {
    const wrong = [
      // @ts-expect-error: no such button
      () => button('', 'avatars.sell'),
      // @ts-expect-error: its avatar is missing
      () => button('', 'avatar'),
      // @ts-expect-error: it has no parameters
      () => button('', 'menu', ID),
      // @ts-expect-error: a number is no id
      () => button('', 'avatar', 7),
      // @ts-expect-error: no such preset
      () => button('', 'training.start', ID, 'slow'),
      // @ts-expect-error: a page is a number
      () => button('', 'gallery', 'all', '0'),
    ];
    expect(wrong).toHaveLength(6);
  });

  test('a button without an answer, an answer without a button, an answer that expects something else', () => {
    expectTypeOf<Omit<Answers, 'menu'>>().not.toExtend<Answers>();
    const wrong = [
      // @ts-expect-error: there is no such button
      { 'avatars.sell': () => undefined } satisfies Partial<Answers>,
      // @ts-expect-error: what it gets is an avatar
      { avatar: (_turn, id: string) => void id } satisfies Partial<Answers>,
    ];
    expect(wrong).toHaveLength(2);
    type Args<Name extends keyof Answers> = Parameters<Answers[Name]>;
    expectTypeOf<Args<'imagine.count'>[1]>().toEqualTypeOf<number>();
    expectTypeOf<Args<'gallery'>[1]>().toEqualTypeOf<'all' | 'favourites'>();
    expectTypeOf<Args<'recording'>[1]>().toHaveProperty('transcriptKey');
  });

  test('a button that was not made by the catalogue', () => {
    // @ts-expect-error: data is written by nobody else
    const loose: ReturnType<typeof button> = { text: 'x', data: 'menu' };
    expect(loose.data).toBe('menu');
  });
});
