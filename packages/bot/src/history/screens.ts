import type { HistoryFilter, HistoryPage, Recording, Tag } from '@aisha/core';
import { escapeHtml } from '@aisha/providers';
import { isolated, shorten } from '@aisha/service';
import { button } from '../buttons.ts';
import { type Button, rows } from '../chat/button.ts';
import { READABLY, type Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { menuButton } from '../menu/screens.ts';

/** As much of a text as a card shows. */
export const PREVIEW = 600;

const hash = ({ name }: Pick<Tag, 'name'>): string => `#${name}`;

export function recordingScreen(voice: Voice, recording: Recording, tags: readonly Tag[]): Screen {
  const card = voice.t('recording.card', {
    title: recording.title,
    date: voice.date(recording.createdAt),
    duration: recording.durationMs === null ? '' : ` · ${voice.duration(recording.durationMs)}`,
    preview: shorten(recording.text ?? '', PREVIEW, READABLY),
  });
  const isPart = recording.mergedInto !== null;
  return {
    text: tags.length === 0 ? card : `${card}\n\n${escapeHtml(tags.map(hash).join('  '))}`,
    buttons: [
      [
        button(voice.label('documents.menu'), 'documents', recording.id, 'card'),
        button(voice.label('export.menu'), 'download', recording.id, 'card'),
      ],
      [
        button(voice.label('recording.rename.button'), 'recording.rename', recording.id),
        button(voice.label('tags.button'), 'tags', recording.id),
      ],
      [button(voice.priced(voice.label('ask.button'), voice.price('question')), 'ask', recording.id)],
      // A part goes and stays with its whole.
      isPart ? [] : [button(voice.label('merge.button'), 'merge', recording.id)],
      recording.source === 'merged' ? [button(voice.label('parts.button'), 'parts', recording.id)] : [],
      isPart
        ? [button(voice.label('part.whole'), 'parts', recording.mergedInto ?? recording.id)]
        : [
            button(voice.label('button.delete'), 'recording.delete', recording.id),
            button(voice.label('button.back'), 'history'),
          ],
    ],
  };
}

type Listed = HistoryPage['items'][number];

const labelOf = (voice: Voice, { title, durationMs, source }: Listed): string =>
  `${source === 'text' ? '📄 ' : ''}${isolated(title)}${durationMs === null ? '' : ` · ${voice.duration(durationMs)}`}`;

/** The ways to newer and older recordings. */
const turnPages = (
  voice: Voice,
  { items, hasNewer, hasOlder }: HistoryPage,
  to: (text: string, direction: 'older' | 'newer', from: string) => Button,
): Button[] => [
  ...(hasNewer && items[0] ? [to(voice.label('button.prev'), 'newer', items[0].id)] : []),
  ...(hasOlder && items.at(-1) ? [to(voice.label('button.next'), 'older', items.at(-1)?.id ?? '')] : []),
];

export function historyScreen(
  voice: Voice,
  {
    page,
    filter,
    tag,
  }: { readonly page: HistoryPage; readonly filter: HistoryFilter; readonly tag: string | null },
): Screen {
  const isAll = filter === 'all';
  const last = [
    button(voice.label('search'), 'search'),
    button(voice.label('ask.button'), 'ask.all'),
    menuButton(voice),
  ];
  if (page.items.length === 0)
    return isAll
      ? { text: voice.t('history.empty'), buttons: [[menuButton(voice)]] }
      : {
          text: voice.t('history.none'),
          buttons: [[button(voice.label('history.filter'), 'history.tags')], last],
        };
  const only =
    typeof filter === 'string' ? (isAll ? null : voice.label(`history.only.${filter}`)) : `#${tag ?? ''}`;
  return {
    text: only === null ? voice.t('history.title') : voice.t('history.title.only', { only }),
    buttons: [
      ...page.items.map((item) => [button(labelOf(voice, item), 'recording', item.id)]),
      turnPages(voice, page, (text, direction, from) =>
        isAll
          ? button(text, 'history.go', direction, from)
          : button(text, 'history.go', direction, from, filter),
      ),
      [button(voice.label('history.filter'), 'history.tags')],
      last,
    ],
  };
}

/** Which recordings are to be shown: all, heard or read ones, or those with a tag. */
export const filtersScreen = (voice: Voice, tags: readonly (Tag & { readonly count: number })[]): Screen => ({
  text: tags.length === 0 ? voice.t('history.filter.none') : voice.t('history.filter.ask'),
  buttons: [
    [
      button(voice.label('history.only.all'), 'history'),
      button(voice.label('history.only.sound'), 'history.by', 'sound'),
      button(voice.label('history.only.text'), 'history.by', 'text'),
    ],
    ...rows(
      tags.map((tag) => button(`${isolated(hash(tag))} · ${tag.count}`, 'history.by', { tagId: tag.id })),
      2,
    ),
    [button(voice.label('button.back'), 'history')],
  ],
});

export function confirmDeleteRecording(voice: Voice, recording: Recording, parts: number): Screen {
  return {
    text: [
      voice.t('recording.delete.ask', { title: recording.title }),
      ...(parts === 0 ? [] : [voice.t('recording.delete.parts', { count: parts })]),
    ].join('\n\n'),
    buttons: [
      [button(voice.label('recording.delete.yes'), 'recording.delete.yes', recording.id)],
      [button(voice.label('button.back'), 'recording', recording.id)],
    ],
  };
}

/** The tags of a recording and all others of its owner: a press puts one on, or takes it off. */
export function tagsScreen(
  voice: Voice,
  recording: Recording,
  all: readonly Tag[],
  on: readonly Tag[],
): Screen {
  const has = new Set(on.map(({ id }) => id));
  const offered = [...on, ...all.filter(({ id }) => !has.has(id))];
  return {
    text: voice.t(offered.length === 0 ? 'tags.none' : 'tags.title', { title: recording.title }),
    buttons: [
      ...rows(
        offered.map((tag) =>
          button(`${has.has(tag.id) ? '✅ ' : ''}${isolated(hash(tag))}`, 'tag.toggle', recording.id, tag.id),
        ),
        2,
      ),
      [button(voice.label('tags.add'), 'tag.new', recording.id)],
      [button(voice.label('button.back'), 'recording', recording.id)],
    ],
  };
}

/** Which recordings become one: a press chooses one, or leaves it out again. */
export function mergeScreen(voice: Voice, page: HistoryPage, chosen: readonly Recording[]): Screen {
  const ids = new Set(chosen.map(({ id }) => id));
  const list = chosen.map(({ title }, n) => `${n + 1}. ${escapeHtml(title)}`).join('\n');
  return {
    text: `${voice.t('merge.ask')}\n\n${list === '' ? voice.t('merge.nothing') : list}`,
    buttons: [
      ...page.items.map((item) => [
        button(`${ids.has(item.id) ? '✅ ' : '▫️ '}${labelOf(voice, item)}`, 'merge.pick', item.id),
      ]),
      turnPages(voice, page, (text, direction, from) => button(text, 'merge.go', direction, from)),
      chosen.length < 2 ? [] : [button(voice.label('merge.do', { count: chosen.length }), 'merge.do')],
      [button(voice.label('button.back'), 'history')],
    ],
  };
}

export const partsScreen = (
  voice: Voice,
  recording: Pick<Recording, 'id' | 'title'>,
  parts: readonly Recording[],
): Screen => ({
  text: voice.t('parts.title', { title: recording.title }),
  buttons: [
    ...parts.map((part) => [button(labelOf(voice, part), 'recording', part.id)]),
    parts.length === 0 ? [] : [button(voice.label('split'), 'split', recording.id)],
    [button(voice.label('button.back'), 'recording', recording.id)],
  ],
});

export const confirmSplit = (voice: Voice, recording: Pick<Recording, 'id' | 'title'>): Screen => ({
  text: voice.t('split.ask', { title: recording.title }),
  buttons: [
    [button(voice.label('split.yes'), 'split.yes', recording.id)],
    [button(voice.label('button.back'), 'parts', recording.id)],
  ],
});
