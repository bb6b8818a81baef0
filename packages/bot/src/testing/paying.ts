import { notifications } from '@aisha/db';
import type { ChatMessage, PaymentOutcome } from '@aisha/sandbox';
import { eq } from 'drizzle-orm';
import { sendNotification } from '../notify/send.ts';
import type { TestBot } from './bot.ts';

/** Tells everything that is owed; whom it concerns finds it in their chat. */
export async function tellAll(bot: TestBot): Promise<void> {
  const pending = await bot.parts.db.select().from(notifications).where(eq(notifications.state, 'pending'));
  for (const { id } of pending)
    await sendNotification(bot.parts, id, { signal: AbortSignal.timeout(20_000) });
}

/** The newest invoice in somebody's chat. */
export async function invoiceIn(bot: TestBot, userId: number): Promise<ChatMessage> {
  const invoice = (await bot.messages(userId)).findLast(({ message }) => message.invoice !== undefined);
  if (!invoice) throw new Error('there is no invoice');
  return invoice;
}

/** Pays an invoice, in a message or behind a link: the checkout is answered, the payment handled; nothing is told yet. */
export async function pay(
  bot: TestBot,
  userId: number,
  what: { readonly messageId: number } | { readonly slug: string },
): Promise<PaymentOutcome> {
  const settled: boolean[] = [];
  const paying = bot.telegram.control.pay({ userId, ...what }).finally(() => settled.push(true));
  // What it ends with is asked below; it may be refused while the bot still looks for the checkout.
  paying.catch(() => undefined);
  while (settled.length === 0) {
    await bot.fetch();
    await bot.work();
  }
  await bot.fetch();
  await bot.work();
  return paying;
}

/** Chooses a pack on the top-up screen and pays it; the charge's id. */
export async function buy(bot: TestBot, userId: number, pack: string, provider = 'stars'): Promise<string> {
  await bot.say(userId, '/balance');
  await bot.press(userId, 'topup');
  await bot.press(userId, `pack.buy:${pack}:${provider}`);
  const outcome = await pay(bot, userId, { messageId: (await invoiceIn(bot, userId)).id });
  if (outcome.outcome !== 'paid') throw new Error(JSON.stringify(outcome));
  return outcome.chargeId;
}
