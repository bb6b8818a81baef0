import type { FaultAction } from '@aisha/sandbox';
import { expect } from 'vitest';
import { eventually } from '../../waiting.ts';
import { ECHOES } from '../echo.ts';
import { guest, saidTo, type Scenario, type Stage } from './scenario.ts';

/** A send to one chat goes wrong; the person has their answer, so many times. */
const send = (
  name: string,
  action: FaultAction,
  options: { times?: number; copies: number; unknown: number },
): Scenario => ({
  name: `Telegram: ${name}`,
  async play(stage) {
    const { system } = stage;
    const person = await guest(stage);
    await system.telegram.addFault({
      method: 'sendMessage',
      chatId: person.id,
      times: options.times ?? 1,
      action,
    });
    const { id } = await person.write('/help');
    await answered(stage, person.id, 60_000);
    expect(await saidTo(person, ECHOES['/help'], id)).toHaveLength(options.copies);
    const unknown = await system.count(
      `select unknown_outcomes from telegram_updates where lane = $1 order by seq desc limit 1`,
      [`chat${person.id}`],
    );
    expect(unknown).toBe(options.unknown);
  },
});

async function answered({ system }: Stage, chatId: number, timeoutMs = 30_000): Promise<void> {
  await eventually(
    `everything of chat ${chatId} is answered`,
    async () => {
      const [row] = await system.sql(
        `select count(*)::int as n, (count(*) filter (where state <> 'done'))::int as open from telegram_updates where lane = $1`,
        [`chat${chatId}`],
      );
      return Number(row?.['n']) > 0 && Number(row?.['open']) === 0;
    },
    timeoutMs,
  );
}

export const SEND_SCENARIOS: readonly Scenario[] = [
  send('429 is waited for', { kind: 'too_many_requests', retryAfter: 2 }, { copies: 1, unknown: 0 }),
  send('502 as a page', { kind: 'bad_gateway' }, { copies: 1, unknown: 1 }),
  send('502 for a while loses nothing', { kind: 'bad_gateway' }, { times: 3, copies: 1, unknown: 3 }),
  send('500', { kind: 'server_error' }, { copies: 1, unknown: 1 }),
  send('no answer, not done', { kind: 'hang' }, { copies: 1, unknown: 1 }),
  send('reset before it was done', { kind: 'reset_before' }, { copies: 1, unknown: 1 }),
  // Telegram has no idempotency key: a second copy is the price of losing none, and it is counted.
  send('reset after it was done', { kind: 'reset_after' }, { copies: 2, unknown: 1 }),
  send('done, and the answer never comes', { kind: 'drop_response' }, { copies: 2, unknown: 1 }),
];

/** The way in goes wrong; the next message is answered once. */
const poll = (name: string, spoil: (stage: Stage) => Promise<unknown>): Scenario => ({
  name: `Telegram: ${name}`,
  async play(stage) {
    const person = await guest(stage);
    await spoil(stage);
    const { id } = await person.write('/help');
    await person.see(({ text }) => ECHOES['/help'].test(text), 'help', { after: id, timeoutMs: 30_000 });
    await answered(stage, person.id);
    expect(await saidTo(person, ECHOES['/help'], id)).toHaveLength(1);
  },
});

const pollFault = (name: string, action: FaultAction, times: number) =>
  poll(name, async ({ system }) => {
    await system.telegram.addFault({ method: 'getUpdates', action, times });
    // The poll that waits ends, so that the fault strikes the next one and not in 50 s.
    await system.telegram.terminatePoll({});
  });

/** One after the other: they all strike the one poll that there is. */
export const POLL_SCENARIOS: readonly Scenario[] = [
  pollFault('409 to the poller', { kind: 'conflict' }, 2),
  pollFault('401 to the poller', { kind: 'unauthorized' }, 1),
  pollFault('502 to the poller', { kind: 'bad_gateway' }, 2),
  pollFault('429 to the poller', { kind: 'too_many_requests', retryAfter: 2 }, 1),
  pollFault('the connection of the poller is reset', { kind: 'reset_before' }, 2),
  pollFault('a batch is lost on its way', { kind: 'reset_after' }, 2),
  {
    name: 'Telegram: updates that come again are not handled again',
    async play(stage) {
      const { system } = stage;
      const person = await guest(stage);
      const { id } = await person.write('/help');
      await person.see(({ text }) => ECHOES['/help'].test(text), 'help', { after: id });
      await answered(stage, person.id);
      await system.telegram.replayUpdates({ count: 50 });
      await eventually(
        'they are confirmed',
        async () => (await system.telegram.state({})).bots[0]?.pending === 0,
      );
      expect(
        await system.count('select count(*) from telegram_updates where lane = $1', [`chat${person.id}`]),
      ).toBe(1);
      expect(await saidTo(person, ECHOES['/help'], id)).toHaveLength(1);
    },
  },
];
