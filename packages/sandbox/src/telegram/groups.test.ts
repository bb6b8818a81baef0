import { afterEach, beforeEach, expect, it } from 'vitest';
import { startRawBot, type RawBot } from './testing.ts';

let bot: RawBot;
let group: number;

beforeEach(async () => {
  bot = await startRawBot();
  const created = await bot.sandbox.control.createGroup({
    title: 'Team',
    type: 'group',
    memberIds: [bot.userId],
  });
  group = created.id;
});
afterEach(() => bot.close());

const received = async (): Promise<unknown[]> => bot.sandbox.control.pendingUpdates({});
const say = (text: string, replyTo?: number) =>
  bot.sandbox.control.sendText({
    userId: bot.userId,
    chatId: group,
    text,
    ...(replyTo === undefined ? {} : { replyTo }),
  });
const by = () => bot.userId;

it('tells the bot that it was added', async () => {
  expect(await received()).toMatchObject([
    { my_chat_member: { old_chat_member: { status: 'left' }, new_chat_member: { status: 'member' } } },
    { message: { new_chat_members: [{ is_bot: true }], chat: { id: group, type: 'group', title: 'Team' } } },
  ]);
});

it('lets a bot in privacy mode hear commands and replies only, an administrator all', async () => {
  await say('just talking');
  await say('/help');
  await say('/help@another_bot');
  const sent = await bot.call('sendMessage', { chat_id: group, text: 'yes?' });
  await say('an answer', Number(Object(sent.result).message_id));
  const heard = (await received()).map((update) => Object(update).message?.text).filter(Boolean);
  expect(heard).toEqual(['/help', 'an answer']);
  await bot.sandbox.control.setBotStatus({ chatId: group, by: by(), status: 'administrator' });
  await say('now heard');
  expect((await received()).at(-1)).toMatchObject({ message: { text: 'now heard' } });
});

it('refuses a bot that was put out, or has left', async () => {
  const write = () => bot.call('sendMessage', { chat_id: group, text: 'x' });
  await bot.sandbox.control.setBotStatus({ chatId: group, by: by(), status: 'kicked' });
  expect(await write()).toMatchObject({
    status: 403,
    description: 'Forbidden: bot was kicked from the group chat',
  });
  await bot.sandbox.control.setBotStatus({ chatId: group, by: by(), status: 'member' });
  expect((await bot.call('leaveChat', { chat_id: group })).result).toBe(true);
  expect(await write()).toMatchObject({
    status: 403,
    description: 'Forbidden: bot is not a member of the group chat',
  });
});

it('names the new id when a group becomes a supergroup', async () => {
  const upgraded = await bot.sandbox.control.upgradeGroup({ chatId: group });
  expect(await bot.call('sendMessage', { chat_id: group, text: 'x' })).toMatchObject({
    status: 400,
    description: 'Bad Request: group chat was upgraded to a supergroup chat',
    parameters: { migrate_to_chat_id: upgraded.id },
  });
  expect((await bot.call('sendMessage', { chat_id: upgraded.id, text: 'x' })).ok).toBe(true);
  expect(JSON.stringify(await received())).toContain(`"migrate_to_chat_id":${upgraded.id}`);
});

it('knows members, and people whom the bot may not write first', async () => {
  const other = await bot.sandbox.control.createUser({ firstName: 'Bob' });
  const member = (userId: number) => bot.call('getChatMember', { chat_id: group, user_id: userId });
  expect((await member(by())).result).toMatchObject({ status: 'creator' });
  expect((await member(other.id)).result).toMatchObject({ status: 'left' });
  expect((await bot.call('sendMessage', { chat_id: other.id, text: 'x' })).description).toBe(
    'Bad Request: chat not found',
  );
  await bot.sandbox.control.addMember({ chatId: group, userId: other.id });
  expect(await bot.call('sendMessage', { chat_id: other.id, text: 'x' })).toMatchObject({
    status: 403,
    description: "Forbidden: bot can't initiate conversation with a user",
  });
  expect((await bot.call('getChatMemberCount', { chat_id: group })).result).toBe(3);
  await bot.say();
  await bot.sandbox.control.updateUser({ userId: by(), deactivated: true });
  expect((await bot.call('sendMessage', { chat_id: by(), text: 'x' })).description).toBe(
    'Forbidden: user is deactivated',
  );
});
