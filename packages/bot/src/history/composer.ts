import { findRecording, placeIn, type Scope, searchHistory } from '@aisha/core';
import { shorten } from '@aisha/service';
import { Composer } from 'telegraf';
import type { Answers } from '../buttons.ts';
import { onCommand, onText } from '../chat/route.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { documentMessages } from '../documents/results.ts';
import { searching } from './dialogue.ts';
import { askingAnswers } from './asking.ts';
import { digestAnswers, digestComposer } from './digesting.ts';
import { listAnswers, showHistory } from './list.ts';
import { mergingAnswers } from './merging.ts';
import { askWordsScreen, FOUND_PAGE, foundScreen, placeScreen } from './found.ts';
import { taggingAnswers, taggingComposer } from './tagging.ts';

export function historyComposer() {
  const composer = new Composer();
  onCommand(composer, 'history', (turn, words) => (words === '' ? showHistory(turn) : look(turn, words)));
  onText(composer, searching, (turn, words) => look(turn, words));
  // In a group, for its members, what was recorded there.
  composer.command('history', (ctx) => {
    const turn = turnOf(ctx);
    const words = ctx.payload.trim();
    return words === '' ? turn.send(askWordsScreen(turn)) : look(turn, words);
  });
  composer.use(digestComposer());
  composer.use(taggingComposer());
  return composer;
}

export const historyAnswers = {
  ...listAnswers,
  ...taggingAnswers,
  ...mergingAnswers,
  ...askingAnswers,
  ...digestAnswers,
  search: (turn) => {
    if (turn.isPrivate) turn.state = searching.at({});
    turn.show(askWordsScreen(turn));
  },
  'search.page': (turn, page) =>
    turn.memory.search === null
      ? turn.toast('button.outdated')
      : showFound(turn, turn.memory.search, page, (screen) => turn.show(screen)),
  found: async (turn, recording, line) =>
    turn.show(placeScreen(turn, recording, line, await placeIn(turn.unit.tx, recording, line))),
  'document.show': async (turn, document) => {
    const recording = await findRecording(turn.unit.tx, turn.user.id, document.recordingId);
    if (!recording) return turn.toast('button.outdated');
    turn.owed.push(...documentMessages(turn, turn, document, recording));
  },
} satisfies Partial<Answers>;

/** Longer than anything that is looked for. */
const LONGEST_QUERY = 200;

/** Whose recordings are looked through here: in a group nothing but what was recorded there. */
export const scopeOf = ({ isPrivate, chatId, user }: Turn): Scope =>
  isPrivate ? { ownerId: user.id } : { groupId: chatId };

function look(turn: Turn, words: string): Promise<void> {
  const query = shorten(words.trim(), LONGEST_QUERY);
  turn.memory = { ...turn.memory, search: query };
  if (turn.isPrivate) turn.state = searching.at({});
  return showFound(turn, query, 0, (screen) => turn.send(screen));
}

async function showFound(
  turn: Turn,
  query: string,
  page: number,
  show: (screen: ReturnType<typeof foundScreen>) => void,
): Promise<void> {
  const at = Math.max(0, Math.trunc(page));
  const found = await searchHistory(turn.unit.tx, scopeOf(turn), query, {
    limit: FOUND_PAGE,
    offset: Math.min(at, 1_000) * FOUND_PAGE,
  });
  show(foundScreen(turn, { query, page: at, found }));
}
