export {
  createOpenAiControl,
  type OpenAiControl,
  type OpenAiSettings,
  type RequestFilter,
} from './control.ts';
export { type FaultKind as OpenAiFaultKind, type FaultRule as OpenAiFaultRule } from './faults.ts';
export { MAGIC_COLOURS, type MagicImage } from './images.ts';
export { type JournalEntry as OpenAiRequest } from './journal.ts';
export { CATEGORIES as MODERATION_CATEGORIES } from './moderation.ts';
export {
  SANDBOX_OPENAI_KEY,
  startOpenAiSandbox,
  type OpenAiSandbox,
  type OpenAiSandboxOptions,
} from './sandbox.ts';
export { type ScriptRule as OpenAiScript } from './scripts.ts';
