import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** What the user set in `.env`; empty values count as not set. */
export type Settings = Readonly<Record<string, string>>;

/** The parts that a stand-in or an embedded server replaces as long as nothing real is configured. */
export const PARTS = ['postgres', 'redis', 's3', 'telegram', 'fal', 'openai'] as const;
export type Part = (typeof PARTS)[number];

/** Any one of these (or of their `…_FILE`) makes a part real. */
const REAL_WHEN_SET: Record<Part, readonly string[]> = {
  postgres: ['DATABASE_URL', 'POSTGRES_HOST', 'POSTGRES_USER'],
  redis: ['REDIS_URL', 'REDIS_HOST'],
  s3: ['MINIO_ENDPOINT'],
  telegram: ['TELEGRAM_BOT_TOKEN', 'TELEGRAM_TOKEN'],
  fal: ['FAL_API_KEY', 'FAL_KEY'],
  openai: ['OPENAI_API_KEY', 'OPENAI_BASE_URL'],
};

/** Only the file counts: a DATABASE_URL that some shell exports for another project must not be migrated by ours. */
export function readSettings(path: string): Settings {
  if (!existsSync(path)) return {};
  const entries = Object.entries(parseEnv(readFileSync(path, 'utf8')));
  return Object.fromEntries(
    entries.flatMap(([name, value]) => {
      const text = value?.trim() ?? '';
      return text === '' ? [] : [[name, text]];
    }),
  );
}

export function realParts(settings: Settings): ReadonlySet<Part> {
  const isSet = (name: string) => settings[name] !== undefined || settings[`${name}_FILE`] !== undefined;
  return new Set(PARTS.filter((part) => REAL_WHEN_SET[part].some(isSet)));
}
