import { conversations, type OwedCall } from '@aisha/db';
import {
  type Decider,
  lockWithPayers,
  markUnreachable,
  moveChat,
  meetChats,
  tellAgain,
  meetUsers,
  ownersOfMessages,
  type Unit,
  type User,
} from '@aisha/core';
import { inArray, and, sql } from 'drizzle-orm';
import { type Context, type Middleware, Telegraf } from 'telegraf';
import type { Update } from 'telegraf/types';
import { z } from 'zod';

import { type Dialogue, readState, type State } from './dialogue.ts';
import { answering } from './answering.ts';
import { sendScreen } from './screen.ts';
import { isSaid } from './said.ts';
import { readMemory } from './memory.ts';
import { notePayment, noteSubscriptionUpdate } from './payments.ts';
import { bindTurn } from './turn-context.ts';
import { type Pressed, Turn } from './turn.ts';
import type { VoiceParts } from './voice.ts';

export interface Conversation extends Decider {
  /** The bot's own name, once Telegram has told it: commands in groups may carry it. */
  setUsername(username: string): void;
}

export interface ConversationOptions extends VoiceParts {
  readonly botId: number;
  readonly composers: readonly Middleware<Context>[];
  readonly dialogues: readonly Pick<Dialogue<never, State>, 'of'>[];
}

const sender = z.looseObject({
  id: z.number(),
  is_bot: z.boolean().optional(),
  first_name: z.string().catch(''),
  username: z.string().optional(),
  language_code: z.string().optional(),
});
const chat = z.looseObject({
  id: z.number(),
  type: z.string(),
  title: z.string().optional().catch(undefined),
  username: z.string().optional().catch(undefined),
});
const topic = { message_thread_id: z.number().optional(), is_topic_message: z.boolean().optional() };
const message = z.looseObject({
  message_id: z.number(),
  ...topic,
  from: sender.optional(),
  /** Who writes as the group, or as a channel, has it in whose name they do. */
  sender_chat: z.looseObject({ id: z.number() }).optional(),
  chat,
  text: z.string().optional(),
  migrate_to_chat_id: z.number().optional(),
  migrate_from_chat_id: z.number().optional(),
});
const shape = z.looseObject({
  message: message.optional(),
  callback_query: z
    .looseObject({
      id: z.string(),
      from: sender,
      message: z.looseObject({ message_id: z.number(), ...topic, chat }).optional(),
    })
    .optional(),
  pre_checkout_query: z.looseObject({ id: z.string(), from: sender }).optional(),
  subscription: z.looseObject({}).optional(),
  my_chat_member: z.looseObject({ chat, new_chat_member: z.looseObject({ status: z.string() }) }).optional(),
});
type Shape = z.infer<typeof shape>;

/** Somebody said or pressed something somewhere. */
interface Said {
  /** Which of the updates it is. */
  readonly at: number;
  readonly raw: unknown;
  readonly update: Shape;
  /** Whose it is. */
  readonly from: z.infer<typeof sender>;
  readonly where: z.infer<typeof chat>;
}

export function createConversation(options: ConversationOptions): Conversation {
  const { botId, texts } = options;
  const bot = router(options);
  let parts: VoiceParts = options;

  async function converse(
    unit: Unit,
    said: Said,
    user: User,
    stored: Stored | undefined,
    of: Pressed['of'],
  ): Promise<readonly OwedCall[]> {
    const { raw, update, where } = said;
    const pressed = update.callback_query;
    const before = {
      state: readState(options.dialogues, stored?.state),
      memory: readMemory(stored?.memory),
    };
    const turn = new Turn({
      unit,
      botId,
      user,
      chatId: where.id,
      threadId: threadOf(pressed?.message ?? update.message),
      isPrivate: where.type === 'private',
      chatTitle: where.title ?? '',
      behind: pressed?.from ?? (update.message?.sender_chat ? undefined : update.message?.from),
      languageCode: (pressed?.from ?? update.message?.from)?.language_code,
      parts,
      ...before,
      pressed: pressed && {
        queryId: pressed.id,
        message: pressed.message && { id: pressed.message.message_id, isText: 'text' in pressed.message },
        of,
      },
    });
    // A checkout must be answered, whoever pays. To whom an operator blocked nothing is said.
    const over = user.minuteUpdates - unit.limits.updatesPerMinute;
    const isGoing = user.leavingAt !== null && user.leavingAt <= new Date();
    if (isGoing && (pressed || turn.isPrivate)) turn.toast('leave.going');
    else if (update.pre_checkout_query || (!user.blockedAt && over <= 0)) await route(bot, raw, turn);
    // One word; in a group nobody else should have to read it.
    else if (!user.blockedAt && over === 1 && (pressed || turn.isPrivate)) turn.toast('limit.updates');

    const after = { state: turn.state, memory: turn.memory };
    if (JSON.stringify(after) !== JSON.stringify(before))
      await unit.tx
        .insert(conversations)
        .values({ chatId: where.id, userId: user.id, ...after })
        .onConflictDoUpdate({
          target: [conversations.chatId, conversations.userId],
          set: { ...after, updatedAt: sql`now()` },
        });
    // Every press is answered, or the button would seem to hang; first, since it must be within seconds.
    if (pressed && !turn.owed.some((call) => call.method === 'answerCallbackQuery'))
      turn.owed.unshift({ method: 'answerCallbackQuery', payload: { callback_query_id: pressed.id } });
    return answering(turn, user.id, turn.place, turn.owed);
  }

  return {
    async decide(unit, payloads) {
      const owed = payloads.map((): readonly OwedCall[] => []);
      const heard: Said[] = [];
      for (const [at, raw] of payloads.entries()) {
        const update = shape.parse(raw);
        if (update.my_chat_member) await noteMembership(unit, update.my_chat_member);
        if (update.message) await noteMove(unit, update.message);
        if (update.message) await notePayment(unit, update.message);
        if (update.subscription) await noteSubscriptionUpdate(unit, update.subscription);
        const from = senderOf(update);
        if (!from || (update.message && !isSaid(update.message))) continue;
        const where = update.callback_query?.message?.chat ??
          update.message?.chat ?? { id: from.id, type: 'private' };
        heard.push({ at, raw, update, from, where });
      }
      const owners = await ownersOf(unit, heard);
      // What belongs to the group itself is pressed in its name, by whoever is in it.
      let rest = heard.map((said) => {
        const owner = owners.of(said);
        return owner !== undefined && owner < 0 ? { ...said, from: asGroup(said.where) } : said;
      });
      // What is read before is read for all at once. Somebody's second update must see what the first did: next round.
      while (rest.length > 0) {
        const round = [...Map.groupBy(rest, ({ from }) => from.id).values()].flatMap((one) =>
          one.slice(0, 1),
        );
        rest = rest.filter((said) => !round.includes(said));
        await lockWithPayers(
          unit.tx,
          round.map(({ from }) => from.id),
          round.map(({ where }) => where.id),
        );
        // Presses and messages have lanes of their own; the user's row makes them take turns here.
        const users = await meetUsers(
          unit.tx,
          round.map(({ from }) => from),
        );
        await meetChats(unit.tx, [...new Map(round.map(({ where }) => [where.id, where])).values()]);
        const states = await statesOf(unit, round);
        for (const said of round) {
          const user = users.get(said.from.id);
          if (!user) throw new Error('insert returned nothing');
          owed[said.at] = await converse(unit, said, user, states.get(said), owners.at(said));
        }
      }
      return owed;
    },
    apology(payload) {
      const parsed = shape.safeParse(payload);
      const { message: said, callback_query: pressed } = parsed.data ?? {};
      const where = said?.chat ?? pressed?.message?.chat;
      if (where?.type !== 'private') return [];
      // Its language is not known here: whatever reads the user's row may be what fails.
      const code = (said?.from ?? pressed?.from)?.language_code ?? 'ru';
      const language = code.startsWith('kk') ? 'kk' : code.startsWith('ru') ? 'ru' : 'en';
      return [
        sendScreen(
          { chatId: where.id, threadId: threadOf(said ?? pressed?.message) },
          { text: texts.html(language, 'trouble.text') },
        ),
      ];
    },
    setUsername(username) {
      parts = { ...options, settings: { ...options.settings, botUsername: username } };
      bot.botInfo = botInfo(botId, username);
    },
  };
}

type Membership = NonNullable<Shape['my_chat_member']>;

async function noteMembership(
  unit: Unit,
  { chat: where, new_chat_member: member }: Membership,
): Promise<void> {
  if (['kicked', 'left'].includes(member.status)) await markUnreachable(unit.tx, where.id, member.status);
  else {
    await meetChats(unit.tx, [where]);
    await tellAgain(unit, where.id);
  }
}

/** A row of a conversation, before it is known what of it is understood still. */
interface Stored {
  readonly state: unknown;
  readonly memory: unknown;
}

/** Where each of them stands in the dialogue of that chat. */
async function statesOf(unit: Unit, round: readonly Said[]): Promise<Map<Said, Stored | undefined>> {
  const rows = await unit.tx
    .select()
    .from(conversations)
    .where(
      and(
        inArray(
          conversations.userId,
          round.map(({ from }) => from.id),
        ),
        inArray(
          conversations.chatId,
          round.map(({ where }) => where.id),
        ),
      ),
    );
  return new Map(
    round.map((said) => [
      said,
      rows.find(({ userId, chatId }) => userId === said.from.id && chatId === said.where.id),
    ]),
  );
}

interface Owners {
  /** Whose the pressed message is, as far as it is known. */
  readonly of: (said: Said) => number | undefined;
  readonly at: (said: Said) => Pressed['of'];
}

/** Whose the pressed messages are. In a private chat all are the person's own. */
async function ownersOf(unit: Unit, heard: readonly Said[]): Promise<Owners> {
  const pressedIn = ({ update, where }: Said) => {
    const messageId = update.callback_query?.message?.message_id;
    return messageId === undefined || where.type === 'private' ? null : { chatId: where.id, messageId };
  };
  const known = await ownersOfMessages(
    unit.tx,
    heard.flatMap((said) => pressedIn(said) ?? []),
  );
  const of = (said: Said) => {
    const at = pressedIn(said);
    return known.find((one) => one.chatId === at?.chatId && one.messageId === at.messageId)?.ownerId;
  };
  return {
    of,
    at: (said) => {
      if (!pressedIn(said)) return 'presser';
      const owner = of(said);
      return owner === undefined ? 'nobody' : owner === said.from.id ? 'presser' : 'another';
    },
  };
}

/**
 * Whose an update is; nobody's is another bot's, or a service's. Who writes anonymously or as a channel writes for the group:
 * what they order is the group's, and its buttons are everybody's there. It is never more than was said in that group.
 */
function senderOf(update: Shape): Said['from'] | null {
  const { message: said, callback_query: pressed, pre_checkout_query: checkout } = update;
  if (said?.sender_chat && said.chat.type !== 'private') return asGroup(said.chat);
  const from = pressed?.from ?? said?.from ?? checkout?.from;
  return from && !from.is_bot ? from : null;
}

const asGroup = ({ id, title, username }: z.infer<typeof chat>): Said['from'] => ({
  id,
  first_name: title ?? '',
  username,
});

/** General has the number 1 in what comes in, and none in what is sent; elsewhere only replies are counted as threads. */
const threadOf = (
  said: { message_thread_id?: number | undefined; is_topic_message?: boolean | undefined } | undefined,
) => (said?.is_topic_message && said.message_thread_id !== 1 ? (said.message_thread_id ?? null) : null);

/** A group became a supergroup: told in each of the two. */
async function noteMove(
  { tx }: Unit,
  { chat: { id }, migrate_to_chat_id: to, migrate_from_chat_id: from }: z.infer<typeof message>,
): Promise<void> {
  if (to !== undefined) await moveChat(tx, id, to);
  if (from !== undefined) await moveChat(tx, from, id);
}

const botInfo = (id: number, username: string) => ({
  id,
  username,
  is_bot: true as const,
  first_name: 'Aisha',
  can_join_groups: true,
  can_read_all_group_messages: false,
  supports_inline_queries: false,
});

/** telegraf as a router: it never launches and never talks to Telegram, so it needs no token. */
function router({ botId, settings, composers }: ConversationOptions): Telegraf {
  const bot = new Telegraf(`${botId}:router`, {
    handlerTimeout: Infinity,
    telegram: { webhookReply: false },
  });
  bot.botInfo = botInfo(botId, settings.botUsername);
  // telegraf's default would set the process's exit code; the dispatcher decides what a failure means.
  bot.catch((error) => {
    throw error;
  });
  bot.use(...composers);
  return bot;
}

async function route(bot: Telegraf, raw: unknown, turn: Turn): Promise<void> {
  // Checked by `shape` as far as routing goes; the rest is telegraf's own typing of the Bot API.
  const update = withCommandEntity(raw as Update);
  const release = bindTurn(update, turn);
  try {
    await bot.handleUpdate(update);
  } finally {
    release();
  }
}

/** A command is a command even where a client sent no entity for it. */
function withCommandEntity(update: Update): Update {
  if (!('message' in update) || !('text' in update.message) || update.message.entities) return update;
  const command = /^\/\w+(@\w+)?/.exec(update.message.text)?.[0];
  if (!command) return update;
  const entities = [{ type: 'bot_command' as const, offset: 0, length: command.length }];
  return { ...update, message: { ...update.message, entities } };
}
