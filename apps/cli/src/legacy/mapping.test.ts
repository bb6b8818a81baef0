import { describe, expect, test } from 'vitest';
import { findEntity } from './mapping.ts';
import { date, flag, idOf, language, subject, telegramId, wholeCredits } from './values.ts';

const there = (tables: Record<string, string[]>) =>
  new Map(Object.entries(tables).map(([name, columns]) => [name, new Set(columns)]));

describe('where things are', () => {
  test('under the older names that exist, in order', () => {
    const tables = there({ users: ['id', 'tg_id', 'balance', 'created_at'] });
    expect(findEntity('users', tables, {})).toMatchObject({
      table: 'users',
      columns: { id: 'id', telegramId: 'tg_id', balance: 'balance', username: null },
    });
  });
  test("a table whose own id is Telegram's", () => {
    expect(findEntity('users', there({ bot_users: ['user_id', 'username'] }), {})).toMatchObject({
      columns: { id: 'user_id', telegramId: 'user_id' },
    });
  });
  test('or where the mapping says', () => {
    const tables = there({ users: ['id'], people: ['nr', 'tg', 'title'] });
    const users = { table: 'people', columns: { id: 'nr', telegramId: 'tg', firstName: 'title' } };
    expect(findEntity('users', tables, { users })).toMatchObject({
      table: 'people',
      columns: { id: 'nr', telegramId: 'tg', firstName: 'title' },
    });
    expect(findEntity('users', tables, { users: { ...users, columns: { id: 'none' } } })).toContain(
      'no column none',
    );
  });
  test('what is absent is said', () => {
    expect(findEntity('transcripts', there({}), {})).toContain('looked for transcripts, transcriptions');
    expect(findEntity('avatars', there({ avatars: ['id', 'title'] }), {})).toBe(
      'table avatars has no column for userId (it has id, title)',
    );
  });
});

describe('values', () => {
  test.each([
    [10, 10],
    [10.2, 11],
    [10.000000001, 10],
    [0.1 + 0.2, 1],
    [-5, 0],
  ])('a balance of %d is %d whole credits', (balance, credits) => {
    expect(wholeCredits(balance)).toBe(credits);
  });
  test.each([
    ['ru-RU', 'ru'],
    ['kz', 'kk'],
    ['kk', 'kk'],
    ['english', 'en'],
    ['de', 'en'],
    [null, 'ru'],
  ])('%s is %s', (code, ours) => {
    expect(language(code)).toBe(ours);
  });
  test('who is no user of Telegram', () => {
    expect(telegramId('123456789')).toBe(123_456_789);
    expect([telegramId('-100'), telegramId('x'), telegramId(null), telegramId(1.5)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
  test('people, marks and dates as they were written', () => {
    expect(['male', 'Женский', 'woman', '', null].map(subject)).toEqual([
      'man',
      'woman',
      'woman',
      'neutral',
      'neutral',
    ]);
    expect([true, 't', 1, false, 'no', null].map(flag)).toEqual([true, true, true, false, false, false]);
    expect(date('2024-05-06T07:08:09Z')?.toISOString()).toBe('2024-05-06T07:08:09.000Z');
    expect(date('yesterday')).toBeNull();
  });
  test('ids are the same every time, and UUIDs', () => {
    expect(idOf('avatar', '7')).toBe(idOf('avatar', '7'));
    expect(idOf('avatar', '7')).not.toBe(idOf('transcript', '7'));
    expect(idOf('avatar', '7')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
