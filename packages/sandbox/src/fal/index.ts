export { createFalControl } from './control-client.ts';
export type { FalControl, JobFilter, PaidJob } from './control.ts';
export {
  MAGIC_WORDS,
  type FalFault,
  type FalFaultRule,
  type FalFaultState,
  type FalOperation,
} from './faults.ts';
export type { CancelRecord, JournalRequest, WebhookAttempt } from './journal.ts';
export {
  createFalKeys,
  signWebhook,
  type FalJwk,
  type FalKey,
  type FalKeys,
  type SignWebhookOptions,
} from './keys.ts';
export { readLora, type Lora } from './lora.ts';
export { SANDBOX_FAL_KEY, startFalSandbox, type FalSandbox, type FalSandboxOptions } from './server.ts';
export type { FalSettings, FalSettingsPatch } from './settings.ts';
