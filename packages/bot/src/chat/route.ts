import type { Composer, Context } from 'telegraf';
import { message } from 'telegraf/filters';
import type { Dialogue, State } from './dialogue.ts';
import { turnOf } from './turn-context.ts';
import type { Turn } from './turn.ts';

type Done = Promise<void> | void;

/** By Telegram's clock, in whole seconds: however late it is decided. */
const sentAt = ({ date }: { readonly date: number }) => new Date(date * 1_000);

/** A command of private chats with the text behind it. */
export function onCommand(
  composer: Composer<Context>,
  name: string,
  handle: (turn: Turn, text: string, sent: Date) => Done,
): void {
  composer.command(name, (ctx, next) => {
    const turn = turnOf(ctx);
    return turn.isPrivate ? handle(turn, ctx.payload.trim(), sentAt(ctx.message)) : next();
  });
}

/** What somebody writes, no command, while they stand at this place of a dialogue. */
export function onText<Known extends State>(
  composer: Composer<Context>,
  { of }: Pick<Dialogue<never, Known>, 'of'>,
  handle: (turn: Turn, text: string, state: Known, sent: Date) => Done,
): void {
  composer.on(message('text'), (ctx, next) => {
    const turn = turnOf(ctx);
    const state = turn.isPrivate && !ctx.message.text.startsWith('/') ? of(turn.state) : null;
    return state ? handle(turn, ctx.message.text, state, sentAt(ctx.message)) : next();
  });
}

/** The answer to a button that means something only while its presser stands at this place of a dialogue. */
export const during =
  <Known extends State, Args extends readonly unknown[]>(
    { of }: Pick<Dialogue<never, Known>, 'of'>,
    handle: (turn: Turn, state: Known, ...args: Args) => Done,
  ) =>
  (turn: Turn, ...args: Args): Done => {
    const state = of(turn.state);
    return state ? handle(turn, state, ...args) : turn.toast('button.outdated');
  };
