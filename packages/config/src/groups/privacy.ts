import { z } from 'zod';
import { integer } from '../variables.ts';
import { group } from './group.ts';

export interface PrivacyConfig {
  /** By which who left is known again: in a restored backup, and when they come back. */
  key: string;
  backupDays: number;
  /** How long a link to an export works; a new one can be had as long as the export lies there. */
  linkHours: number;
  /** Where the servers are, in words; null: not said. */
  region: string | null;
}

const known = {
  ERASURE_KEY: {
    schema: z.string().min(16).optional(),
    doc: 'Whoever has left is known again by a hash with this key: in a restored backup, and as somebody who was welcomed once; keep it apart from the backups and never change it. By default the bot’s token.',
    expected: 'at least 16 characters, for example of `openssl rand -hex 32`',
    secret: true,
    example: '',
  },
  TELEGRAM_BOT_TOKEN: {
    schema: z.string().regex(/^\d+:\S+$/),
    aliases: ['TELEGRAM_TOKEN'],
    doc: 'From @BotFather.',
    expected: 'a bot token such as 123456789:AA… from @BotFather',
    secret: true,
    example: '',
  },
} as const;

/** Of whoever opens accounts. */
export const erasureGroup = group({
  title: 'Who has left',
  variables: known,
  build: (v): Pick<PrivacyConfig, 'key'> => ({ key: v.ERASURE_KEY ?? v.TELEGRAM_BOT_TOKEN }),
});

export const privacyGroup = group({
  title: "People's data (docs/PRIVACY.md)",
  variables: {
    ...known,
    BACKUP_DAYS: {
      schema: integer(1, 3_650, 7),
      doc: 'How many days backups are kept (infra/scripts/backup.sh reads it too): said to whoever leaves.',
      expected: 'a number of days from 1 to 3650',
    },
    EXPORT_LINK_HOURS: {
      schema: integer(1, 24, 6),
      doc: 'How many hours a link to an export works (MINIO_PUBLIC_ENDPOINT).',
      expected: 'a number of hours from 1 to 24',
    },
    DATA_REGION: {
      schema: z.string().max(100).optional(),
      doc: 'Where the servers of this installation are, as /privacy says it: a country or a city.',
      expected: 'a few words, for example Kazakhstan',
    },
  },
  build: (v): PrivacyConfig => ({
    key: v.ERASURE_KEY ?? v.TELEGRAM_BOT_TOKEN,
    backupDays: v.BACKUP_DAYS,
    linkHours: v.EXPORT_LINK_HOURS,
    region: v.DATA_REGION ?? null,
  }),
});
