import {
  type Cursor,
  deleteRecording,
  findCursor,
  historyPage,
  mergeable,
  MOST_MERGED,
  orderMerge,
  partsOf,
  splitRecording,
} from '@aisha/core';
import { shorten } from '@aisha/service';
import type { Answers } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { during } from '../chat/route.ts';
import type { Turn } from '../chat/turn.ts';
import { refusalScreen, statusScreen } from '../orders/screens.ts';
import { merging } from './dialogue.ts';
import { showHistory } from './list.ts';
import { confirmSplit, mergeScreen, partsScreen } from './screens.ts';

type Choosing = ReturnType<typeof merging.at>;

async function choose(turn: Turn, { ids, at }: Pick<Choosing, 'ids' | 'at'>): Promise<void> {
  const { tx } = turn.unit;
  const from = at === null ? null : await findCursor(tx, turn.user.id, at.id);
  const cursor: Cursor | null = at === null || from === null ? null : { direction: at.direction, from };
  const chosen = await mergeable(tx, turn.user.id, ids);
  const page = await historyPage(tx, { ownerId: turn.user.id }, 'all', cursor);
  turn.state = merging.at({ ids: chosen.map(({ id }) => id), at });
  turn.show(mergeScreen(turn, page, chosen));
}

export const mergingAnswers = {
  merge: (turn, recording) => choose(turn, { ids: [recording.id], at: null }),
  'merge.pick': during(merging, (turn, { ids, at }, { id }: { readonly id: string }) => {
    const picked = ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id];
    if (picked.length > MOST_MERGED) return turn.toast('merge.too_many', { most: MOST_MERGED });
    return choose(turn, { ids: picked, at });
  }),
  'merge.go': during(
    merging,
    (turn, { ids }, direction: 'older' | 'newer', { id }: { readonly id: string }) =>
      choose(turn, { ids, at: { direction, id } }),
  ),
  'merge.do': during(merging, async (turn, { ids }) => {
    const [first] = await mergeable(turn.unit.tx, turn.user.id, ids);
    const title = first
      ? shorten(turn.label('merge.name', { title: first.title, count: ids.length - 1 }), 120)
      : turn.label('recording.title.merged', { date: turn.date(new Date()) });
    const ordered = await orderMerge(turn.unit, turn.user.id, ids, { ...turn.place, title });
    if (ordered.kind === 'too_few') return turn.toast('merge.too_few');
    if (ordered.kind === 'too_long') return turn.toast('merge.too_long');
    turn.state = IDLE;
    if (ordered.kind === 'refused') return turn.send(refusalScreen(turn, ordered));
    turn.show(statusScreen(turn, ordered.order), { bind: { to: 'order', id: ordered.order.id } });
  }),
  parts: async (turn, recording) =>
    turn.show(partsScreen(turn, recording, await partsOf(turn.unit.tx, recording))),
  split: (turn, recording) => turn.show(confirmSplit(turn, recording)),
  'split.yes': async (turn, recording) => {
    if (!(await splitRecording(turn.unit, recording))) return turn.toast('button.outdated');
    await deleteRecording(turn.unit, turn.user.id, recording.id);
    turn.toast('split.done');
    await showHistory(turn);
  },
} satisfies Partial<Answers>;
