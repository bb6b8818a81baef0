export {
  SANDBOX_BOT_TOKEN,
  startTelegramSandbox,
  type SandboxBot,
  type TelegramSandbox,
  type TelegramSandboxOptions,
} from './server.ts';
export { createTelegramControl, ControlError } from './control/client.ts';
export type { TelegramControl } from './control/index.ts';
export { waitForMessage, waitForTranscript, type WaitOptions } from './control/wait-for.ts';
export type { ChatMessage, ChatView, FileView, Transcript } from './control/view.ts';
export type { BotState, SandboxState } from './control/reading.ts';
export { createManualClock, systemClock, type Clock, type ManualClock } from './clock.ts';
export { TELEGRAM_LIMITS, type RateLimits } from './limits.ts';
export type { FaultAction, FaultRule } from './faults.ts';
export type { JournalEntry } from './journal.ts';
export type { PaymentOutcome } from './queries.ts';
