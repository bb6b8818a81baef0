import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type App, aisha, type Environment, freePort, type Stand, startStand } from '../testing/stand.ts';

/** Real processes start and stop here several times. */
const LONG = 240_000;

let stand: Stand;
let webhookPort: number;
let env: Environment;

beforeAll(async () => {
  stand = await startStand();
  webhookPort = await freePort();
  env = {
    ...stand.env,
    TELEGRAM_WEBHOOK_URL: `http://127.0.0.1:${webhookPort}/webhook/telegram`,
    TELEGRAM_WEBHOOK_SECRET: 'a-secret-of-the-test',
  };
}, LONG);
afterAll(() => stand.close(), LONG);

const control = () => stand.telegram.control;
const botOf = async () => (await control().state({})).bots[0];

/** Messages of the bot in a chat. */
async function answers(chatId: number): Promise<string[]> {
  const { messages } = await control().transcript({ chatId });
  return messages.filter(({ fromBot }) => fromBot).map(({ text }) => text);
}

/** One person after the other writes one message, all the time, until `stop`. */
function crowd() {
  const people: number[] = [];
  const over = new AbortController();
  const writing = (async () => {
    while (!over.signal.aborted) {
      const { id } = await control().createUser({ firstName: 'Person', languageCode: 'en' });
      await control().sendText({ userId: id, text: `hello ${people.length}` });
      people.push(id);
      await wait(100);
    }
  })();
  return {
    people,
    stop: async () => {
      over.abort();
      await writing;
    },
  };
}

/** Waits until so many more people than now were answered: the way in works. */
async function answersGoOn(people: readonly number[]): Promise<void> {
  const from = people.length + 5;
  await vi.waitFor(
    async () => {
      expect(people.length).toBeGreaterThan(from);
      expect(await answers(people[from] ?? 0)).toHaveLength(1);
    },
    { timeout: 60_000, interval: 100 },
  );
}

async function everybodyAnsweredOnce(people: readonly number[]): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await stand.database.db.execute<{ open: string; all: string }>(
        `select count(*) filter (where state <> 'done') as open, count(*) as all from telegram_updates`,
      );
      expect(rows[0]).toEqual({ open: '0', all: String(people.length) });
      expect((await botOf())?.pending).toBe(0);
    },
    { timeout: 60_000, interval: 200 },
  );
  const counts = await Promise.all(people.map(async (id) => (await answers(id)).length));
  expect(counts.filter((n) => n !== 1)).toEqual([]);
}

describe('with processes that run', () => {
  test(
    'both switches, there and back, under way: every message is answered, once',
    async () => {
      const start = (kind: 'bot-polling' | 'worker' | 'webhook-api', mode: string) =>
        stand.start(kind, { ...env, TELEGRAM_MODE: mode }, kind === 'webhook-api' ? webhookPort : undefined);
      const all = (mode: string) =>
        Promise.all([start('bot-polling', mode), start('worker', mode), start('webhook-api', mode)]);
      let [bot, worker, api]: App[] = await all('polling');
      /** In the order that the command asks for. */
      const restart = async (mode: string) => {
        await bot?.stop();
        bot = await start('bot-polling', mode);
        await worker?.stop();
        worker = await start('worker', mode);
        await api?.stop();
        api = await start('webhook-api', mode);
      };
      // A bot to which nobody wrote yet waits in its first poll; it does not undo the switch either.
      await vi.waitFor(async () => expect((await botOf())?.polling).toBe(true), { timeout: 60_000 });
      expect(await aisha(env, 'telegram', 'mode', 'webhook')).toMatchObject({ status: 0, err: '' });
      expect(await aisha(env, 'telegram', 'mode', 'polling')).toMatchObject({ status: 0, err: '' });
      const { people, stop } = crowd();
      await answersGoOn(people);

      // The command alone switches, while bots still run with polling; they do not undo it.
      const there = await aisha(env, 'telegram', 'mode', 'webhook');
      expect(there.err).toBe('');
      expect(there.status).toBe(0);
      expect(there.out).toContain('TELEGRAM_MODE=webhook');
      await answersGoOn(people);
      expect((await botOf())?.webhookUrl).toBe(env['TELEGRAM_WEBHOOK_URL']);
      // Then the environment follows, one process after the other.
      await restart('webhook');
      await answersGoOn(people);
      expect((await botOf())?.webhookUrl).toBe(env['TELEGRAM_WEBHOOK_URL']);
      // What failed while the API was down is delivered again soon.
      await vi.waitFor(
        async () => {
          const status = await aisha({ ...env, TELEGRAM_MODE: 'webhook' }, 'telegram', 'mode', 'status');
          expect(status).toMatchObject({ status: 0, err: '' });
          expect(status.out).toMatch(/webhook +http:.*\/webhook\/telegram/);
        },
        { timeout: 60_000, interval: 500 },
      );

      const back = await aisha({ ...env, TELEGRAM_MODE: 'webhook' }, 'telegram', 'mode', 'polling');
      expect(back.out).toContain('TELEGRAM_MODE=polling');
      expect(back.status).toBe(0);
      await restart('polling');
      await answersGoOn(people);
      expect(await botOf()).toMatchObject({ webhookUrl: null, polling: true });

      await stop();
      await everybodyAnsweredOnce(people);
      await Promise.all([bot, worker, api].map((app) => app?.stop()));
    },
    LONG,
  );

  test(
    'two workers and one chat: thirty quick messages are answered in order',
    async () => {
      const webhook = { ...env, TELEGRAM_MODE: 'webhook' };
      const apps = await Promise.all([
        stand.start('worker', webhook),
        stand.start('worker', webhook),
        stand.start('webhook-api', webhook, webhookPort),
      ]);
      await vi.waitFor(async () => expect((await botOf())?.webhookUrl).toBe(env['TELEGRAM_WEBHOOK_URL']), {
        timeout: 60_000,
      });
      const commands = ['/help', '/language', '/privacy', '/cancel', '/gallery'];
      const { id: first } = await control().createUser({ firstName: 'First', languageCode: 'en' });
      const expected: Record<string, string> = {};
      for (const [n, command] of commands.entries()) {
        await control().sendText({ userId: first, text: command });
        await vi.waitFor(async () => expect(await answers(first)).toHaveLength(n + 1), { timeout: 60_000 });
        expected[command] = (await answers(first)).at(-1) ?? '';
      }
      expect(new Set(Object.values(expected)).size).toBe(commands.length);

      const { id: chat } = await control().createUser({ firstName: 'Quick', languageCode: 'en' });
      const written = Array.from(
        { length: 30 },
        (_, n) => commands[(n * 7 + (n >> 2)) % commands.length] ?? '',
      );
      await control().sendTexts({ messages: written.map((text) => ({ userId: chat, text })) });
      await vi.waitFor(async () => expect(await answers(chat)).toHaveLength(30), {
        timeout: 60_000,
        interval: 200,
      });
      expect(await answers(chat)).toEqual(written.map((command) => expected[command]));
      await Promise.all(apps.map((app) => app.stop()));
    },
    LONG,
  );
});
