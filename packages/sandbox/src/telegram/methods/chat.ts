import { badRequest, tooManyRequests } from '../errors.ts';
import type { Chat, MemberStatus, StoredMessage } from '../model.ts';
import { renderMessage } from '../render.ts';
import { enqueueMessage, enqueueMyMember } from '../updates.ts';
import type { Call } from './method.ts';
import { targetChat } from './send.ts';

const CLOSE_AFTER_MS = 600_000;

export function getMe({ bot }: Call): object {
  return {
    id: bot.id,
    is_bot: true,
    first_name: bot.firstName,
    username: bot.username,
    can_join_groups: true,
    can_read_all_group_messages: !bot.privacy,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
  };
}

export function logOut({ bot }: Call): true {
  bot.loggedOut = true;
  return true;
}

/** Only a server on which the bot has run for ten minutes lets it go. */
export function close({ world, bot }: Call): true {
  const left = bot.startedAt + CLOSE_AFTER_MS - world.clock.now();
  if (left > 0) throw tooManyRequests(Math.ceil(left / 1000));
  return true;
}

export function getChat({ world, bot, params }: Call): object {
  const chat = world.chatFor(bot, params.text('chat_id'));
  const pinned = world.message(chat, chat.pinned.at(-1) ?? 0);
  return {
    ...world.chatObject(chat),
    accent_color_id: 0,
    max_reaction_count: 11,
    accepted_gift_types: {
      unlimited_gifts: true,
      limited_gifts: true,
      unique_gifts: true,
      premium_subscription: true,
      gifts_from_channels: true,
    },
    pinned_message: pinned === undefined ? undefined : renderMessage(world, bot, chat, pinned),
  };
}

const isInside = (status: MemberStatus | undefined): boolean =>
  status === 'creator' || status === 'administrator' || status === 'member';

function memberObject({ world }: Call, userId: number, status: MemberStatus): object {
  const base = { user: world.userObject(userId), status };
  if (status === 'creator') return { ...base, is_anonymous: false };
  if (status === 'kicked') return { ...base, until_date: 0 };
  if (status !== 'administrator') return base;
  const rights = ['can_manage_chat', 'can_delete_messages', 'can_restrict_members', 'can_invite_users'];
  return { ...base, can_be_edited: false, ...Object.fromEntries(rights.map((right) => [right, true])) };
}

export function getChatMember(call: Call): object {
  const { world, bot, params } = call;
  const chat = world.chatFor(bot, params.text('chat_id'));
  const userId = params.integer('user_id', 0);
  if (chat.type === 'private') {
    if (userId !== chat.id && userId !== bot.id) throw badRequest('user not found');
    const isBlocked = world.person(chat.id).blocked.includes(bot.id);
    return memberObject(call, userId, userId === bot.id && isBlocked ? 'kicked' : 'member');
  }
  if (!world.people.has(userId) && world.botById(userId) === undefined) throw badRequest('user not found');
  return memberObject(call, userId, chat.members.get(userId) ?? 'left');
}

export function getChatMemberCount({ world, bot, params }: Call): number {
  const chat = world.chatFor(bot, params.text('chat_id'));
  if (chat.type === 'private') return 2;
  return [...chat.members.values()].filter(isInside).length;
}

export function getChatAdministrators(call: Call): object[] {
  const chat = call.world.chatFor(call.bot, call.params.text('chat_id'));
  if (chat.type === 'private') throw badRequest('there are no administrators in the private chat');
  return [...chat.members]
    .filter(([, status]) => status === 'creator' || status === 'administrator')
    .map(([userId, status]) => memberObject(call, userId, status));
}

export function leaveChat({ world, bot, params }: Call): true {
  const chat = world.writableChat(bot, params.text('chat_id'));
  if (chat.type === 'private') throw badRequest("chat member status can't be changed in private chats");
  chat.members.set(bot.id, 'left');
  enqueueMyMember(world, bot, chat, bot.id, 'member', 'left');
  world.happened(chat, 'chat', { left: bot.id });
  return true;
}

const EMOJI =
  '👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡';
/** Reactions Telegram knows; it ignores the variation selector. */
export const REACTIONS = new Set(EMOJI.split(' '));

function found({ world, params }: Call, chat: Chat, purpose: string): StoredMessage {
  const message = world.message(chat, params.integer('message_id', 0));
  if (message === undefined) throw badRequest(`message to ${purpose} not found`);
  return message;
}

/** A bot has one reaction per message; an empty list takes it away. */
export function setMessageReaction(call: Call): true {
  const { world, bot, params } = call;
  const chat = targetChat(call);
  const message = found(call, chat, 'react');
  const given = params.json('reaction') ?? [];
  if (!Array.isArray(given)) throw badRequest('expected an Array of ReactionType');
  if (given.length > 1) throw badRequest('REACTIONS_TOO_MANY');
  const first: unknown = given[0];
  const reactions = message.reactions.filter(({ by }) => by !== bot.id);
  if (typeof first === 'object' && first !== null && 'emoji' in first && typeof first.emoji === 'string') {
    const emoji = first.emoji.replaceAll('\u{FE0F}', '');
    if (!REACTIONS.has(emoji)) throw badRequest('REACTION_INVALID');
    reactions.push({ by: bot.id, emoji });
  } else if (first !== undefined) throw badRequest('REACTION_INVALID');
  message.reactions = reactions;
  world.touch(chat, message);
  return true;
}

export function pinChatMessage(call: Call): true {
  const { world, bot } = call;
  const chat = targetChat(call);
  const message = found(call, chat, 'pin');
  if (chat.pinned.at(-1) === message.id) return true;
  chat.pinned = [...chat.pinned.filter((id) => id !== message.id), message.id];
  const pinned = renderMessage(world, bot, chat, message, false);
  const notice = world.addMessage(chat, { from: bot.id, content: { pinned_message: pinned } });
  enqueueMessage(world, chat, notice);
  return true;
}

export function unpinChatMessage(call: Call): true {
  const chat = targetChat(call);
  const id = call.params.integer('message_id', chat.pinned.at(-1) ?? 0);
  if (!chat.pinned.includes(id)) throw badRequest('message to unpin not found');
  chat.pinned = chat.pinned.filter((other) => other !== id);
  call.world.happened(chat, 'chat', { unpinned: id });
  return true;
}

export function unpinAllChatMessages(call: Call): true {
  const chat = targetChat(call);
  chat.pinned = [];
  call.world.happened(chat, 'chat', { unpinned: 'all' });
  return true;
}
