import { run, sequentialize } from '@grammyjs/runner';
import { Bot } from 'grammy';
import { databaseWork } from './work.ts';

/** The named peer: grammY with its concurrent runner, in order within a chat. */
const [apiRoot = '', token = '', database = ''] = process.argv.slice(2);
const work = databaseWork(database);
const bot = new Bot(token, { client: { apiRoot } });
bot.use(sequentialize((ctx) => String(ctx.chat?.id)));
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
run(bot);
