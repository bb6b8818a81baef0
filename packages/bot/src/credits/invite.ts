import { bindReferral, invitesAnybody, referralCode, referralCounts } from '@aisha/core';
import { type Answers, button } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import type { Screen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../chat/voice.ts';
import { menuButton } from '../menu/screens.ts';

export const inviteAnswers = { invite } satisfies Partial<Answers>;

export async function invite(turn: Turn): Promise<void> {
  turn.state = IDLE;
  const { unit, user } = turn;
  // Until Telegram has told the bot's own name there is no link to it.
  if (!invitesAnybody(unit) || turn.settings.botUsername === '')
    return turn.show(backScreen(turn, turn.t('invite.none')));
  const url = `https://t.me/${turn.settings.botUsername}?start=ref_${await referralCode(unit, user.id)}`;
  const counts = await referralCounts(unit.tx, user.id);
  const { inviter, invited } = unit.sales.referrals;
  const share = `https://t.me/share/url?${new URLSearchParams({ url }).toString()}`;
  turn.show({
    text: [
      turn.t('invite.title', { inviter: turn.credits(inviter), invited: turn.credits(invited) }),
      `<code>${url}</code>`,
      turn.t('invite.counts', counts),
    ].join('\n\n'),
    buttons: [
      [{ text: turn.label('invite.share'), url: share }],
      [button(turn.label('menu.balance'), 'balance'), menuButton(turn)],
    ],
  });
}

/** Somebody came by a link of ours; what is said of it, beside the greeting. */
export async function greetInvited(turn: Turn, payload: string): Promise<string> {
  const code = /^ref_([a-z0-9]{1,40})$/i.exec(payload)?.[1];
  if (code === undefined || !(await bindReferral(turn.unit, turn.user, code))) return '';
  const { invited } = turn.unit.sales.referrals;
  return invited > 0 ? `${turn.t('invite.welcome', { invited: turn.credits(invited) })}\n\n` : '';
}

const backScreen = (voice: Voice, text: string): Screen => ({
  text,
  buttons: [[button(voice.label('menu.balance'), 'balance'), menuButton(voice)]],
});
