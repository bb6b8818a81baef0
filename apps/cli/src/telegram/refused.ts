import { Trouble } from '../command.ts';

/** What Telegram said to a call that did not work. */
export function refused(method: string, outcome: { readonly kind: string }): Trouble {
  const said = 'description' in outcome ? outcome.description : 'why' in outcome ? outcome.why : outcome.kind;
  return new Trouble(
    `${method}: ${String(said)}`,
    'code' in outcome && outcome.code === 401
      ? 'the token is wrong: set TELEGRAM_BOT_TOKEN (from @BotFather)'
      : 'run it again; aisha doctor --only telegram tries the connection. Nothing was lost',
  );
}
