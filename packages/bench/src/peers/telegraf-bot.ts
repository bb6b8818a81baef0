import { Telegraf } from 'telegraf';
import { databaseWork } from './work.ts';

/** The named peer: telegraf with its own polling. */
const [apiRoot = '', token = '', database = ''] = process.argv.slice(2);
const work = databaseWork(database);
const bot = new Telegraf(token, { telegram: { apiRoot } });
bot.on('message', async (ctx) => {
  await work({
    updateId: ctx.update.update_id,
    userId: ctx.from.id,
    chatId: ctx.chat.id,
    name: ctx.from.first_name,
  });
  await ctx.reply('answer');
});
bot.catch(() => undefined);
process.on('SIGTERM', () => process.exit(0));
await bot.launch();
