import type { Question } from '@aisha/core';
import { questions, recordings } from '@aisha/db';
import { escapeHtml } from '@aisha/providers';
import { isolated, shorten } from '@aisha/service';
import { eq, inArray } from 'drizzle-orm';
import { button } from '../buttons.ts';
import { READABLY, sendScreen } from '../chat/screen.ts';
import type { ShownOrder } from '../chat/voice.ts';
import { chargedLine } from '../orders/screens.ts';

/** As much of a quote as shows what it says. */
const QUOTE = 300;

/** Where an answer was not found. */
const noneIn = ({ recordingId, groupId }: Pick<Question, 'recordingId' | 'groupId'>) =>
  recordingId !== null ? 'answer.none.one' : groupId === null ? 'answer.none' : 'answer.none.group';

/** An answer with what it rests on, each with its moment and the way there; or that there is none. */
export const shownQuestion: ShownOrder = {
  title: 'order.question',
  becomesResult: true,
  async result(db, voice, order) {
    const [asked] = await db
      .select()
      .from(questions)
      .where(eq(questions.id, order.subjectId ?? ''));
    if (!asked?.answer) return [];
    const { text, quotes } = asked.answer;
    const more = [
      asked.recordingId === null
        ? button(voice.label('ask.more'), 'ask.all')
        : button(voice.label('ask.more'), 'ask', asked.recordingId),
    ];
    const question = `❓ <i>${escapeHtml(shorten(asked.question, QUOTE, READABLY))}</i>`;
    const charged = order.units === null ? '' : chargedLine(voice, order);
    const cost = charged === '' ? [] : [`<i>${charged}</i>`];
    if (quotes.length === 0)
      return [
        sendScreen(order, {
          text: [question, voice.t(noneIn(asked)), ...cost].join('\n\n'),
          buttons: [more],
        }),
      ];
    const ids = [...new Set(quotes.map(({ recordingId }) => recordingId))];
    const found = await db
      .select({ id: recordings.id, title: recordings.title })
      .from(recordings)
      .where(inArray(recordings.id, ids));
    const titleOf = (id: string) => found.find((one) => one.id === id)?.title ?? '';
    const when = (startMs: number | null) => (startMs === null ? '' : ` [${voice.duration(startMs)}]`);
    const list = quotes.map(
      ({ recordingId, startMs, text: quote }, n) =>
        `${n + 1}. «${escapeHtml(shorten(quote, QUOTE, READABLY))}» <i>${escapeHtml(asked.recordingId === null ? `${shorten(titleOf(recordingId), 60)} ` : '')}${when(startMs).trim()}</i>`,
    );
    return [
      sendScreen(order, {
        text: [question, escapeHtml(text), list.join('\n'), ...cost].join('\n\n'),
        buttons: [
          ...quotes.map(({ recordingId, documentId, line, startMs }, n) => [
            documentId === null
              ? button(
                  `${n + 1}.${startMs === null ? '' : ` ▶ ${voice.duration(startMs)}`} ${isolated(shorten(titleOf(recordingId), 40))}`,
                  'found',
                  recordingId,
                  line ?? 0,
                )
              : button(
                  `${n + 1}. 📄 ${isolated(shorten(titleOf(recordingId), 40))}`,
                  'document.show',
                  documentId,
                ),
          ]),
          more,
        ],
      }),
    ];
  },
};
