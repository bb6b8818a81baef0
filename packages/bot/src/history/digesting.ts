import { orderDigest, rulesOfGroup, scheduleDigest, standingOf } from '@aisha/core';
import { Composer } from 'telegraf';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { documentMessages } from '../documents/results.ts';
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
    await digest(turn, messageId);
  });
  return composer;
}

async function digest(turn: Turn, replyTo: number): Promise<void> {
  const ordered = await orderDigest(turn.unit, {
    ...turn.place,
    ownerId: turn.user.id,
    title: turn.label('digest.title', { date: turn.date(new Date()) }),
    language: turn.language,
    agreed: false,
  });
  switch (ordered.kind) {
    case 'nothing':
      return turn.send({ text: turn.t('digest.nothing') }, { replyTo });
    case 'written':
      turn.owed.push(
        ...documentMessages(turn, turn, ordered.document, { id: ordered.document.recordingId, text: null }),
      );
      return;
    case 'refused':
      return turn.send(refusalScreen(turn, ordered), { replyTo });
    case 'under-way':
    case 'placed':
      return turn.send(statusScreen(turn, ordered.order), {
        bind: { to: 'order', id: ordered.order.id },
        replyTo,
      });
    default:
      return ordered satisfies never;
  }
}
