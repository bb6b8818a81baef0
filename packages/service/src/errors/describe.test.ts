import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { TransientError } from './errors.ts';
import { describeError, errorLine } from './describe.ts';

const MARK = 'Қызыл-Marked-7731';
const caught = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};
/** As a library makes it: no line of ours is the first of its stack. */
function foreign(name: string, message: string, fields: object = {}): Error {
  const error = Object.assign(new Error(message), { name, ...fields });
  error.stack = `${name}: ${message}\n    at Parser.parse (/app/node_modules/some/parser.js:1:2)\n    at ours (/app/packages/core/x.js:1:1)`;
  return error;
}

describe('what an error says', () => {
  test('is its own words where they were written here', () => {
    const error = new TransientError('the photo cannot be downloaded now: HTTP 502');
    expect(describeError(error)).toMatchObject({ name: 'TransientError', message: error.message });
    expect(describeError(error).stack).toMatch(/^ {4}at .*describe\.test\.ts/);
    expect(errorLine(error)).toBe('TransientError the photo cannot be downloaded now: HTTP 502');
  });

  test.each<[string, unknown]>([
    ['a JSON parser', caught(() => JSON.parse(`{"a": ${MARK}}`))],
    ['a number of V8', caught(() => BigInt(MARK))],
    ['an address', caught(() => new URL(MARK))],
    ['a file', caught(() => readFileSync(`/tmp/${MARK}`))],
    [
      'a failing statement',
      foreign('DrizzleQueryError', `Failed query: insert into x values ($1)\nparams: ${MARK}`, {
        query: 'insert',
        params: [MARK],
        cause: foreign('error', `invalid input syntax for type json: "${MARK}"`, {
          code: '22P02',
          severity: 'ERROR',
          detail: `Token "${MARK}" is invalid.`,
          where: `JSON data, line 1: ${MARK}`,
          table: 'notifications',
          routine: 'json_errsave_error',
        }),
      }),
    ],
    ['many lines', foreign('Error', `one\n    at ${MARK} (here)\nthree`)],
    ['a name', foreign(`${MARK} Error`, 'x')],
    ['a code', foreign('Error', 'x', { code: MARK })],
    ['a cause that is no error', new Error('ours', { cause: { text: MARK } })],
    ['parts', new AggregateError([foreign('Error', MARK)], 'ours')],
    ['a thrown text', MARK],
  ])('nothing of what it was given: %s', (_what, error) => {
    expect(JSON.stringify(describeError(error))).not.toContain('7731');
    expect(errorLine(error)).not.toContain('7731');
  });

  test('where a database failed, by names of ours', () => {
    const cause = foreign('error', 'x', { code: '23505', constraint: 'avatars_name', severity: 'ERROR' });
    expect(describeError(foreign('DrizzleQueryError', 'y', { cause })).cause).toMatchObject({
      code: '23505',
      at: { constraint: 'avatars_name', severity: 'ERROR' },
      message: '[withheld]',
    });
  });

  test('which machine did not answer', async () => {
    const [error]: unknown[] = await once(connect(1, '127.0.0.1'), 'error');
    expect(describeError(error)).toMatchObject({
      code: 'ECONNREFUSED',
      at: { syscall: 'connect', address: '127.0.0.1', port: 1 },
    });
  });

  test('known words of libraries, without what stands around them', () => {
    expect(describeError(foreign('Error', `Connection terminated unexpectedly ${MARK}`)).message).toBe(
      'connection terminated',
    );
  });

  test('of an own error nothing that a subclass hides, and an error in a circle ends', () => {
    const error = new Error('circle');
    error.cause = error;
    expect(JSON.stringify(describeError(error)).length).toBeLessThan(20_000);
  });
});
