import { setTimeout as wait } from 'node:timers/promises';
import { encodeSpeech } from '@aisha/sandbox';
import { expect } from 'vitest';
import { eventually } from '../../waiting.ts';
import { ECHOES } from '../echo.ts';
import { hasButton } from '../load.ts';
import {
  expectPaidOnce,
  guest,
  orderPicture,
  pictureEnded,
  saidTo,
  type Scenario,
  type Stage,
} from './scenario.ts';

/** The goal: an emptied Redis is made good within this. */
export const EMPTIED_REDIS_GOAL_MS = 30_000;

/** What was measured on the way, by name. */
export type Figures = Map<string, number>;

async function writeDuring(stage: Stage, spoil: () => Promise<unknown>): Promise<void> {
  const people = await Promise.all(Array.from({ length: 4 }, () => guest(stage)));
  const spoiling = spoil();
  const written = await Promise.all(
    people.map(async (person, n) => {
      await wait(n * 150);
      return { person, id: (await person.write('/help')).id };
    }),
  );
  await spoiling;
  for (const { person, id } of written) {
    await person.see(({ text }) => ECHOES['/help'].test(text), 'help', { after: id, timeoutMs: 60_000 });
    expect(await saidTo(person, ECHOES['/help'], id)).toHaveLength(1);
  }
}

async function pictureDuring(stage: Stage, spoil: () => Promise<unknown>): Promise<void> {
  const { prompt } = await orderPicture(stage, [{ kind: 'slow', seconds: 1 }]);
  await eventually(
    'FAL has it',
    async () =>
      (await stage.system.count(
        `select count(*) from fal_jobs j join orders o on o.id = j.order_id where o.input->>'prompt' = $1 and j.request_id is not null`,
        [prompt],
      )) === 1,
  );
  await spoil();
  expectPaidOnce(await pictureEnded(stage, prompt, 90_000));
}

export const storeScenarios = (figures: Figures, awayMs: number): readonly Scenario[] => [
  {
    name: 'Redis restarted: messages are answered, a picture under way arrives',
    async play(stage) {
      await Promise.all([
        writeDuring(stage, () => stage.system.redis.restart()),
        pictureDuring(stage, async () => undefined),
      ]);
      await stage.system.allReady();
    },
  },
  {
    name: 'Redis emptied while everything is under way: all of it is found again in the database',
    async play(stage) {
      const { system } = stage;
      // Nobody will tell us of these: no webhook comes, and the planned poll is gone with Redis.
      const orders = await Promise.all(
        Array.from({ length: 3 }, () =>
          orderPicture(stage, [{ kind: 'webhook_lost' }, { kind: 'slow', seconds: 1 }]),
        ),
      );
      const voice = await guest(stage);
      await system.openai.addFault({ route: 'transcriptions', fault: { kind: 'slow', ms: 1_500 } });
      const { id } = await voice.media('voice', {
        bytes: await encodeSpeech('nothing of this is lost'.split(' '), { format: 'ogg' }),
        name: 'voice.ogg',
        mime: 'audio/ogg',
      });
      stage.ledger.recordings.push({ chatId: voice.id, messageId: id });
      await eventually(
        'FAL works on them',
        async () =>
          (await system.count(
            `select count(*) from fal_jobs j join orders o on o.id = j.order_id where o.input->>'prompt' = any($1) and j.request_id is not null`,
            [orders.map(({ prompt }) => prompt)],
          )) === orders.length,
      );
      const emptied = performance.now();
      await system.flushRedis();
      for (const { prompt } of orders) expectPaidOnce(await pictureEnded(stage, prompt, 90_000));
      await voice.see((message) => hasButton(message, /Summary/), 'the transcript', {
        after: id,
        timeoutMs: 90_000,
      });
      const person = await guest(stage);
      const { id: asked } = await person.write('/help');
      await person.see(({ text }) => ECHOES['/help'].test(text), 'help', { after: asked });
      const ms = Math.round(performance.now() - emptied);
      figures.set('recovery after an emptied Redis, ms', ms);
      expect(ms).toBeLessThan(EMPTIED_REDIS_GOAL_MS);
    },
  },
  {
    name: 'PostgreSQL restarted: messages are answered, a picture under way arrives',
    async play(stage) {
      await Promise.all([
        writeDuring(stage, () => stage.system.postgres.restart()),
        pictureDuring(stage, async () => undefined),
      ]);
      await stage.system.allReady();
    },
  },
  {
    name: `S3 away for ${awayMs / 1_000} s: recordings and pictures wait for it`,
    async play(stage) {
      const { system } = stage;
      const { prompt } = await orderPicture(stage, [{ kind: 'slow', seconds: 1 }]);
      const person = await guest(stage);
      await system.s3.stop();
      const away = performance.now();
      const { id } = await person.media('voice', {
        bytes: await encodeSpeech('olga waits for the storage'.split(' '), { format: 'ogg' }),
        name: 'voice.ogg',
        mime: 'audio/ogg',
      });
      stage.ledger.recordings.push({ chatId: person.id, messageId: id });
      await wait(awayMs);
      await system.s3.restart();
      expectPaidOnce(await pictureEnded(stage, prompt, 90_000));
      await person.see((message) => hasButton(message, /Summary/), 'the transcript', {
        after: id,
        timeoutMs: 90_000,
      });
      figures.set(
        `S3 away ${awayMs / 1_000} s, everything delivered after, ms`,
        Math.round(performance.now() - away),
      );
      await system.allReady();
    },
  },
  {
    name: 'FAL locks the account: asked once, orders wait with the reason, and are drawn once it is open',
    async play(stage) {
      const { system } = stage;
      await system.fal.lock('Exhausted balance. Top up your balance at fal.ai/dashboard/billing.');
      const first = await orderPicture(stage);
      const waits = ({ person }: typeof first) =>
        person.see(({ text }) => /provider has suspended its work/.test(text), 'the word that it waits');
      await waits(first);
      // The breaker answers for FAL now.
      const submits = async () =>
        (await system.fal.requests()).filter((one) => one.operation === 'submit').length;
      const before = await submits();
      const second = await orderPicture(stage);
      await waits(second);
      expect(await submits()).toBe(before);
      await system.fal.lock(null);
      // Its minute is over.
      await system.sql(`update circuit_breakers set open_until = now() where name = 'fal'`);
      const third = await orderPicture(stage);
      for (const { prompt } of [third, first, second]) expectPaidOnce(await pictureEnded(stage, prompt));
      for (const { person } of [first, second])
        await eventually('the word that it is over', async () => {
          return (await saidTo(person, /works again: your order that waited/)).length === 1;
        });
    },
  },
];
