import { orderDocument } from '@aisha/core';
import type { Answers } from '../buttons.ts';
import { refusalScreen, statusScreen } from '../orders/screens.ts';
import { documentMessages } from './results.ts';

export const documentAnswers = {
  document: async (turn, recording, kind, shown) => {
    const screen = { ...turn.place, shown };
    const ordered = await orderDocument(turn.unit, recording, kind, turn.language, screen);
    if (ordered.kind === 'written') {
      turn.owed.push(...documentMessages(turn, turn, ordered.document, recording));
      return;
    }
    if (ordered.kind === 'refused') return turn.send(refusalScreen(turn, ordered));
    if (ordered.kind === 'under-way' && ordered.order.state !== 'quoted')
      return turn.toast('document.under_way');
    turn.send(statusScreen(turn, ordered.order), { bind: { to: 'order', id: ordered.order.id } });
  },
} satisfies Partial<Answers>;
