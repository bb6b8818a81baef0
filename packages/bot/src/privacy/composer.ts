import { accountOf, askErasure, askExport, cancelErasure, subscriptionOf, tellLinksAgain } from '@aisha/core';
import { Composer } from 'telegraf';
import type { Answers } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { onCommand } from '../chat/route.ts';
import type { Turn } from '../chat/turn.ts';
import { leavingScreen, menuScreen, noteScreen } from '../menu/screens.ts';
import { privacyText } from './policy.ts';
import { leaveScreen, leaveSureScreen, leavingNowScreen, privacyScreen } from './screens.ts';

export function privacyComposer() {
  const composer = new Composer();
  onCommand(composer, 'privacy', async (turn) => {
    turn.send(privacyScreen(turn, await privacyText(turn.unit.tx, turn)));
  });
  onCommand(composer, 'export', giveEverything);
  onCommand(composer, 'delete_me', async (turn) => {
    turn.state = IDLE;
    turn.send(await askScreen(turn));
  });
  return composer;
}

async function askScreen(turn: Turn) {
  if (turn.user.leavingAt) return leavingScreen(turn, turn.user.leavingAt);
  const { tx } = turn.unit;
  const { balance } = await accountOf(tx, turn.user.id);
  const subscription = await subscriptionOf(tx, turn.user.id);
  return leaveScreen(turn, {
    credits: balance,
    isSubscribed: subscription !== null && subscription.state !== 'cancelled',
  });
}

async function giveEverything(turn: Turn): Promise<void> {
  const asked = await askExport(turn.unit, { userId: turn.user.id, chatId: turn.chatId });
  turn.send(noteScreen(turn, turn.t(asked.kind === 'asked' ? 'export.all.begun' : 'export.all.under_way')));
}

export const privacyAnswers = {
  export: (turn) => giveEverything(turn),
  'export.link': async (turn, exportId) => {
    const asked = turn.pressId ?? '';
    const there = await tellLinksAgain(turn.unit, { userId: turn.user.id, exportId, asked });
    turn.toast(there ? 'export.link.coming' : 'export.link.gone');
  },
  'leave.ask': async (turn) => turn.show(await askScreen(turn)),
  leave: (turn, how) => turn.show(leaveSureScreen(turn, how)),
  'leave.sure': async (turn, when, how) => {
    turn.state = IDLE;
    const { id: userId } = turn.user;
    const exported = how === 'export' ? await askExport(turn.unit, { userId, chatId: turn.chatId }) : null;
    const erasure = await askErasure(turn.unit, {
      userId,
      askedBy: 'person',
      language: turn.language,
      now: when === 'now',
      exportId: exported?.id,
      // The export comes after that message: the receipt after the export.
      messageId: when === 'now' && !exported ? turn.shownIn : undefined,
    });
    turn.show(when === 'now' ? leavingNowScreen(turn) : leavingScreen(turn, erasure.dueAt));
  },
  'leave.stay': async (turn) => {
    const stays = await cancelErasure(turn.unit, turn.user.id);
    turn.toast(stays ? 'leave.stayed' : 'button.outdated');
    turn.show(menuScreen(turn));
  },
} satisfies Partial<Answers>;
