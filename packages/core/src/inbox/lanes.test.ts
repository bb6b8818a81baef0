import { describe, expect, test } from 'vitest';
import { incoming } from './lanes.ts';

const from = { id: 7, is_bot: false, first_name: 'A' };
const chat = { id: -100, type: 'supergroup' };

describe('an update', () => {
  test.each([
    ['message', { message: { chat, from } }, 'chat-100'],
    ['edited_message', { edited_message: { chat } }, 'chat-100'],
    ['my_chat_member', { my_chat_member: { chat, from } }, 'chat-100'],
    ['callback_query', { callback_query: { id: '1', from, message: { chat } } }, 'press-7'],
    ['pre_checkout_query', { pre_checkout_query: { id: '1', from } }, 'checkout-7'],
    ['poll', { poll: { id: '1' } }, 'other-poll'],
    ['a_kind_of_2030', { a_kind_of_2030: { chat: 'x' } }, 'other-a_kind_of_2030'],
    ['empty', {}, 'other-empty'],
  ])('of kind %s has a lane', (kind, body, lane) => {
    const update = { update_id: 5, ...body };
    expect(incoming(update)).toEqual({ updateId: 5, kind, lane, payload: update });
  });

  test.each([
    ['without a number', { message: { chat } }],
    ['with a number that is none', { update_id: '5', message: { chat } }],
    ['whose message has no chat', { update_id: 5, message: {} }],
    ['that is nothing', null],
    ['that is not there', undefined],
    ['that is a list', [1]],
    ['that is a text', 'update'],
  ])('%s is none', (_name, raw) => expect(incoming(raw)).toBeNull());

  test('has every text made such that PostgreSQL keeps it', () => {
    const text = 'a\0b \ud83d c \udc00 😀 \\u0000 \\ud83d';
    const update = incoming({ update_id: 1, message: { chat, from: { ...from, first_name: '\0' }, text } });
    expect(update?.payload).toMatchObject({
      message: { from: { first_name: '' }, text: 'ab \ufffd c \ufffd 😀 \\u0000 \\ud83d' },
    });
  });
});
