import { expect, test } from 'vitest';
import { hidePeople, pseudonymOf } from './people.ts';

const hide = hidePeople('a key');
const known = pseudonymOf('a key', 100_000_123);

test('numbers of people stand as pseudonyms, in fields, lanes and keys of objects, in both forms of a line', () => {
  expect(
    [
      '{"msg":"order queued","orderId":"0199e4a6-8a49-7d20-8d42-7a1a1f0c3a11","userId":100000123,"ms":100000123}',
      '12:03 info worker-1 told userId=100000123 kind=order.ended',
      '12:03 info worker-1 told \u001b[90muserId=\u001b[39m100000123',
      '{"lane":"chat100000123"} press-100000123 checkout-100000123 chat-100000123',
      'put 100000123/recordings/0199e4a6/text.txt',
    ].map(hide),
  ).toEqual([
    `{"msg":"order queued","orderId":"0199e4a6-8a49-7d20-8d42-7a1a1f0c3a11","userId":"${known}","ms":100000123}`,
    `12:03 info worker-1 told userId="${known}" kind=order.ended`,
    `12:03 info worker-1 told \u001b[90muserId=\u001b[39m"${known}"`,
    `{"lane":"chat${known}"} press-${known} checkout-${known} chat${pseudonymOf('a key', -100_000_123)}`,
    `put ${known}/recordings/0199e4a6/text.txt`,
  ]);
  expect(pseudonymOf('another key', 100_000_123)).not.toBe(known);
});
