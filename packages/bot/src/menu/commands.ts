import { LANGUAGES } from '@aisha/db';
import type { TelegramClient } from '@aisha/providers';
import type { Texts } from '../texts/index.ts';

const COMMANDS = [
  'start',
  'menu',
  'avatars',
  'new_avatar',
  'imagine',
  'gallery',
  'transcribe',
  'history',
  'balance',
  'settings',
  'invite',
  'language',
  'help',
  'cancel',
  'privacy',
  'export',
  'delete_me',
  'paysupport',
  'terms',
] as const;

/** What can be asked for in a group, named as it means something there. */
const GROUP_COMMANDS = ['transcribe', 'history', 'ask', 'digest', 'settings'] as const;

/** The commands menu in every language; Russian for everybody else. Returns what went wrong, if anything. */
export async function publishCommands(
  telegram: TelegramClient,
  texts: Texts,
  signal: AbortSignal,
): Promise<string | null> {
  for (const language of LANGUAGES) {
    const commands = COMMANDS.map((command) => ({
      command,
      description: texts.plain(language, `command.${command}`),
    }));
    const inGroups = {
      scope: { type: 'all_group_chats' as const },
      commands: GROUP_COMMANDS.map((command) => ({
        command,
        description: texts.plain(language, `command.group.${command}`),
      })),
    };
    const lists = [{ commands }, inGroups];
    const coded = lists.map((list) => ({ ...list, language_code: language }));
    for (const payload of language === 'ru' ? [...lists, ...coded] : coded) {
      const outcome = await telegram.call('setMyCommands', payload, { priority: 'bulk', signal });
      if (outcome.kind !== 'ok') return outcome.kind === 'refused' ? outcome.description : outcome.kind;
    }
  }
  return null;
}
