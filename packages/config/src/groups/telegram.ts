import { z } from 'zod';
import { httpUrl, integer } from '../variables.ts';
import { group } from './group.ts';

export interface TelegramConfig {
  token: string;
  botId: number;
  /** Without trailing slash. */
  apiRoot: string;
  mode: 'polling' | 'webhook';
  webhook: { url: string; secret: string } | null;
  botUsername: string | null;
  adminIds: readonly number[];
  /** Messages of broadcasts, of all processes together. */
  broadcastPerSecond: number;
}

export const telegramGroup = group({
  title: 'Telegram',
  variables: {
    TELEGRAM_BOT_TOKEN: {
      schema: z.string().regex(/^\d+:\S+$/),
      aliases: ['TELEGRAM_TOKEN'],
      doc: 'From @BotFather.',
      expected: 'a bot token such as 123456789:AA… from @BotFather',
      secret: true,
      example: '',
    },
    BOT_USERNAME: {
      schema: z
        .string()
        .transform((v) => v.replace(/^@/, ''))
        .pipe(z.string().regex(/^\w{3,64}$/))
        .optional(),
      doc: 'Without @; asked of Telegram when empty.',
      expected: 'a user name without @',
    },
    TELEGRAM_API_ROOT: {
      schema: httpUrl.default('https://api.telegram.org'),
      doc: 'A self-hosted Bot API server, a proxy or a stand-in.',
      expected: 'an http(s) address',
    },
    TELEGRAM_MODE: {
      schema: z
        .string()
        .toLowerCase()
        .pipe(z.enum(['polling', 'webhook']))
        .default('polling'),
      doc: 'How updates arrive.',
      expected: 'polling or webhook',
      example: 'polling',
    },
    TELEGRAM_WEBHOOK_URL: {
      schema: httpUrl.optional(),
      doc: 'Full public address of /webhook/telegram; webhook mode only.',
      expected: 'https://your-domain/webhook/telegram',
    },
    TELEGRAM_WEBHOOK_SECRET: {
      schema: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,256}$/)
        .optional(),
      doc: 'Secret token that Telegram sends with every webhook; webhook mode only.',
      expected: '1 to 256 letters, digits, dashes or underscores',
      secret: true,
    },
    TELEGRAM_ADMIN_IDS: {
      schema: z
        .string()
        .transform((v) =>
          v
            .replace(/[[\]"']/g, '')
            .split(/[\s,;]+/)
            .filter(Boolean),
        )
        .pipe(z.array(z.string().regex(/^\d+$/).transform(Number)))
        .optional(),
      doc: 'Telegram user ids of the operators, separated by commas.',
      expected: 'numbers separated by commas',
    },
    BROADCAST_PER_SECOND: {
      schema: integer(1, 1_000, 25),
      doc: 'Messages of operators to everybody, in a second. Telegram lets a bot send 30 in all; more than 25 leaves too little for answers, unless Telegram was paid for more.',
      expected: 'a number from 1 to 1000',
      example: '25',
    },
  },
  build(v, report): TelegramConfig {
    if (v.TELEGRAM_MODE === 'webhook') {
      if (!v.TELEGRAM_WEBHOOK_URL)
        report({
          variable: 'TELEGRAM_WEBHOOK_URL',
          problem: 'is missing while TELEGRAM_MODE is webhook',
          expected: 'https://your-domain/webhook/telegram',
        });
      if (!v.TELEGRAM_WEBHOOK_SECRET)
        report({
          variable: 'TELEGRAM_WEBHOOK_SECRET',
          problem: 'is missing while TELEGRAM_MODE is webhook',
          expected: '1 to 256 letters, digits, dashes or underscores',
        });
    }
    return {
      token: v.TELEGRAM_BOT_TOKEN,
      botId: Number(v.TELEGRAM_BOT_TOKEN.split(':')[0]),
      apiRoot: v.TELEGRAM_API_ROOT,
      mode: v.TELEGRAM_MODE,
      webhook:
        v.TELEGRAM_WEBHOOK_URL && v.TELEGRAM_WEBHOOK_SECRET
          ? { url: v.TELEGRAM_WEBHOOK_URL, secret: v.TELEGRAM_WEBHOOK_SECRET }
          : null,
      botUsername: v.BOT_USERNAME ?? null,
      adminIds: v.TELEGRAM_ADMIN_IDS ?? [],
      broadcastPerSecond: v.BROADCAST_PER_SECOND,
    };
  },
});
