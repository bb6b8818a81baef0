import { z } from 'zod';
import type { BotApi } from '../bot-api.ts';
import { badRequest } from '../errors.ts';
import { type Bot, type Chat, FORBIDDEN_KINDS, type MemberStatus, type Person } from '../model.ts';
import { enqueueMessage, enqueueMyMember } from '../updates.ts';
import type { World } from '../world.ts';
import { botNamed, chatById } from './context.ts';
import type { Define } from './operation.ts';
import { chatView, type ChatView } from './view.ts';

const FIRST_USER_ID = 100_000_001;
const FIRST_GROUP_ID = -4_000_001;
const FIRST_SUPERGROUP_ID = -1_002_000_000_001;

const personInput = z.object({
  id: z.number().int().positive().optional(),
  firstName: z.string().min(1).default('User'),
  lastName: z.string().optional(),
  username: z.string().optional(),
  languageCode: z.string().default('ru'),
});

/** After the highest id given so far; a thousand people are made in no time. */
const lastIds = new WeakMap<World, number>();

function nextUserId(world: World): number {
  const last = lastIds.get(world) ?? Math.max(FIRST_USER_ID - 1, ...world.people.keys());
  let id = last + 1;
  while (world.people.has(id)) id += 1;
  lastIds.set(world, id);
  return id;
}

function addPerson({ world }: BotApi, input: z.output<typeof personInput>): Person {
  const id = input.id ?? nextUserId(world);
  if (world.people.has(id)) throw badRequest('there is a user with this id already');
  const { firstName, lastName, username, languageCode } = input;
  const person: Person = { id, firstName, lastName, username, languageCode, blocked: [], deactivated: false };
  world.people.set(id, person);
  announce({ world }, person);
  return person;
}

function announce({ world }: Pick<BotApi, 'world'>, person: Person): void {
  world.onChange();
  world.events.emit({ seq: world.events.next(), kind: 'user', userId: person.id });
}

function setBlocked(api: BotApi, bot: Bot, person: Person, blocked: boolean): boolean {
  const was = person.blocked.includes(bot.id);
  if (was === blocked) return false;
  person.blocked = blocked ? [...person.blocked, bot.id] : person.blocked.filter((id) => id !== bot.id);
  const chat = api.world.privateChat(bot, person);
  const [before, now] = blocked ? ['member', 'kicked'] : ['kicked', 'member'];
  enqueueMyMember(api.world, bot, chat, person.id, before, now);
  api.world.happened(chat, 'chat', { blocked });
  announce(api, person);
  return true;
}

function addGroup(api: BotApi, input: z.output<typeof groupInput>): Chat {
  const { world } = api;
  const first = input.type === 'group' ? FIRST_GROUP_ID : FIRST_SUPERGROUP_ID;
  const taken = [...world.chats.values()].filter(({ type }) => type === input.type).map(({ id }) => id);
  const id = Math.min(first + 1, ...taken) - 1;
  const chat = world.addChat({ key: `${id}`, id, type: input.type, title: input.title });
  chat.username = input.username;
  input.memberIds.forEach((memberId, index) => {
    chat.members.set(world.person(memberId).id, index === 0 ? 'creator' : 'member');
  });
  world.happened(chat, 'chat', { created: true });
  return chat;
}

const groupInput = z.object({
  title: z.string().min(1),
  type: z.enum(['group', 'supergroup']).default('supergroup'),
  username: z.string().optional(),
  /** The first one is the creator. */
  memberIds: z.array(z.number()).min(1),
  /** What the bot is there. */
  botStatus: z.enum(['none', 'member', 'administrator']).default('member'),
  bot: z.string().optional(),
});

function changeBotStatus(api: BotApi, bot: Bot, chat: Chat, by: number, status: MemberStatus): void {
  const { world } = api;
  const before = chat.members.get(bot.id) ?? 'left';
  if (before === status) return;
  chat.members.set(bot.id, status);
  enqueueMyMember(world, bot, chat, by, before, status);
  const wasInside = before === 'member' || before === 'administrator';
  const isInside = status === 'member' || status === 'administrator';
  const user = world.userObject(bot.id);
  if (isInside && !wasInside) {
    const message = world.addMessage(chat, { from: by, content: { new_chat_members: [user] } });
    enqueueMessage(world, chat, message);
  } else if (wasInside && !isInside) {
    world.addMessage(chat, { from: by, content: { left_chat_member: user } });
  }
}

function upgrade({ world }: BotApi, chat: Chat): Chat {
  if (chat.type !== 'group') throw badRequest('only basic groups can be upgraded');
  const id = FIRST_SUPERGROUP_ID + chat.id;
  const upgraded = world.addChat({ key: `${id}`, id, type: 'supergroup', title: chat.title ?? '' });
  upgraded.members = new Map(chat.members);
  const by = [...chat.members.keys()].find((member) => world.people.has(member)) ?? 0;
  enqueueMessage(world, chat, world.addMessage(chat, { from: by, content: { migrate_to_chat_id: id } }));
  const arrival = world.addMessage(upgraded, { from: by, content: { migrate_from_chat_id: chat.id } });
  enqueueMessage(world, upgraded, arrival);
  chat.migratedTo = id;
  return upgraded;
}

const group = ({ world }: BotApi, chatId: number): Chat => {
  const chat = world.chats.get(`${chatId}`);
  if (chat === undefined) throw badRequest('chat not found');
  return chat;
};

/** People and groups. */
export function peopleOperations(api: BotApi, define: Define) {
  const { world } = api;
  const whose = z.object({ userId: z.number(), bot: z.string().optional() });
  return {
    createUser: define('createUser', personInput, (input) => addPerson(api, input)),
    /** Many made-up people at once. */
    createUsers: define(
      'createUsers',
      z.object({
        count: z.number().int().min(1).max(100_000),
        languageCode: z.string().default('ru'),
        /** They have a chat with every bot already. */
        met: z.boolean().default(false),
      }),
      ({ count, languageCode, met }) =>
        Array.from({ length: count }, (_, index) => {
          const person = addPerson(api, { firstName: `User ${index + 1}`, languageCode });
          if (met) for (const bot of api.world.bots.values()) api.world.privateChat(bot, person);
          return person;
        }),
    ),
    listUsers: define('listUsers', z.object({}).default({}), (): Person[] => [...world.people.values()]),
    updateUser: define(
      'updateUser',
      z.object({
        userId: z.number(),
        firstName: z.string().min(1).optional(),
        languageCode: z.string().optional(),
        deactivated: z.boolean().optional(),
      }),
      (input): Person => {
        const person = world.person(input.userId);
        person.firstName = input.firstName ?? person.firstName;
        person.languageCode = input.languageCode ?? person.languageCode;
        person.deactivated = input.deactivated ?? person.deactivated;
        announce(api, person);
        return person;
      },
    ),
    /** The person blocks the bot; false when that was so already. */
    block: define('block', whose, ({ userId, bot }) =>
      setBlocked(api, botNamed(api, bot), world.person(userId), true),
    ),
    unblock: define('unblock', whose, ({ userId, bot }) =>
      setBlocked(api, botNamed(api, bot), world.person(userId), false),
    ),
    createGroup: define('createGroup', groupInput, (input): ChatView => {
      const chat = addGroup(api, input);
      const creator = input.memberIds[0] ?? 0;
      if (input.botStatus !== 'none') {
        changeBotStatus(api, botNamed(api, input.bot), chat, creator, input.botStatus);
      }
      return chatView(api, chat);
    }),
    listGroups: define('listGroups', z.object({}).default({}), (): ChatView[] =>
      [...world.chats.values()].filter(({ type }) => type !== 'private').map((chat) => chatView(api, chat)),
    ),
    /** Somebody adds, promotes or removes the bot. */
    setBotStatus: define(
      'setBotStatus',
      z.object({
        chatId: z.number(),
        by: z.number(),
        status: z.enum(['member', 'administrator', 'left', 'kicked']),
        bot: z.string().optional(),
      }),
      ({ chatId, by, status, bot }) => {
        changeBotStatus(api, botNamed(api, bot), group(api, chatId), by, status);
        return true;
      },
    ),
    addMember: define(
      'addMember',
      z.object({ chatId: z.number(), userId: z.number() }),
      ({ chatId, userId }) => {
        const chat = group(api, chatId);
        chat.members.set(world.person(userId).id, 'member');
        const content = { new_chat_members: [world.userObject(userId)] };
        enqueueMessage(world, chat, world.addMessage(chat, { from: userId, content }));
        return true;
      },
    ),
    removeMember: define(
      'removeMember',
      z.object({ chatId: z.number(), userId: z.number() }),
      ({ chatId, userId }) => {
        const chat = group(api, chatId);
        chat.members.set(userId, 'left');
        const content = { left_chat_member: world.userObject(userId) };
        enqueueMessage(world, chat, world.addMessage(chat, { from: userId, content }));
        return true;
      },
    ),
    /** Makes the chat one with topics; @returns the new topic's number */
    createTopic: define(
      'createTopic',
      z.object({
        chatId: z.number(),
        userId: z.number(),
        title: z.string().min(1),
        bot: z.string().optional(),
      }),
      ({ chatId, userId, title, bot }): number => {
        const { chat } = chatById(api, chatId, bot);
        const content = { forum_topic_created: { name: title, icon_color: 7_322_096 } };
        const message = world.addMessage(chat, { from: world.person(userId).id, content });
        message.threadId = message.id;
        chat.topics = { 1: 'open', ...chat.topics, [message.id]: 'open' };
        enqueueMessage(world, chat, message);
        return message.id;
      },
    ),
    /** Closes, opens or deletes a topic; 1 is General. */
    setTopic: define(
      'setTopic',
      z.object({ chatId: z.number(), threadId: z.number(), state: z.enum(['open', 'closed', 'deleted']) }),
      ({ chatId, threadId, state }) => {
        const chat = group(api, chatId);
        const { [threadId]: _before, ...others } = chat.topics ?? {};
        chat.topics = state === 'deleted' ? others : { ...others, [threadId]: state };
        // Its messages go with it.
        if (state === 'deleted')
          for (const message of chat.messages.values())
            if (message.threadId === threadId) message.deleted = true;
        return true;
      },
    ),
    /** What members may not send; a bot is one unless it is an administrator. */
    forbid: define(
      'forbid',
      z.object({ chatId: z.number(), kinds: z.array(z.enum(FORBIDDEN_KINDS)) }),
      ({ chatId, kinds }) => {
        group(api, chatId).forbidden = kinds;
        return true;
      },
    ),
    /** A basic group becomes a supergroup with another id. */
    upgradeGroup: define('upgradeGroup', z.object({ chatId: z.number() }), ({ chatId }): ChatView =>
      chatView(api, upgrade(api, group(api, chatId))),
    ),
  };
}
