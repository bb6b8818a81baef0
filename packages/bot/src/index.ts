export { createConversation } from './bindings.ts';
export type { Conversation } from './chat/conversation.ts';
export type { BotSettings } from './chat/voice.ts';
export { publishCommands } from './menu/commands.ts';
export { showPhotoCounter, showProgress } from './notify/edits.ts';
export { type NotifyParts, sendNotification } from './notify/send.ts';
export { createTexts, type Texts } from './texts/index.ts';
