import type { Context } from 'telegraf';
import type { Update } from 'telegraf/types';
import type { Turn } from './turn.ts';

/** telegraf makes the context itself; the update's identity is what ties it to the turn being decided. */
const turns = new WeakMap<Update, Turn>();

export function bindTurn(update: Update, turn: Turn): () => void {
  turns.set(update, turn);
  return () => turns.delete(update);
}

export function turnOf(ctx: Context): Turn {
  const turn = turns.get(ctx.update);
  if (!turn) throw new Error('an update is handled outside of a turn');
  return turn;
}
