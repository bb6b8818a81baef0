import { expect, test } from 'vitest';
import { notificationBody } from './notifications.ts';

// Entries are only ever added: a deploy finds what the release before it owed.
test.each([
  { kind: 'order.ended', data: { orderId: '0199e4a6-8a49-7d20-8d42-7a1a1f0c3a11' } },
  { kind: 'alarm', data: { provider: 'fal', reason: 'locked' } },
])('what an older release owed is read whole: $kind', (body) =>
  expect(notificationBody.parse(body)).toEqual(body),
);
