import { encodeSpeech } from '@aisha/sandbox';
import { expect } from 'vitest';
import pg from 'pg';
import { eventually } from '../../waiting.ts';
import { ECHOES } from '../echo.ts';
import { hasButton } from '../load.ts';
import { WIRED_BOT } from '../system.ts';
import {
  expectPaidOnce,
  guest,
  orderPicture,
  pictureEnded,
  saidTo,
  type Scenario,
  type Stage,
} from './scenario.ts';

const HELP = ECHOES['/help'];

/** Somebody writes while `spoil` is under way, and is answered once; milliseconds until then. */
async function expectAnsweredOnce(
  stage: Stage,
  spoil: (write: () => Promise<void>) => Promise<unknown>,
): Promise<number> {
  const person = await guest(stage);
  let id = 0;
  let written = 0;
  await spoil(async () => {
    written = performance.now();
    ({ id } = await person.write('/help'));
  });
  await person.see(({ text }) => HELP.test(text), 'help', { after: id, timeoutMs: 30_000 });
  const ms = performance.now() - written;
  const kept = await stage.system.count(`select count(*) from telegram_updates where lane = $1`, [
    `chat${person.id}`,
  ]);
  expect(kept).toBe(1);
  expect(await saidTo(person, HELP, id)).toHaveLength(1);
  return ms;
}

/** A transaction that holds the row of the pollers, so that a batch cannot be kept until it ends. */
async function holdPollers(stage: Stage, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: stage.system.postgres.url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query('select * from pollers where bot_id = $1 for update', [stage.system.botId]);
    await work(client);
  } finally {
    await client.end();
  }
}

/** True once somebody waits for the row that we hold. */
const batchWaits = (stage: Stage) =>
  eventually(
    'a batch waits to be kept',
    async () =>
      (await stage.system.count(
        `select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%pollers%'`,
      )) > 0,
  );

/** They end or freeze bots and the webhook API, and no worker. */
export const DOOR_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a poller that was replaced while it inserts: its batch is rejected, and handled once by the next',
    async play(stage) {
      const before = await stage.system.count('select epoch from pollers');
      await expectAnsweredOnce(stage, (write) =>
        holdPollers(stage, async (client) => {
          await write();
          await batchWaits(stage);
          // Another owner, in the moment between its fetch and its insert.
          await client.query('update pollers set epoch = epoch + 1, owner = $1', ['somebody else']);
          await client.query('commit');
        }),
      );
      expect(await stage.system.count('select epoch from pollers')).toBeGreaterThan(before + 1);
    },
  },
  {
    name: 'a poller frozen in the middle of an insert: the next one does not wait for its locks',
    async play(stage) {
      const active = await stage.system.activeBot();
      const ms = await expectAnsweredOnce(stage, (write) =>
        holdPollers(stage, async () => {
          await write();
          await batchWaits(stage);
          active.signal('SIGSTOP');
        }),
      );
      active.signal('SIGCONT');
      expect(ms).toBeLessThan(8_000);
      await stage.system.allReady();
    },
  },
  {
    name: 'a bot cut off from Redis stops by itself, and the other one takes over',
    async play(stage) {
      const { system } = stage;
      const wired = system.stack.app(WIRED_BOT);
      if ((await system.activeBot()).name !== WIRED_BOT) {
        (await system.activeBot()).signal('SIGTERM');
        await eventually('the wired bot polls', async () => (await system.activeBot()).name === WIRED_BOT);
        await system.allReady();
      }
      system.line.cut();
      try {
        await eventually(
          'the other bot polls',
          async () => (await system.activeBot()).name !== WIRED_BOT,
          10_000,
        );
        const person = await guest(stage);
        const { id } = await person.write('/help');
        await person.see(({ text }) => HELP.test(text), 'help', { after: id });
      } finally {
        system.line.mend();
      }
      expect(wired.running).toBe(true);
      await system.allReady();
    },
  },
  {
    name: 'a replica of the webhook API killed: the webhooks reach the other one',
    async play(stage) {
      const replica = stage.system.stack.app('webhook-api-1');
      const orders = await Promise.all(Array.from({ length: 3 }, () => orderPicture(stage)));
      replica.signal('SIGKILL');
      for (const { prompt } of orders) expectPaidOnce(await pictureEnded(stage, prompt));
      await stage.system.allReady();
    },
  },
];

export const WORKER_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a worker killed in the middle of a transcription: told once',
    play: (stage) => interruptedTranscription(stage, 'SIGKILL'),
  },
  {
    name: 'a worker stopped in the middle of a transcription: told once',
    play: (stage) => interruptedTranscription(stage, 'SIGTERM'),
  },
  {
    name: 'a worker frozen while it draws: another one ends the order, once',
    async play(stage) {
      const workers = stage.system.stack.apps.filter(({ name }) => name.startsWith('worker'));
      const orders = await Promise.all(
        Array.from({ length: 4 }, () => orderPicture(stage, [{ kind: 'slow', seconds: 1 }])),
      );
      const [worker] = workers;
      worker?.signal('SIGSTOP');
      try {
        for (const { prompt } of orders) expectPaidOnce(await pictureEnded(stage, prompt, 90_000));
      } finally {
        worker?.signal('SIGCONT');
      }
      await stage.system.allReady();
    },
  },
];

async function interruptedTranscription(stage: Stage, signal: NodeJS.Signals): Promise<void> {
  const { system } = stage;
  const words = 'this voice must not be lost by anybody'.split(' ');
  const bytes = await encodeSpeech(words, { format: 'ogg' });
  const asked = (await system.openai.requests({ route: 'transcriptions' })).length;
  await system.openai.addFault({ route: 'transcriptions', fault: { kind: 'slow', ms: 3_000 } });
  const person = await guest(stage);
  const { id } = await person.media('voice', { bytes, name: 'voice.ogg', mime: 'audio/ogg' });
  stage.ledger.recordings.push({ chatId: person.id, messageId: id });
  await eventually(
    'it is being transcribed',
    async () => (await system.openai.requests({ route: 'transcriptions' })).length > asked,
  );
  // Which of the workers has it is not known from outside: both go, one after the other, as in a careless deploy.
  for (const worker of system.stack.apps.filter(({ name }) => name.startsWith('worker')))
    worker.signal(signal);
  await person.see(
    (message) => message.message.reply_to_message?.message_id === id && hasButton(message, /Summary/),
    'the transcript',
    {
      after: id,
      timeoutMs: 90_000,
    },
  );
  await system.allReady();
  expect(await person.messages((message) => hasButton(message, /Summary/))).toHaveLength(1);
}
