import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadParts, type TelegramConfig } from '@aisha/config';
import type { Db } from '@aisha/db';
import { createTelegramClient, type TelegramClient } from '@aisha/providers';
import { silentLogger } from '@aisha/service';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { withDatabase } from '../database.ts';
import { knockAsTelegram } from '../doctor/webhooks.ts';
import { refused } from './refused.ts';
import { showStatus } from './status.ts';

/** A bot that polls meets the new webhook within a second; if it does not know it, it removes it. */
const SETTLE_MS = 4_000;

interface Parts {
  readonly config: TelegramConfig;
  readonly telegram: TelegramClient;
  readonly db: Db;
  readonly io: Io;
  readonly settleMs: number;
}

/** `aisha telegram mode`: how updates arrive, and the switch between both ways. Telegram keeps what waits. */
export async function run(args: readonly string[], io: Io, settleMs = SETTLE_MS): Promise<ExitStatus> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
  const [mode = 'status', ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`one mode, not ${positionals.length}`);
  const action = { status: showStatus, webhook: toWebhook, polling: toPolling }[mode];
  if (!action) throw new UsageError(`no mode "${mode}"; there are: status, polling, webhook`);

  const config = loadParts('telegram:mode', ['telegram', 'database'], io.env);
  const telegram = createTelegramClient({ config: config.telegram, redis: null, log: silentLogger });
  try {
    return await withDatabase(config.database, 'aisha-telegram-mode', (db) =>
      action({ config: config.telegram, telegram, db, io, settleMs }),
    );
  } finally {
    telegram.close();
  }
}

async function toWebhook(parts: Parts): Promise<ExitStatus> {
  const { config, telegram, io } = parts;
  const { webhook } = config;
  if (!webhook)
    throw new Trouble(
      'TELEGRAM_WEBHOOK_URL and TELEGRAM_WEBHOOK_SECRET are not both set',
      'set both for all processes (TELEGRAM_MODE may stay polling), restart webhook-api and bot-polling, and run this again',
    );
  // An address that does not answer would leave the bot deaf.
  const knock = await knockAsTelegram(webhook.url, webhook.secret);
  if (knock.verdict === 'failed')
    throw new Trouble(`${webhook.url}: ${knock.found}`, knock.mend ?? 'aisha doctor --only webhooks');
  const set = await telegram.setWebhook(webhook);
  if (set.kind !== 'ok') throw refused('setWebhook', set);
  await wait(parts.settleMs);
  const info = await telegram.webhookInfo();
  if (info.kind !== 'ok') throw refused('getWebhookInfo', info);
  if (info.result.url !== webhook.url)
    throw new Trouble(
      'a bot that polls has removed the webhook again, because its TELEGRAM_WEBHOOK_URL is another one or missing; nothing is lost, it goes on polling',
      'set TELEGRAM_WEBHOOK_URL and TELEGRAM_WEBHOOK_SECRET for bot-polling too and restart it; then run this again',
    );
  io.out(
    `✓ Updates now come to ${webhook.url}; what waited at Telegram comes there too.\n\n` +
      (config.mode === 'webhook'
        ? 'TELEGRAM_MODE is webhook already. If a process still runs with polling, restart it:\n'
        : 'Make it last: set TELEGRAM_MODE=webhook for all processes (until then a bot that restarts goes back to polling), and restart them, one after the other:\n') +
      '  1. bot-polling   it no longer polls\n  2. worker        it looks after every unfinished update\n  3. webhook-api   it sets the webhook at its start\n\n' +
      'pnpm telegram:mode status shows how it goes.\n',
  );
  return 0;
}

async function toPolling({ config, telegram, io }: Parts): Promise<ExitStatus> {
  const deleted = await telegram.deleteWebhook();
  if (deleted.kind !== 'ok') throw refused('deleteWebhook', deleted);
  io.out(
    '✓ The webhook is removed. Updates wait at Telegram, for 24 hours at most, until a bot polls.\n\n' +
      (config.mode === 'polling'
        ? 'A bot that runs with TELEGRAM_MODE=polling goes on by itself within seconds. If none does:\n'
        : 'Now set TELEGRAM_MODE=polling for all processes, and restart them, one after the other:\n') +
      '  1. bot-polling   it polls again, what waits comes first\n  2. webhook-api   it no longer sets the webhook at its start\n  3. worker\n\n' +
      'pnpm telegram:mode status shows how it goes.\n',
  );
  return 0;
}
