import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { jobs, queues } from './catalog.ts';
import { defineJobs, isJobName, job, keyOf } from './definition.ts';
import { isQueueName, type JobHandlers, queueNames } from './index.ts';
import type { Handlers } from './run-job.ts';

const fixtures = z
  .record(z.string(), z.array(z.record(z.string(), z.unknown())).min(1))
  .parse(JSON.parse(readFileSync(new URL('./payloads.json', import.meta.url), 'utf8')));

describe('every payload that a release ever wrote', () => {
  // Entries are only ever added: a deploy finds jobs of the one before in Redis.
  test.each(Object.entries(fixtures))('%s is parsed, and keeps what it said', (name, payloads) => {
    if (!isJobName(jobs, name)) throw new Error(`the catalogue no longer knows ${name}`);
    for (const payload of payloads) expect(jobs[name].schema.parse(payload)).toMatchObject(payload);
  });

  test('no job is without one', () => {
    expect(Object.keys(fixtures).toSorted()).toEqual(Object.keys(jobs).toSorted());
  });
});

describe('the catalogue', () => {
  test.each(Object.entries(jobs))('%s: its numbers make sense', (_name, definition) => {
    const queue = queues[definition.queue];
    expect(definition.attempts).toBeGreaterThan(0);
    expect(definition.timeLimitMs).toBeGreaterThan(definition.backoff.delayMs);
    // The last back-off is minutes, not days: what takes longer is the sweeper's.
    expect(definition.backoff.delayMs * 2 ** (definition.attempts - 2)).toBeLessThan(15 * 60_000);
    expect(queue.stalledIntervalMs).toBeLessThan(queue.lockDurationMs);
  });

  test('names all queues', () => {
    expect(queueNames.toSorted()).toEqual(Object.keys(queues).toSorted());
    expect(isQueueName('fal')).toBe(true);
    expect(isQueueName('toString')).toBe(false);
  });
});

describe('a job more, by its recipe', () => {
  const more = defineJobs(queues, {
    'image.upscale': job({
      ...jobs['photo.check'],
      schema: z.object({ imageId: z.uuid() }),
      key: ({ imageId }) => [imageId],
    }),
  });
  type More = JobHandlers & Handlers<{ 'image.upscale': z.output<(typeof more)['image.upscale']['schema']> }>;

  test('does not compile without what it does, without what ends with it, or with a payload of another', () => {
    expectTypeOf<JobHandlers>().not.toExtend<More>();
    type Upscale = More['image.upscale'];
    expectTypeOf<Omit<Upscale, 'handle'>>().not.toExtend<Upscale>();
    expectTypeOf<Omit<Upscale, 'giveUp'>>().not.toExtend<Upscale>();
    expectTypeOf<Parameters<Upscale['giveUp']>[0]>().toEqualTypeOf<{ imageId: string }>();
    expectTypeOf<JobHandlers['photo.check']>().not.toExtend<Upscale>();
  });
});

describe('a key', () => {
  const definition = jobs['recording.piece'];
  const recordingId = 'e7a0a9f4-3d6f-4b1e-9c2d-7f8e5b4a3c05';

  test('is the same for the same subject, whatever else the payload says', () => {
    const settle = jobs['fal.settle'];
    expect(keyOf('fal.settle', settle, { falJobId: recordingId, source: 'poll' })).toBe(
      keyOf('fal.settle', settle, { falJobId: recordingId, source: 'sweep' }),
    );
  });

  test("of a webhook names FAL's id, which a waiting poll does not know; its repeats are one job", () => {
    const settle = jobs['fal.settle'];
    const webhook = { falJobId: recordingId, requestId: 'r', source: 'webhook' as const };
    expect(keyOf('fal.settle', settle, webhook)).not.toBe(
      keyOf('fal.settle', settle, { falJobId: recordingId, source: 'sweep' }),
    );
    expect(keyOf('fal.settle', settle, { ...webhook })).toBe(keyOf('fal.settle', settle, webhook));
  });

  test('differs between subjects, parts and deliberate repetitions, and is an id that BullMQ takes', () => {
    const keys = [
      keyOf('recording.piece', definition, { recordingId, index: 1 }),
      keyOf('recording.piece', definition, { recordingId, index: 11 }),
      keyOf('recording.piece', definition, { recordingId, index: 1 }, '1'),
      keyOf('telegram.dispatch', jobs['telegram.dispatch'], { botId: 1, lane: 'chat:5/1' }),
      keyOf('telegram.dispatch', jobs['telegram.dispatch'], { botId: 1, lane: 'chat:5' }, '1'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) {
      expect(key).not.toContain(':');
      expect(key).not.toMatch(/^\d+$/);
    }
  });
});
