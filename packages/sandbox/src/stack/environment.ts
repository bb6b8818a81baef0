import type { Settings } from './settings.ts';

export type AppName = 'bot-polling' | 'worker' | 'webhook-api';
export type Mode = 'production' | 'development' | 'test';

/** Where the parts are that this stack runs itself; a part that the user configured is absent. */
export interface Addresses {
  postgres?: { url: string };
  redis?: { url: string };
  s3?: { endpoint: string; accessKey: string; secretKey: string; region: string };
  telegram?: { url: string };
  fal?: { url: string };
  openai?: { url: string };
  /** nginx, as the stand-ins reach it. */
  publicUrl: string;
}

/** What the stand-ins accept; nothing of this opens anything real. */
export const STAND_IN_TOKEN = '1234567890:AAStandInStandInStandInStandInStandI';
export const STAND_IN_BOT = 'aisha_sandbox_bot';
export const STAND_IN_FAL_KEY = '5a4db0c5-0000-4000-8000-5a4db0c5fa17:5a4db0c5a15aa15a5a4db0c5a15aa15a';
export const STAND_IN_OPENAI_KEY = 'sk-stand-in-stand-in-stand-in';
const STAND_IN_WEBHOOK_SECRET = 'stand-in-webhook-secret';

/** From the user's own environment: how programs find each other, and how this machine reaches the network. */
const PASSED_ON =
  /^(PATH|HOME|LANG|LC_\w+|TMPDIR|FORCE_COLOR|NO_COLOR|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+|(https?|no|all)_proxy)$/i;

export function baseEnvironment(own: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(own).flatMap(([name, value]) =>
    value !== undefined && PASSED_ON.test(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(kept);
}

export interface EnvironmentOptions {
  base: Readonly<Record<string, string>>;
  settings: Settings;
  addresses: Addresses;
  mode: Mode;
}

/** The whole environment of every Aisha process and script: what the user set, and our own address for every part that they did not. */
export function sharedEnvironment({
  base,
  settings,
  addresses,
  mode,
}: EnvironmentOptions): Record<string, string> {
  const { postgres, redis, s3, telegram, fal, openai, publicUrl } = addresses;
  const webhookMode = settings['TELEGRAM_MODE']?.toLowerCase() === 'webhook';
  return {
    ...base,
    ENVIRONMENT: mode,
    ...settings,
    ...(postgres && { DATABASE_URL: postgres.url }),
    ...(redis && { REDIS_URL: redis.url }),
    ...(s3 && {
      MINIO_ENDPOINT: s3.endpoint,
      // The browser is on this machine.
      MINIO_PUBLIC_ENDPOINT: s3.endpoint,
      MINIO_ACCESS_KEY: s3.accessKey,
      MINIO_SECRET_KEY: s3.secretKey,
      MINIO_REGION: s3.region,
    }),
    ...(telegram && {
      TELEGRAM_BOT_TOKEN: STAND_IN_TOKEN,
      TELEGRAM_API_ROOT: telegram.url,
      BOT_USERNAME: STAND_IN_BOT,
      ...(webhookMode && {
        TELEGRAM_WEBHOOK_URL: `${publicUrl}/webhook/telegram`,
        TELEGRAM_WEBHOOK_SECRET: settings['TELEGRAM_WEBHOOK_SECRET'] ?? STAND_IN_WEBHOOK_SECRET,
      }),
    }),
    ...(fal && {
      FAL_API_KEY: STAND_IN_FAL_KEY,
      FAL_QUEUE_URL: fal.url,
      FAL_REST_URL: fal.url,
      FAL_JWKS_URL: `${fal.url}/.well-known/jwks.json`,
      FAL_WEBHOOK_URL: `${publicUrl}/webhook/fal/status`,
    }),
    ...(openai && { OPENAI_API_KEY: STAND_IN_OPENAI_KEY, OPENAI_BASE_URL: `${openai.url}/v1` }),
  };
}

export function appEnvironment(
  shared: Readonly<Record<string, string>>,
  instance: string,
  port: number,
): Record<string, string> {
  return { ...shared, INSTANCE_ID: instance, PORT: String(port) };
}
