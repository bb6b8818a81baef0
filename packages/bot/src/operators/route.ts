import type { Composer, Context } from 'telegraf';
import { message } from 'telegraf/filters';
import type { Dialogue, State } from '../chat/dialogue.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';

/** What an operator writes at this place of a dialogue; whoever is none any more is heard as anybody else. */
export function onOperatorText<Known extends State>(
  composer: Composer<Context>,
  { of }: Pick<Dialogue<never, Known>, 'of'>,
  handle: (turn: Turn, text: string, state: Known) => Promise<void> | void,
): void {
  composer.on(message('text'), (ctx, next) => {
    const turn = turnOf(ctx);
    const state = turn.isOperator && !ctx.message.text.startsWith('/') ? of(turn.state) : null;
    return state ? handle(turn, ctx.message.text.trim(), state) : next();
  });
}
