import * as chat from './chat.ts';
import * as edit from './edit.ts';
import * as media from './media.ts';
import type { Method } from './method.ts';
import * as payments from './payments.ts';
import * as send from './send.ts';
import * as settings from './settings.ts';
import * as updates from './updates.ts';

const methods: Readonly<Record<string, Method>> = {
  getMe: chat.getMe,
  logOut: chat.logOut,
  close: chat.close,
  getChat: chat.getChat,
  getChatMember: chat.getChatMember,
  getChatMemberCount: chat.getChatMemberCount,
  getChatAdministrators: chat.getChatAdministrators,
  leaveChat: chat.leaveChat,
  setMessageReaction: chat.setMessageReaction,
  pinChatMessage: chat.pinChatMessage,
  unpinChatMessage: chat.unpinChatMessage,
  unpinAllChatMessages: chat.unpinAllChatMessages,
  getUpdates: updates.getUpdates,
  setWebhook: updates.setWebhook,
  deleteWebhook: updates.deleteWebhook,
  getWebhookInfo: updates.getWebhookInfo,
  sendMessage: send.sendMessage,
  sendLocation: send.sendLocation,
  copyMessage: send.copyMessage,
  forwardMessage: send.forwardMessage,
  sendChatAction: send.sendChatAction,
  sendMessageDraft: send.sendMessageDraft,
  sendPhoto: media.sendPhoto,
  sendDocument: media.sendDocument,
  sendAudio: media.sendAudio,
  sendVoice: media.sendVoice,
  sendVideo: media.sendVideo,
  sendVideoNote: media.sendVideoNote,
  sendAnimation: media.sendAnimation,
  sendSticker: media.sendSticker,
  sendMediaGroup: media.sendMediaGroup,
  getFile: media.getFile,
  editMessageText: edit.editMessageText,
  editMessageCaption: edit.editMessageCaption,
  editMessageMedia: edit.editMessageMedia,
  editMessageReplyMarkup: edit.editMessageReplyMarkup,
  deleteMessage: edit.deleteMessage,
  deleteMessages: edit.deleteMessages,
  setMyCommands: settings.setMyCommands,
  getMyCommands: settings.getMyCommands,
  deleteMyCommands: settings.deleteMyCommands,
  setMyName: settings.setMyName,
  getMyName: settings.getMyName,
  setMyDescription: settings.setMyDescription,
  getMyDescription: settings.getMyDescription,
  setMyShortDescription: settings.setMyShortDescription,
  getMyShortDescription: settings.getMyShortDescription,
  setChatMenuButton: settings.setChatMenuButton,
  getChatMenuButton: settings.getChatMenuButton,
  sendInvoice: payments.sendInvoice,
  createInvoiceLink: payments.createInvoiceLink,
  answerPreCheckoutQuery: payments.answerPreCheckoutQuery,
  refundStarPayment: payments.refundStarPayment,
  editUserStarSubscription: payments.editUserStarSubscription,
  getStarTransactions: payments.getStarTransactions,
  getMyStarBalance: payments.getMyStarBalance,
  answerCallbackQuery: payments.answerCallbackQuery,
};

const byLowerName = new Map(
  Object.entries(methods).map(([name, run]) => [name.toLowerCase(), { name, run }] as const),
);

/** The method of that name in any case, with its proper name. */
export const findMethod = (name: string): { name: string; run: Method } | undefined =>
  byLowerName.get(name.toLowerCase());
