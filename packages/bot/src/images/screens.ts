import { READABLY } from '../chat/screen.ts';
import { shorten } from '@aisha/service';
import { ASPECT_NAMES, type Avatar, COUNT_MAX, type GalleryFilter, type Image } from '@aisha/core';
import { CAPTION_LIMIT, escapeHtml } from '@aisha/providers';
import { button } from '../buttons.ts';
import { type Button, rows } from '../chat/button.ts';
import { pageButtons } from '../chat/pages.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { cancelButton, menuButton } from '../menu/screens.ts';
import type { ImageDraft } from './dialogue.ts';

const mark = (chosen: boolean, text: string) => (chosen ? `• ${text} •` : text);

export function imagineScreen(voice: Voice, draft: ImageDraft, avatar: Avatar | null): Screen {
  const price = voice.price('image', { count: draft.count });
  const numberOf = (count: number) => voice.priced(String(count), voice.price('image', { count }));
  return {
    text: [
      voice.t('imagine.title'),
      avatar ? voice.t('imagine.with', { name: avatar.name }) : voice.t('imagine.without'),
      '',
      voice.t('imagine.ask'),
      ...(price > 0
        ? ['', voice.t('imagine.price', { count: draft.count, price: voice.credits(price) })]
        : []),
    ].join('\n'),
    buttons: [
      ASPECT_NAMES.map((aspect) => button(mark(aspect === draft.aspect, aspect), 'imagine.aspect', aspect)),
      Array.from({ length: COUNT_MAX }, (_count, i) => i + 1).map((n) =>
        button(mark(n === draft.count, numberOf(n)), 'imagine.count', n),
      ),
      [button(voice.label('imagine.avatar'), 'imagine.pick'), cancelButton(voice)],
    ],
  };
}

export function pickScreen(voice: Voice, avatars: readonly Avatar[]): Screen {
  return {
    text: voice.t('imagine.pick'),
    buttons: [
      ...avatars.map((avatar) => [
        button(`${avatar.isMain ? '⭐ ' : ''}${avatar.name}`, 'imagine', avatar.id),
      ]),
      [button(voice.label('imagine.none'), 'imagine', 'none')],
      [button(voice.label('avatars.new'), 'avatar.new')],
    ],
  };
}

/** At most two in a row: three labels of this length are cut off on a phone. */
export function imageButtons(voice: Voice, image: Image): Button[][] {
  const repeat = (name: 'image.again' | 'image.variations', count: number) => {
    const price = voice.price('image', { count });
    return button(voice.priced(voice.label(name), price), name, image.id, price);
  };
  const favourite = voice.label(image.favourite ? 'image.unfavourite' : 'image.favourite');
  return rows(
    [
      repeat('image.again', 1),
      repeat('image.variations', COUNT_MAX),
      button(voice.label('image.original'), 'image.file', image.id),
      button(favourite, 'image.favourite', image.id),
      button(voice.label('image.prompt'), 'image.prompt', image.id),
      button(voice.label('button.delete'), 'image.delete', image.id),
    ],
    2,
  );
}

export function imageCaption(image: Image): string {
  return escapeHtml(shorten(image.prompt, CAPTION_LIMIT / 2, READABLY));
}

export function galleryCaption(voice: Voice, image: Image, number: number, total: number): string {
  return voice.t('gallery.card', {
    number,
    total,
    aspect: image.aspect,
    date: voice.date(image.createdAt),
    prompt: shorten(image.prompt, CAPTION_LIMIT / 2, READABLY),
  });
}

export function galleryButtons(
  voice: Voice,
  image: Image,
  filter: GalleryFilter,
  page: number,
  total: number,
): Button[][] {
  return [
    pageButtons(voice, page, total, (text, to) => button(text, 'gallery', filter, to)),
    ...imageButtons(voice, image),
    [
      filter === 'all'
        ? button(voice.label('gallery.favourites'), 'gallery', 'favourites', 0)
        : button(voice.label('gallery.all'), 'gallery', 'all', 0),
      menuButton(voice),
    ],
  ];
}
