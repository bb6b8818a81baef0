import { orderDocument } from '@aisha/core';
import type { Answers } from '../buttons.ts';
import { giveFile, recordingOf } from '../exports/presses.ts';
import { documentFormatButtons } from '../exports/screens.ts';
import { refusalScreen, statusScreen } from '../orders/screens.ts';
import { documentMessages } from './results.ts';
import { documentButtons, isDated, kindButtons, transcriptButtons } from './screens.ts';

export const documentAnswers = {
  documents: (turn, recording, where) => turn.showButtons(kindButtons(turn, recording, where)),
  'recording.buttons': (turn, recording) => turn.showButtons(transcriptButtons(turn, recording)),
  document: async (turn, recording, kind, shown) => {
    const screen = { ...turn.place, shown };
    const ordered = await orderDocument(turn.unit, recording, kind, turn.language, screen);
    if (ordered.kind === 'written') {
      turn.owed.push(...documentMessages(turn, turn, ordered.document));
      return;
    }
    if (ordered.kind === 'refused') return turn.send(refusalScreen(turn, ordered));
    if (ordered.kind === 'under-way' && ordered.order.state !== 'quoted')
      return turn.toast('document.under_way');
    turn.send(statusScreen(turn, ordered.order), { bind: { to: 'order', id: ordered.order.id } });
  },
  'document.download': (turn, document) =>
    turn.showButtons(documentFormatButtons(turn, document, isDated(document))),
  'document.as': (turn, document, format) => giveFile(turn, recordingOf(document), { format, document }),
  'document.buttons': (turn, document) => turn.showButtons(documentButtons(turn, document)),
} satisfies Partial<Answers>;
