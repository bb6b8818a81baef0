import type { OwedCall } from '@aisha/db';
import { expect, test } from 'vitest';
import { moved, otherWays } from './ways.ts';

const GROUP = -1_001;
const call = (more: Partial<OwedCall> = {}, payload: object = {}): OwedCall => ({
  method: 'sendMessage',
  payload: { chat_id: GROUP, text: 'x', reply_parameters: { message_id: 5 }, ...payload },
  answers: 7,
  ...more,
});
const shown = (calls: readonly OwedCall[]): unknown =>
  calls.map(
    ({ method, payload: { chat_id: chat, message_thread_id: topic, reply_parameters: reply }, instead }) => [
      method,
      chat,
      ...(topic === undefined ? [] : [{ topic }]),
      ...(reply ? ['reply'] : []),
      shown(instead ?? []),
    ],
  );

test('what a group does not take goes to the person in private; nothing of the group goes along', () => {
  expect(shown(otherWays(call(), 'forbidden'))).toEqual([['sendMessage', 7, []]]);
  expect(otherWays(call(), 'forbidden')[0]?.answers).toBeUndefined();
  expect(otherWays(call({ method: 'editMessageText' }), 'forbidden')).toEqual([]);
  // The group itself has no private chat with us.
  expect(otherWays(call({ answers: GROUP }), 'forbidden')).toEqual([]);
});

test('a topic that takes nothing: in private, else in General', () => {
  const inTopic = call({}, { message_thread_id: 77 });
  const general = ['sendMessage', GROUP, []];
  expect(shown(otherWays(inTopic, 'no-topic'))).toEqual([['sendMessage', 7, [general]]]);
  expect(shown(otherWays({ ...inTopic, answers: GROUP }, 'no-topic'))).toEqual([general]);
  // General is closed, too.
  expect(shown(otherWays(call(), 'no-topic'))).toEqual([['sendMessage', 7, []]]);
});

test('whoever made a call says what stands in for it, and every way ends', () => {
  const line = call({ instead: [] });
  const file = call({ method: 'sendDocument', instead: [line] }, { message_thread_id: 77 });
  expect(otherWays(file, 'forbidden')).toEqual([line]);
  for (const first of ['forbidden', 'no-topic'] as const) {
    let left: readonly OwedCall[] = [file];
    for (let n = 0; left.length > 0; n += 1) {
      expect(n).toBeLessThan(8);
      left = left.flatMap((one) => {
        const isPrivate = one.payload['chat_id'] === 7;
        return otherWays(one, isPrivate ? 'unreachable' : first);
      });
    }
  }
});

test('a group that moved: the new id, no numbers of old messages', () => {
  const to = -100_500;
  expect(shown(moved(call({ instead: [call()] }), GROUP, to))).toEqual([
    ['sendMessage', to, [['sendMessage', to, []]]],
  ]);
  expect(shown(moved(call({ method: 'editMessageText' }, { message_id: 3 }), GROUP, to))).toEqual([
    ['sendMessage', to, []],
  ]);
  expect(moved(call({ method: 'deleteMessage' }, { message_id: 3 }), GROUP, to)).toEqual([]);
  const other = call({}, { chat_id: 7 });
  expect(moved(other, GROUP, to)).toEqual([other]);
});
