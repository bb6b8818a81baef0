import { unixTime } from './clock.ts';
import type { Bot, Chat, StoredMessage } from './model.ts';
import { renderMessage } from './render.ts';
import { UPDATE_TYPES, type UpdateType } from './types.ts';
import type { World } from './world.ts';

const DAY = 86_400;
/** Button presses and checkouts are worth nothing later. */
export const QUERY_LIFETIME = 150;

const OPT_IN: readonly UpdateType[] = ['chat_member', 'message_reaction', 'message_reaction_count'];
export const DEFAULT_UPDATES = UPDATE_TYPES.filter((type) => !OPT_IN.includes(type));

/**
 * Reads `allowed_updates`.
 * @returns undefined: leave as it is; null: the default set
 */
export function parseAllowedUpdates(text: string | undefined): UpdateType[] | null | undefined {
  if (text === undefined || text === '') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed) || !parsed.every((name) => typeof name === 'string')) return undefined;
  const names = new Set(parsed.map((name) => name.toLowerCase()));
  const known = UPDATE_TYPES.filter((type) => names.has(type));
  return known.length === 0 ? null : known;
}

/** Webhooks keep the order within such a key only. */
export const orderKey = {
  chat: (chatId: number): string => `${chatId}`,
  callback: (userId: number): string => `callback ${userId}`,
  checkout: (userId: number): string => `checkout ${userId}`,
  subscription: (userId: number): string => `subscription ${userId}`,
  myMember: (chatId: number): string => `my member ${chatId}`,
  member: (chatId: number): string => `member ${chatId}`,
  reaction: (chatId: number): string => `reaction ${chatId}`,
};

/** Queues an update unless the bot does not want its kind. */
export function enqueue(bot: Bot, type: UpdateType, key: string, payload: object, expiresAt: number): void {
  if (!(bot.allowedUpdates ?? DEFAULT_UPDATES).includes(type)) return;
  if (bot.queue.push(type, key, payload, expiresAt) === null) return;
  bot.poller.wake();
  bot.webhook.wake();
}

/** Tells the bots of a chat about a message of somebody else. */
export function enqueueMessage(world: World, chat: Chat, message: StoredMessage, isEdit = false): void {
  const inChannel = chat.type === 'channel';
  const plain = inChannel ? 'channel_post' : 'message';
  const type = isEdit ? (`edited_${plain}` as const) : plain;
  for (const bot of hearers(world, chat, message)) {
    const expiresAt = (message.editDate ?? message.date) + DAY;
    enqueue(bot, type, orderKey.chat(chat.id), renderMessage(world, bot, chat, message), expiresAt);
  }
}

function hearers(world: World, chat: Chat, message: StoredMessage): Bot[] {
  if (world.botById(message.from) !== undefined) return [];
  if (chat.botId !== undefined) {
    const bot = world.botById(chat.botId);
    return bot === undefined ? [] : [bot];
  }
  return [...world.bots.values()].filter((bot) => {
    const status = chat.members.get(bot.id);
    if (status === undefined || status === 'left' || status === 'kicked') return false;
    return !bot.privacy || status === 'administrator' || concerns(world, bot, chat, message);
  });
}

/** What a bot in privacy mode hears: commands (not another bot's), replies to it, service messages. */
function concerns(world: World, bot: Bot, chat: Chat, message: StoredMessage): boolean {
  const { content } = message;
  if (message.service !== undefined || content.forum_topic_created !== undefined) return true;
  const text = content.text ?? content.caption;
  if (text === undefined) {
    if (content.new_chat_members !== undefined || content.left_chat_member !== undefined) return true;
    if (content.migrate_to_chat_id !== undefined || content.successful_payment !== undefined) return true;
  }
  const replied = message.replyTo === undefined ? undefined : world.message(chat, message.replyTo);
  if (replied?.from === bot.id) return true;
  const command = /^\/\w+(?:@(\w+))?/.exec(text ?? '');
  if (command === null) return false;
  return command[1] === undefined || command[1].toLowerCase() === bot.username.toLowerCase();
}

/** Tells a bot that its own standing in a chat changed. */
export function enqueueMyMember(
  world: World,
  bot: Bot,
  chat: Chat,
  by: number,
  before: string,
  now: string,
): void {
  const user = world.userObject(bot.id);
  const member = (status: string): object =>
    status === 'kicked' ? { user, status, until_date: 0 } : { user, status };
  const date = unixTime(world.clock);
  const payload = {
    chat: world.chatObject(chat),
    from: world.userObject(by),
    date,
    old_chat_member: member(before),
    new_chat_member: member(now),
  };
  enqueue(bot, 'my_chat_member', orderKey.myMember(chat.id), payload, date + DAY);
}
