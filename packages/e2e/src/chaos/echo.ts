import type { ChatMessage } from '@aisha/sandbox';

/** Commands whose answers can be told from each other, whatever state the dialogue is in. */
export const ECHOES = {
  '/help': /^Avatar\. \/new_avatar/,
  '/privacy': /^Your data is yours/,
  '/language': /^Choose your language/,
  '/transcribe': /^🎙 Send or forward/,
  '/avatars': /^You have (no|\d+) avatar/,
  '/history': /^(History — page|Your recordings will appear)/,
  '/new_avatar': /^New avatar/,
  '/menu': /^I do two things/,
} as const satisfies Record<string, RegExp>;

export type Echo = keyof typeof ECHOES;
export const ECHO_COMMANDS: readonly Echo[] = [
  '/help',
  '/privacy',
  '/language',
  '/transcribe',
  '/avatars',
  '/history',
  '/new_avatar',
  '/menu',
];

/** Which command a message of the bot answers, by its words when it was sent; null when none of them. */
export function echoOf(message: ChatMessage): Echo | null {
  if (!message.fromBot) return null;
  const first = message.edits[0]?.content.text ?? message.text;
  return ECHO_COMMANDS.find((command) => ECHOES[command].test(first)) ?? null;
}

export interface OrderVerdict {
  /** Commands whose answer is not where it must be. */
  readonly misplaced: number;
  /** Answers beyond one for each command: messages sent twice. */
  readonly extra: number;
}

/** Whether the answers came in the order of the commands; an answer that came twice may stand anywhere. */
export function compareOrder(commands: readonly Echo[], answers: readonly Echo[]): OrderVerdict {
  let at = 0;
  for (const answer of answers) if (answer === commands[at]) at += 1;
  return { misplaced: commands.length - at, extra: answers.length - at };
}
