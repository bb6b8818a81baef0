export { createConversation } from './bindings.ts';
export type { Conversation } from './chat/conversation.ts';
export { type BotSettings, botSettings } from './chat/settings.ts';
export { exportHandlers } from './exports/handlers.ts';
export { publishCommands } from './menu/commands.ts';
export { privacyHandlers } from './privacy/handlers.ts';
export { notifyHandlers } from './notify/handlers.ts';
export type { NotifyParts } from './notify/send.ts';
export { createTexts, type Texts } from './texts/index.ts';
