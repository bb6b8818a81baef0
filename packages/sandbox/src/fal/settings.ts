import { z } from 'zod';

const seconds = z.number().min(0);

/**
 * What can be changed while the stand-in runs. Real waiting times (`timing`) are given in real seconds;
 * everything that FAL measures in minutes or hours (retention, webhook back-off and time-outs, lifetimes of
 * uploads) keeps FAL's own figures and is divided by `timeScale`.
 */
export const falSettingsSchema = z.strictObject({
  timing: z.strictObject({
    trainingSeconds: seconds.default(7),
    imageSeconds: seconds.default(1),
    queueSeconds: seconds.default(0.5),
  }),
  timeScale: z.number().positive().default(1),
  /** Jobs in progress at once; FAL gives new accounts 2. */
  concurrency: z.number().int().min(1).default(2),
  /** Text after "User is locked. Reason: ", or null while the account is in order. */
  locked: z.string().nullable().default(null),
  /** FAL's own answer to a result asked too early is not documented. */
  earlyResultStatus: z.number().int().min(200).max(599).default(400),
  fluxProTrainer: z.enum(['gone', 'working']).default('gone'),
  /** A job cancelled in the queue either ends as `client_cancelled` or is no longer known. */
  cancelQueued: z.enum(['completed', 'removed']).default('completed'),
  cancelRunning: z.enum(['stops', 'finishes']).default('stops'),
  /** Fewest pictures of a training archive; FAL publishes none, so it is a setting. */
  minimumImages: z.number().int().min(1).default(4),
  retention: z.strictObject({
    seconds: seconds.default(3600),
    bigSeconds: seconds.default(360),
    bigBytes: z
      .number()
      .int()
      .default(10 * 1024),
  }),
  webhooks: z.strictObject({
    firstTimeoutSeconds: seconds.default(15),
    retryTimeoutSeconds: seconds.default(120),
    backoffSeconds: seconds.default(1),
    longestBackoffSeconds: seconds.default(300),
    maxRetries: z.number().int().min(0).default(31),
  }),
});

export type FalSettings = z.output<typeof falSettingsSchema>;

type SettingsInput = z.input<typeof falSettingsSchema>;

export type FalSettingsPatch = Partial<{
  [K in keyof SettingsInput]: SettingsInput[K] extends object | undefined
    ? Partial<SettingsInput[K]>
    : SettingsInput[K];
}>;

/** Settings after a partial change; throws a ZodError on anything unknown or out of range. */
export function mergeSettings(base: FalSettings | null, patch: unknown): FalSettings {
  const changes = z.record(z.string(), z.unknown()).parse(patch ?? {});
  const merged: Record<string, unknown> = { timing: {}, retention: {}, webhooks: {}, ...base };
  for (const [name, value] of Object.entries(changes)) {
    const before = merged[name];
    merged[name] = isGroup(value) && isGroup(before) ? { ...before, ...value } : value;
  }
  return falSettingsSchema.parse(merged);
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
