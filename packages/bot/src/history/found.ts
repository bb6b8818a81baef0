import { type Found, type Hit, kindOf, type Recording } from '@aisha/core';
import type { PassageLine } from '@aisha/db';
import { escapeHtml } from '@aisha/providers';
import { isolated, shorten } from '@aisha/service';
import { button } from '../buttons.ts';
import type { Button } from '../chat/button.ts';
import { pageButtons } from '../chat/pages.ts';
import { READABLY, type Screen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../chat/voice.ts';
import { PREVIEW } from './screens.ts';

/** Asks for what is to be looked for; in a group it is written behind the command. */
export const askWordsScreen = (turn: Pick<Turn, 't' | 'label' | 'isPrivate'>): Screen => ({
  text: turn.t(turn.isPrivate ? 'search.ask' : 'search.ask.group'),
  buttons: turn.isPrivate ? [[button(turn.label('button.back'), 'history')]] : [],
});

/** So many of what was found stand on a page. */
export const FOUND_PAGE = 5;

/** As much of a line as shows what was found. */
const LINE = 220;

export function foundScreen(
  turn: Voice & Pick<Turn, 'isPrivate'>,
  { query, page, found }: { readonly query: string; readonly page: number; readonly found: Found },
): Screen {
  const back = turn.isPrivate
    ? [[button(turn.label('search.again'), 'search'), button(turn.label('button.back'), 'history')]]
    : [];
  if (found.hits.length === 0) return { text: turn.t('search.nothing', { query }), buttons: back };
  const pages = Math.ceil(found.count / FOUND_PAGE);
  const number = (n: number) => page * FOUND_PAGE + n + 1;
  const heading = [
    turn.t('search.found', { query, count: found.count }),
    ...(found.loosely ? [turn.t('search.loosely')] : []),
  ].join('\n');
  return {
    text: [heading, ...found.hits.map((hit, n) => `${number(n)}. ${hitText(turn, hit)}`)].join('\n\n'),
    buttons: [
      ...found.hits.map((hit, n) => [hitButton(turn, hit, number(n))]),
      pageButtons(turn, page, pages, (text, to) => button(text, 'search.page', to)),
      ...back,
    ],
  };
}

function hitText(voice: Voice, hit: Hit): string {
  const kind = hit.documentKind === null ? null : kindOf(hit.documentKind);
  const where = [
    `<b>${escapeHtml(hit.title)}</b>`,
    voice.date(hit.createdAt),
    ...(kind === null ? [] : [voice.label(`document.kind.${kind.kind}`)]),
    ...(hit.startMs === null ? [] : [`[${voice.duration(hit.startMs)}]`]),
  ].join(' · ');
  const line = around(hit.text)
    .map(({ text, found }) => (found ? `<b>${escapeHtml(text)}</b>` : escapeHtml(text)))
    .join('');
  // A name that was found stands there already.
  return hit.line === null && hit.documentId === null ? where : `${where}\n${line}`;
}

/** The stretch of a long line in which the first of what was found stands. */
function around(text: Hit['text']): { text: string; found: boolean }[] {
  const whole = text.reduce((sum, one) => sum + one.text.length, 0);
  if (whole <= LINE) return [...text];
  const first = Math.max(
    0,
    text.findIndex(({ found }) => found),
  );
  let from = first;
  for (let room = LINE / 3; from > 0 && room > 0; from -= 1) room -= text[from - 1]?.text.length ?? 0;
  const shown: { text: string; found: boolean }[] = from > 0 ? [{ text: '… ', found: false }] : [];
  let room = LINE;
  for (const one of text.slice(from)) {
    if (room <= 0) return [...shown, { text: ' …', found: false }];
    shown.push(one);
    room -= one.text.length;
  }
  return shown;
}

function hitButton(voice: Voice, hit: Hit, number: number): Button {
  if (hit.documentId !== null)
    return button(`${number}. 📄 ${isolated(shorten(hit.title, 40))}`, 'document.show', hit.documentId);
  const when = hit.startMs === null ? '' : `▶ ${voice.duration(hit.startMs)} · `;
  return button(
    `${number}. ${when}${isolated(shorten(hit.title, 40))}`,
    'found',
    hit.recordingId,
    hit.line ?? 0,
  );
}

/** A place in a recording: what is said there, and the ways to hear it and to the whole. */
export function placeScreen(
  turn: Voice & Pick<Turn, 'user'>,
  recording: Recording,
  line: number,
  lines: readonly PassageLine[],
): Screen {
  const at = Math.max(line, 1);
  const said = lines.map((one) => {
    const text = escapeHtml(one.text);
    const when = one.startMs === null ? '' : `<i>[${turn.duration(one.startMs)}]</i> `;
    return `${when}${one.line === line ? `<b>${text}</b>` : text}`;
  });
  const isTimed = lines.some((one) => one.line === at && one.startMs !== null);
  return {
    text: [
      `<b>${escapeHtml(recording.title)}</b>\n${turn.date(recording.createdAt)}`,
      said.length === 0 ? escapeHtml(shorten(recording.text ?? '', PREVIEW, READABLY)) : said.join('\n'),
    ].join('\n\n'),
    buttons: [
      isTimed ? [button(turn.label('found.play'), 'moment', recording.id, at)] : [],
      [
        ...(recording.ownerId === turn.user.id
          ? [button(turn.label('found.recording'), 'recording', recording.id)]
          : []),
        button(turn.label('found.back'), 'search.page'),
      ],
    ],
  };
}
