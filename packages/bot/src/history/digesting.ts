import { digestHour, orderDigest, rulesOfGroup, scheduleDigest, standingOf } from '@aisha/core';
import { Composer } from 'telegraf';
import { type Answers, button } from '../buttons.ts';
import { rows } from '../chat/button.ts';
import type { Screen } from '../chat/screen.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { documentMessages } from '../documents/results.ts';
import { byAdministrator } from '../groups/composer.ts';
import { refusalScreen, statusScreen } from '../orders/screens.ts';

/** `/digest` in a group: of its last day, `/digest 20` of every day at that hour, `/digest off` no more. */
export function digestComposer() {
  const composer = new Composer();
  composer.command('digest', async (ctx) => {
    const turn = turnOf(ctx);
    const { message_id: messageId } = ctx.message;
    if (turn.isPrivate) return turn.send({ text: turn.t('digest.private') });
    const standing = standingOf(await rulesOfGroup(turn.unit.tx, turn.chatId), turn.user.id);
    if (standing === 'member') return turn.send({ text: turn.t('digest.admins') }, { replyTo: messageId });
    if (standing === 'unknown') {
      turn.unit.enqueue('group.look', { chatId: turn.chatId });
      return turn.send({ text: turn.t('digest.looking') }, { replyTo: messageId });
    }
    const asked = ctx.payload.trim().toLowerCase();
    const hour = /^(?:[01]?\d|2[0-3])(?::00)?$/.test(asked) ? Number.parseInt(asked, 10) : null;
    if (hour !== null || asked === 'off') {
      await scheduleDigest(turn.unit, turn.place, turn.user.id, hour);
      const said =
        hour === null
          ? turn.t('digest.off')
          : turn.t('digest.daily', { hour: String(hour).padStart(2, '0') });
      return turn.send({ text: said }, { replyTo: messageId });
    }
    if (asked !== '') return turn.send({ text: turn.t('digest.how') }, { replyTo: messageId });
    await digest(turn, turn.user.id, messageId);
  });
  return composer;
}

/** The hours that are offered; any other one is written behind the command. */
const HOURS = [9, 18, 20, 22] as const;

async function digestScreen(turn: Turn): Promise<Screen> {
  const hour = await digestHour(turn.unit.tx, turn.chatId);
  const at = (of: number) => ({ hour: String(of).padStart(2, '0') });
  const text = [turn.t('digest.about'), hour === null ? '' : turn.t('digest.is_daily', at(hour))];
  return {
    text: text.filter(Boolean).join('\n\n'),
    buttons: [
      [button(turn.label('digest.now'), 'digest.now')],
      ...rows(
        HOURS.filter((one) => one !== hour).map((one) =>
          button(turn.label('digest.at', at(one)), 'digest.daily', one),
        ),
        2,
      ),
      hour === null ? [] : [button(turn.label('digest.stop'), 'digest.off')],
      [button(turn.label('button.back'), 'group.rules')],
    ],
  };
}

/** What the buttons of the group's settings do about its digest, for its administrators. */
export const digestAnswers = {
  digest: (turn) => byAdministrator(turn, async () => turn.show(await digestScreen(turn))),
  'digest.now': (turn) => byAdministrator(turn, (administrator) => digest(turn, administrator)),
  'digest.daily': (turn, hour) =>
    byAdministrator(turn, async (administrator) => {
      await scheduleDigest(turn.unit, turn.place, administrator, hour);
      turn.toast('group.chosen');
      turn.show(await digestScreen(turn));
    }),
  'digest.off': (turn) =>
    byAdministrator(turn, async (administrator) => {
      await scheduleDigest(turn.unit, turn.place, administrator, null);
      turn.toast('digest.off');
      turn.show(await digestScreen(turn));
    }),
} satisfies Partial<Answers>;

async function digest(turn: Turn, ownerId: number, replyTo?: number): Promise<void> {
  const answered = replyTo === undefined ? {} : { replyTo };
  const ordered = await orderDigest(turn.unit, {
    ...turn.place,
    ownerId,
    title: turn.label('digest.title', { date: turn.date(new Date()) }),
    language: turn.language,
    agreed: false,
  });
  switch (ordered.kind) {
    case 'nothing':
      return turn.send({ text: turn.t('digest.nothing') }, answered);
    case 'written':
      turn.owed.push(
        ...documentMessages(turn, turn, ordered.document, { id: ordered.document.recordingId, text: null }),
      );
      return;
    case 'refused':
      return turn.send(refusalScreen(turn, ordered), answered);
    case 'under-way':
    case 'placed':
      return turn.send(statusScreen(turn, ordered.order), {
        bind: { to: 'order', id: ordered.order.id },
        ...answered,
      });
    default:
      return ordered satisfies never;
  }
}
