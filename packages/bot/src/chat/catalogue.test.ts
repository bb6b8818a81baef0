import { drizzle } from 'drizzle-orm/node-postgres';
import { describe, expect, test } from 'vitest';
import { rows } from './button.ts';
import { anyone, catalogue, operator, owner, type Presser } from './catalogue.ts';
import { int, oneOf, optional, own, page, uuid } from './codecs.ts';

const ID = '0197c1f0-0000-7000-8000-000000000001';
// Nothing here asks the database.
const nowhere = drizzle.mock();
const presser = (atOthers = false, isOperator = false): Presser => ({
  chatId: 7,
  unit: { tx: nowhere },
  user: { id: 7 },
  atOthers,
  isOperator,
});

const { button, press } = catalogue({
  plain: owner(),
  note: anyone(),
  desk: operator(),
  one: owner(own((_tx, ownerId, id) => Promise.resolve(ownerId === 7 && id === ID ? { id, ownerId } : null))),
  several: owner(
    uuid,
    oneOf(['a:b', 'c'], (value) => value.replace(':', 'x')),
    int(1, 4),
  ),
  list: owner(optional(oneOf(['all', 'some']), 'all'), page),
});

async function answered(data: string, by = presser()) {
  const said: unknown[] = [];
  const note =
    (name: string) =>
    (_turn: Presser, ...args: unknown[]) =>
      void said.push(name, ...args);
  const outcome = await press(by, data, {
    plain: note('plain'),
    note: note('note'),
    desk: note('desk'),
    one: note('one'),
    several: note('several'),
    list: note('list'),
  });
  return said.length > 0 ? said : outcome;
}

describe('a press', () => {
  test('brings back what its button was given', async () => {
    expect(await answered(button('', 'plain').data)).toEqual(['plain']);
    expect(await answered(button('', 'one', ID).data)).toEqual(['one', { id: ID, ownerId: 7 }]);
    expect(await answered(button('', 'several', ID, 'a:b', 3).data)).toEqual(['several', ID, 'a:b', 3]);
    expect(await answered(button('', 'list').data)).toEqual(['list', 'all', 0]);
    expect(await answered(button('', 'list', 'some', 2).data)).toEqual(['list', 'some', 2]);
  });

  test.each([
    'one',
    'one:',
    'one:x',
    'one:0197c1f0-0000-7000-8000-000000000002',
    `several:${ID}`,
    `several:${ID}:d:1`,
    `several:${ID}:c:5`,
    `several:${ID}:c:1.5`,
    'list:none',
  ])('with %s is out of date', async (data) => {
    expect(await answered(data)).toBe('outdated');
  });

  test.each(['', 'nothing', 'plains', 'constructor', '__proto__', 'toString:1'])(
    'on “%s” is unknown',
    async (data) => {
      expect(await answered(data)).toBe('unknown');
    },
  );

  test('at somebody else’s message does nothing, unless anyone may', async () => {
    for (const data of ['plain', `one:${ID}`, 'nothing'])
      expect(await answered(data, presser(true))).toBe('of-another');
    expect(await answered('note', presser(true))).toEqual(['note']);
  });
});

test('a press that only operators may make is anybody else’s as if its button were out of date', async () => {
  expect(await answered('desk')).toBe('outdated');
  expect(await answered('desk', presser(true, true))).toBe('of-another');
  expect(await answered('desk', presser(false, true))).toEqual(['desk']);
});

test('a button whose data Telegram would refuse is not made', () => {
  const { button: make } = catalogue({ ['x'.repeat(30)]: owner(uuid) });
  expect(() => make('', 'x'.repeat(30), ID)).toThrow(/too long/);
});

test('any number of buttons is laid out, none is dropped', () => {
  const five = Array.from({ length: 5 }, (_one, page_) => button('', 'list', 'all', page_));
  expect(rows(five, 2).map((row) => row.length)).toEqual([2, 2, 1]);
  expect(rows(five, 2).flat()).toEqual(five);
  expect(rows([], 2)).toEqual([]);
});
