import { ASPECT_NAMES, type Avatar, type Image } from '@aisha/core';
import { captionLimit, escapeHtml, truncate } from '@aisha/providers';
import type { Button, Screen } from '../chat/screen.ts';
import type { DialogueState } from '../chat/dialogue.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../avatars/screens.ts';
import { pageButtons } from '../chat/pages.ts';

export type ImageDraft = Extract<DialogueState, { name: 'image.prompt' }>;

/** The aspect in callback data, where a colon separates arguments. */
export const shapeData = (aspect: string) => aspect.replace(':', 'x');
export const shapeOf = (data: string | undefined) =>
  ASPECT_NAMES.find((aspect) => shapeData(aspect) === data);

const mark = (chosen: boolean, text: string) => (chosen ? `• ${text} •` : text);

export function imagineScreen(turn: Turn, draft: ImageDraft, avatar: Avatar | null): Screen {
  return {
    text: [
      turn.t('imagine.title'),
      avatar ? turn.t('imagine.with', { name: avatar.name }) : turn.t('imagine.without'),
      '',
      turn.t('imagine.ask'),
    ].join('\n'),
    buttons: [
      ASPECT_NAMES.map((aspect) => ({
        text: mark(aspect === draft.aspect, aspect),
        data: `imagine.aspect:${shapeData(aspect)}`,
      })),
      [1, 2, 3, 4].map((n) => ({ text: mark(n === draft.count, String(n)), data: `imagine.count:${n}` })),
      [
        { text: turn.label('imagine.avatar'), data: 'imagine.pick' },
        { text: turn.label('button.cancel'), data: 'cancel' },
      ],
    ],
  };
}

export function pickScreen(turn: Turn, avatars: readonly Avatar[]): Screen {
  return {
    text: turn.t('imagine.pick'),
    buttons: [
      ...avatars.map((avatar) => [
        { text: `${avatar.isMain ? '⭐ ' : ''}${avatar.name}`, data: `imagine:${avatar.id}` },
      ]),
      [{ text: turn.label('imagine.none'), data: 'imagine:none' }],
      [{ text: turn.label('avatars.new'), data: 'avatar.new' }],
    ],
  };
}

/** At most two in a row: three labels of this length are cut off on a phone. */
export function imageButtons(voice: Voice, image: Image): Button[][] {
  const favourite = voice.label(image.favourite ? 'image.unfavourite' : 'image.favourite');
  return [
    [
      { text: voice.label('image.again'), data: `image.again:${image.id}` },
      { text: voice.label('image.original'), data: `image.file:${image.id}` },
    ],
    [
      { text: favourite, data: `image.favourite:${image.id}` },
      { text: voice.label('image.prompt'), data: `image.prompt:${image.id}` },
    ],
    [{ text: voice.label('button.delete'), data: `image.delete:${image.id}` }],
  ];
}

export function imageCaption(image: Image): string {
  return escapeHtml(truncate(image.prompt, captionLimit / 2).text);
}

export function galleryCaption(turn: Turn, image: Image, number: number, total: number): string {
  return turn.t('gallery.card', {
    number,
    total,
    aspect: image.aspect,
    date: turn.date(image.createdAt),
    prompt: truncate(image.prompt, captionLimit / 2).text,
  });
}

export function galleryButtons(
  turn: Turn,
  image: Image,
  filter: string,
  page: number,
  total: number,
): Button[][] {
  return [
    pageButtons(turn, `gallery:${filter}`, page, total),
    ...imageButtons(turn, image),
    [
      filter === 'all'
        ? { text: turn.label('gallery.favourites'), data: 'gallery:favourites:0' }
        : { text: turn.label('gallery.all'), data: 'gallery:all:0' },
      { text: turn.label('button.menu'), data: 'menu' },
    ],
  ];
}
