import {
  askErasure,
  chooseGroupRules,
  choosePayer,
  findUser,
  meetUsers,
  notify,
  openAccount,
  rulesOfGroup,
  standingOf,
} from '@aisha/core';
import { Composer } from 'telegraf';
import type { Answers } from '../buttons.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { eraseGroupScreen, groupScreen } from './screens.ts';

/** `/settings` in a group: what its administrators decide there. */
export function groupsComposer() {
  const composer = new Composer();
  composer.command('settings', (ctx, next) => {
    const turn = turnOf(ctx);
    return turn.isPrivate ? next() : showSettings(turn, `message:${ctx.message.message_id}`);
  });
  return composer;
}

/** Told by the worker, which asks Telegram who runs the group. */
async function showSettings(turn: Turn, asked: string): Promise<void> {
  const { unit, user, chatId, threadId } = turn;
  await notify(unit, { userId: user.id, chatId }, `group:${chatId}:settings:${asked}`, {
    kind: 'group.settings',
    data: { threadId },
  });
}

export const groupAnswers = {
  'group.pay': (turn) =>
    byAdministrator(turn, async (administrator) => {
      await openAccount(turn.unit, administrator);
      await choose(turn, administrator);
    }),
  'group.mode': (turn, mode) => decide(turn, { mode }),
  'group.documents': (turn, allowed) => decide(turn, { documents: allowed === 'yes' }),
  'group.each': (turn) => byAdministrator(turn, () => choose(turn, null)),
  'group.rules': (turn) => byAdministrator(turn, () => showRules(turn)),
  'group.erase': (turn) =>
    byAdministrator(turn, () => {
      turn.show(eraseGroupScreen(turn));
      return Promise.resolve();
    }),
  'group.erase.yes': (turn) =>
    byAdministrator(turn, async () => {
      const { chatId: userId, language } = turn;
      await askErasure(turn.unit, {
        userId,
        askedBy: 'person',
        language,
        now: true,
        messageId: turn.shownIn,
      });
      turn.show({ text: turn.t('group.erase.begun') });
    }),
} satisfies Partial<Answers>;

async function choose(turn: Turn, payerId: number | null): Promise<void> {
  await choosePayer(turn.unit, { chatId: turn.chatId, title: turn.chatTitle }, payerId);
  turn.toast(payerId === null ? 'group.each.chosen' : 'group.pay.chosen');
  await showRules(turn);
}

/** The screen as it is now. */
async function showRules(turn: Turn): Promise<void> {
  const rules = await rulesOfGroup(turn.unit.tx, turn.chatId);
  if (!rules) return turn.toast('button.outdated');
  const payer = rules.payerId === null ? null : await findUser(turn.unit.tx, rules.payerId);
  turn.show(groupScreen(turn, payer, rules));
}

const decide = (turn: Turn, chosen: Parameters<typeof chooseGroupRules>[2]) =>
  byAdministrator(turn, async () => {
    await chooseGroupRules(turn.unit, { chatId: turn.chatId, title: turn.chatTitle }, chosen);
    turn.toast('group.chosen');
    await showRules(turn);
  });

/** Whoever presses has to run the group, by what Telegram said of it lately; else it is asked again. */
export async function byAdministrator(
  turn: Turn,
  act: (administrator: number) => Promise<void>,
): Promise<void> {
  const { behind, unit, chatId } = turn;
  if (turn.isPrivate || !behind) return turn.toast('button.outdated');
  const standing = standingOf(await rulesOfGroup(unit.tx, chatId), behind.id);
  if (standing === 'member') return turn.toast('group.administrators_only');
  if (standing === 'unknown') {
    turn.toast('group.looking');
    return showSettings(turn, `press:${turn.pressId ?? ''}`);
  }
  // Of somebody who presses in the group's name nothing is known yet.
  await meetUsers(unit.tx, [behind]);
  await act(behind.id);
}
