import { readFileSync } from 'node:fs';
import { silentLogger } from '@aisha/service';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { owedCalls, readStored } from './owed.ts';

const fixtures = z
  .array(z.looseObject({ method: z.string() }))
  .parse(JSON.parse(readFileSync(new URL('./owed-calls.json', import.meta.url), 'utf8')));

describe('a call that is owed', () => {
  // Entries are only ever added: a deploy finds what the release before it owed.
  test.each(fixtures.map((call) => [call.method, call]))(
    'by an older release is read whole: %s',
    (_m, call) => expect(owedCalls.parse([call])).toEqual([call]),
  );

  test('whose message is bound to what this release does not know is made all the same', () => {
    const call = { method: 'sendMessage', payload: { chat_id: 7, text: 'a' } };
    expect(owedCalls.parse([{ ...call, bind: { to: 'invoice', id: '1' }, later: true }])).toEqual([call]);
  });
});

test('what cannot be read is null, and the log says where, not what', () => {
  const error = vi.fn<(message: string, fields?: object) => void>();
  const stored = [{ method: 'sendMessage', payload: 'secret words' }, { method: 5 }];
  expect(readStored(owedCalls, stored, { ...silentLogger, error }, { updateId: 1 })).toBeNull();
  expect(error).toHaveBeenCalledTimes(1);
  const [, fields] = error.mock.calls[0] ?? [];
  expect(fields).toEqual({
    updateId: 1,
    problems: ['0.payload: invalid_type', '1.method: invalid_type', '1.payload: invalid_type'],
  });
});
