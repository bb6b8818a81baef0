import type { JobHandlers } from '@aisha/queue';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { FalOrder } from './fal/order.ts';
import { asOrderKind, type OrderKind, orderKinds } from './order-kinds.ts';
import type { OrderDefinition } from './orders/definition.ts';

/** The type check is what runs these: each says that something left out does not compile. */
describe('an order kind', () => {
  test('without one of the parts of its definition does not compile', () => {
    expectTypeOf<OrderDefinition>().toExtend<OrderDefinition>();
    expectTypeOf<Omit<OrderDefinition, 'deadlineMinutes'>>().not.toExtend<OrderDefinition>();
    expectTypeOf<Omit<OrderDefinition, 'exclusive'>>().not.toExtend<OrderDefinition>();
    expectTypeOf<Omit<OrderDefinition, 'price'>>().not.toExtend<OrderDefinition>();
    expectTypeOf<Omit<OrderDefinition, 'input'>>().not.toExtend<OrderDefinition>();
    expectTypeOf<Omit<OrderDefinition, 'first'>>().not.toExtend<OrderDefinition>();
    expectTypeOf<Omit<OrderDefinition, 'progressUnit'>>().not.toExtend<OrderDefinition>();
    expectTypeOf<Omit<FalOrder, 'prepare'>>().not.toExtend<FalOrder>();
    expectTypeOf<Omit<FalOrder, 'collect'>>().not.toExtend<FalOrder>();
  });

  test('is one that is bound: what is said of each kind does not compile without one of them', () => {
    expectTypeOf<OrderKind>().toEqualTypeOf<
      | 'training'
      | 'image'
      | 'first_pictures'
      | 'series'
      | 'edit'
      | 'upscale'
      | 'video'
      | 'style_preview'
      | 'transcription'
      | 'document'
      | 'export'
      | 'merge'
      | 'question'
    >();
    expectTypeOf<Omit<Record<OrderKind, string>, 'image'>>().not.toExtend<Record<OrderKind, string>>();
    expectTypeOf<'song'>().not.toExtend<OrderKind>();
    expect(Object.keys(orderKinds).map(asOrderKind)).toEqual(Object.keys(orderKinds));
    expect(() => asOrderKind('song')).toThrow('song');
    expect(() => asOrderKind('constructor')).toThrow('constructor');
  });
});

describe('a job', () => {
  test('whose handler or whose giving up is left out does not compile', () => {
    type Check = JobHandlers['photo.check'];
    expectTypeOf<Omit<JobHandlers, 'photo.check'>>().not.toExtend<JobHandlers>();
    expectTypeOf<Omit<Check, 'handle'>>().not.toExtend<Check>();
    expectTypeOf<Omit<Check, 'giveUp'>>().not.toExtend<Check>();
  });
});
