import type { Composer, Context } from 'telegraf';
import { turnOf } from './turn-context.ts';
import type { Turn } from './turn.ts';

export type Press = (turn: Turn, ...args: string[]) => Promise<void> | void;

/** A button whose data is `name` or `name:arg:arg`. */
export function onPress(composer: Composer<Context>, name: string, handle: Press): void {
  composer.action(new RegExp(`^${name.replaceAll('.', '\\.')}(?::(.*))?$`), (ctx) => {
    const args = ctx.match[1];
    return handle(turnOf(ctx), ...(args ? args.split(':') : []));
  });
}

/** A command with the text behind it. Outside of private chats only those that say so. */
export function onCommand(
  composer: Composer<Context>,
  name: string,
  handle: (turn: Turn, text: string) => Promise<void> | void,
): void {
  composer.command(name, (ctx, next) => {
    const turn = turnOf(ctx);
    return turn.isPrivate ? handle(turn, ctx.payload.trim()) : next();
  });
}
