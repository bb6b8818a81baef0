import { conversations, type OwedCall } from '@aisha/db';
import {
  type Decider,
  markUnreachable,
  meetChats,
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
import { answering, sendScreen } from './screen.ts';
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
const chat = z.looseObject({ id: z.number(), type: z.string() });
const message = z.looseObject({
  message_id: z.number(),
  from: sender.optional(),
  chat,
  text: z.string().optional(),
});
const shape = z.looseObject({
  message: message.optional(),
  callback_query: z
    .looseObject({
      id: z.string(),
      from: sender,
      message: z.looseObject({ message_id: z.number(), chat }).optional(),
    })
    .optional(),
  pre_checkout_query: z.looseObject({ id: z.string(), from: sender }).optional(),
  my_chat_member: z.looseObject({ chat, new_chat_member: z.looseObject({ status: z.string() }) }).optional(),
});
type Shape = z.infer<typeof shape>;

/** Somebody said or pressed something somewhere. */
interface Said {
  /** Which of the updates it is. */
  readonly at: number;
  readonly raw: unknown;
  readonly update: Shape;
  readonly from: z.infer<typeof sender>;
  readonly where: z.infer<typeof chat>;
}

export function createConversation(options: ConversationOptions): Conversation {
  const { botId, texts } = options;
  const bot = router(options);

  async function converse(
    unit: Unit,
    said: Said,
    user: User,
    stored: unknown,
    owners: Owners,
  ): Promise<readonly OwedCall[]> {
    const { raw, update, where } = said;
    const pressed = update.callback_query;
    const before = readState(options.dialogues, stored);
    const turn = new Turn({
      unit,
      user,
      chatId: where.id,
      isPrivate: where.type === 'private',
      parts: options,
      state: before,
      pressed: pressed && {
        queryId: pressed.id,
        message: pressed.message && { id: pressed.message.message_id, isText: 'text' in pressed.message },
        of: owners(said),
      },
    });
    // A checkout must be answered, whoever pays. To whom an operator blocked nothing is said.
    const over = user.minuteUpdates - unit.limits.updatesPerMinute;
    if (update.pre_checkout_query || (!user.blockedAt && over <= 0)) await route(bot, raw, turn);
    // One word; in a group nobody else should have to read it.
    else if (!user.blockedAt && over === 1 && (pressed || turn.isPrivate)) turn.toast('limit.updates');

    if (JSON.stringify(turn.state) !== JSON.stringify(before))
      await unit.tx
        .insert(conversations)
        .values({ chatId: where.id, userId: user.id, state: turn.state })
        .onConflictDoUpdate({
          target: [conversations.chatId, conversations.userId],
          set: { state: turn.state, updatedAt: sql`now()` },
        });
    // Every press is answered, or the button would seem to hang; first, since it must be within seconds.
    if (pressed && !turn.owed.some((call) => call.method === 'answerCallbackQuery'))
      turn.owed.unshift({ method: 'answerCallbackQuery', payload: { callback_query_id: pressed.id } });
    return answering(user.id, where.id, turn.owed);
  }

  return {
    async decide(unit, payloads) {
      const owed = payloads.map((): readonly OwedCall[] => []);
      let rest: Said[] = [];
      for (const [at, raw] of payloads.entries()) {
        const update = shape.parse(raw);
        if (update.my_chat_member) await noteMembership(unit, update.my_chat_member);
        const pressed = update.callback_query;
        const from = pressed?.from ?? update.message?.from ?? update.pre_checkout_query?.from;
        if (!from || from.is_bot) continue;
        const where = pressed?.message?.chat ?? update.message?.chat ?? { id: from.id, type: 'private' };
        rest.push({ at, raw, update, from, where });
      }
      // What is read before is read for all at once. Somebody's second update must see what the first did: next round.
      while (rest.length > 0) {
        const round = [...Map.groupBy(rest, ({ from }) => from.id).values()].flatMap((one) =>
          one.slice(0, 1),
        );
        rest = rest.filter((said) => !round.includes(said));
        // Presses and messages have lanes of their own; the user's row makes them take turns here.
        const users = await meetUsers(
          unit.tx,
          round.map(({ from }) => from),
        );
        await meetChats(unit.tx, [...new Map(round.map(({ where }) => [where.id, where])).values()]);
        const states = await statesOf(unit, round);
        const owners = await ownersOf(unit, round);
        for (const said of round) {
          const user = users.get(said.from.id);
          if (!user) throw new Error('insert returned nothing');
          owed[said.at] = await converse(unit, said, user, states.get(said), owners);
        }
      }
      return owed;
    },
    apology(payload) {
      const parsed = shape.safeParse(payload);
      const where = parsed.data?.message?.chat ?? parsed.data?.callback_query?.message?.chat;
      if (where?.type !== 'private') return [];
      // Its language is not known here: whatever reads the user's row may be what fails.
      const code = (parsed.data?.message?.from ?? parsed.data?.callback_query?.from)?.language_code ?? 'ru';
      const language = code.startsWith('kk') ? 'kk' : code.startsWith('ru') ? 'ru' : 'en';
      return [sendScreen(where.id, { text: texts.html(language, 'trouble.text') })];
    },
    setUsername(username) {
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
  else await meetChats(unit.tx, [where]);
}

/** Where each of them stands in the dialogue of that chat. */
async function statesOf(unit: Unit, round: readonly Said[]): Promise<Map<Said, unknown>> {
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
      rows.find(({ userId, chatId }) => userId === said.from.id && chatId === said.where.id)?.state,
    ]),
  );
}

type Owners = (said: Said) => Pressed['of'];

/** Whose the pressed messages are. In a private chat all are the person's own. */
async function ownersOf(unit: Unit, round: readonly Said[]): Promise<Owners> {
  const pressedIn = ({ update, where }: Said) => {
    const messageId = update.callback_query?.message?.message_id;
    return messageId === undefined || where.type === 'private' ? null : { chatId: where.id, messageId };
  };
  const known = await ownersOfMessages(
    unit.tx,
    round.flatMap((said) => pressedIn(said) ?? []),
  );
  return (said) => {
    const at = pressedIn(said);
    if (!at) return 'presser';
    const owner = known.find((one) => one.chatId === at.chatId && one.messageId === at.messageId)?.ownerId;
    return owner === undefined ? 'nobody' : owner === said.from.id ? 'presser' : 'another';
  };
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
