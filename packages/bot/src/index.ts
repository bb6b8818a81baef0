export { publishCommands } from './menu/commands.ts';
export { type Conversation, createConversation } from './chat/conversation.ts';
export { showPhotoCounter, showProgress } from './notify/edits.ts';
export { type NotifyParts, sendNotification } from './notify/send.ts';
export { createTexts, type Texts } from './texts/index.ts';
export type { BotSettings } from './chat/turn.ts';
