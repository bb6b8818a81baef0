import { z } from 'zod';
import { badRequest } from '../errors.ts';
import type { Bot } from '../model.ts';
import type { BotCommand } from '../types.ts';
import type { Call, Method } from './method.ts';

const MAX_COMMANDS = 100;

const scopes = z.discriminatedUnion('type', [
  z.object({ type: z.literal('default') }),
  z.object({ type: z.literal('all_private_chats') }),
  z.object({ type: z.literal('all_group_chats') }),
  z.object({ type: z.literal('all_chat_administrators') }),
  z.object({ type: z.literal('chat'), chat_id: z.coerce.number() }),
  z.object({ type: z.literal('chat_administrators'), chat_id: z.coerce.number() }),
  z.object({ type: z.literal('chat_member'), chat_id: z.coerce.number(), user_id: z.coerce.number() }),
]);

function scopeKey({ params }: Call): string {
  const parsed = scopes.safeParse(params.json('scope') ?? { type: 'default' });
  if (!parsed.success) throw badRequest("can't parse BotCommandScope: unsupported type specified");
  const language = languageOf(params.text('language_code'));
  const { type, ...ids } = parsed.data;
  return [type, ...Object.values(ids), language].join('/');
}

function languageOf(code: string | undefined): string {
  if (code === undefined || code === '') return '';
  if (!/^[a-z]{2}$/.test(code)) throw badRequest('invalid language code specified');
  return code;
}

const commandList = z.array(z.object({ command: z.string(), description: z.string() }));

export function setMyCommands(call: Call): true {
  const { world, bot, params } = call;
  const parsed = commandList.safeParse(params.json('commands') ?? []);
  if (!parsed.success) throw badRequest("can't parse BotCommand: Expected an Object");
  if (parsed.data.length > MAX_COMMANDS) throw badRequest('BOT_COMMANDS_TOO_MUCH');
  const commands: BotCommand[] = parsed.data.map(({ command, description }) => ({
    command: command.replace(/^\//, ''),
    description: description.trim(),
  }));
  for (const { command, description } of commands) {
    if (!/^[a-z0-9_]{1,32}$/.test(command)) throw badRequest('BOT_COMMAND_INVALID');
    if (description === '' || description.length > 256) throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
  }
  const key = scopeKey(call);
  if (commands.length === 0) bot.commands.delete(key);
  else bot.commands.set(key, commands);
  announce(world);
  return true;
}

export function getMyCommands(call: Call): BotCommand[] {
  return call.bot.commands.get(scopeKey(call)) ?? [];
}

export function deleteMyCommands(call: Call): true {
  call.bot.commands.delete(scopeKey(call));
  announce(call.world);
  return true;
}

function announce(world: Call['world']): void {
  world.onChange();
  world.events.emit({ seq: world.events.next(), kind: 'commands' });
}

/** The commands a person is offered in a private chat: the nearest scope wins, then the language. */
export function commandsFor(bot: Bot, chatId: number, languageCode: string): BotCommand[] {
  for (const scope of [`chat/${chatId}`, 'all_private_chats', 'default']) {
    const commands = bot.commands.get(`${scope}/${languageCode}`) ?? bot.commands.get(`${scope}/`);
    if (commands !== undefined) return commands;
  }
  return [];
}

interface TextField {
  field: string;
  max: number;
  tooLong: string;
}

const setter =
  ({ field, max, tooLong }: TextField): Method =>
  ({ world, bot, params }) => {
    const value = (params.text(field) ?? '').trim();
    if (value.length > max) throw badRequest(tooLong);
    const key = `${field}/${languageOf(params.text('language_code'))}`;
    if (value === '') bot.texts.delete(key);
    else bot.texts.set(key, value);
    world.onChange();
    return true;
  };

const getter =
  (field: string, fallback: (bot: Bot) => string): Method =>
  ({ bot, params }) => {
    const language = languageOf(params.text('language_code'));
    return { [field]: bot.texts.get(`${field}/${language}`) ?? bot.texts.get(`${field}/`) ?? fallback(bot) };
  };

export const setMyName = setter({ field: 'name', max: 64, tooLong: 'name is too long' });
export const getMyName = getter('name', (bot) => bot.firstName);
export const setMyDescription = setter({
  field: 'description',
  max: 512,
  tooLong: 'description is too long',
});
export const getMyDescription = getter('description', () => '');
export const setMyShortDescription = setter({
  field: 'short_description',
  max: 120,
  tooLong: 'short description is too long',
});
export const getMyShortDescription = getter('short_description', () => '');

const menuButton = z.discriminatedUnion('type', [
  z.object({ type: z.literal('commands') }),
  z.object({ type: z.literal('default') }),
  z.object({ type: z.literal('web_app'), text: z.string().min(1), web_app: z.object({ url: z.string() }) }),
]);

export function setChatMenuButton({ world, bot, params }: Call): true {
  const parsed = menuButton.safeParse(params.json('menu_button') ?? { type: 'default' });
  if (!parsed.success) throw badRequest("can't parse menu button: Unsupported type specified");
  if (parsed.data.type === 'web_app' && !parsed.data.web_app.url.startsWith('https://')) {
    throw badRequest(
      `menu button web app URL '${parsed.data.web_app.url}' is invalid: Only HTTPS links are allowed`,
    );
  }
  bot.menuButtons.set(params.integer('chat_id', 0), parsed.data);
  announce(world);
  return true;
}

export function getChatMenuButton({ bot, params }: Call): object {
  return bot.menuButtons.get(params.integer('chat_id', 0)) ?? bot.menuButtons.get(0) ?? { type: 'commands' };
}
