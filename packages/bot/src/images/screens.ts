import { READABLY } from '../chat/screen.ts';
import { shorten } from '@aisha/service';
import {
  ASPECT_NAMES,
  type Avatar,
  COUNT_MAX,
  detailsOf,
  type GalleryCard,
  type GalleryFilter,
  type Image,
  QUICK_EDIT_NAMES,
} from '@aisha/core';
import { CAPTION_LIMIT, escapeHtml } from '@aisha/providers';
import { button } from '../buttons.ts';
import { type Button, rows } from '../chat/button.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { cancelButton, menuButton } from '../menu/screens.ts';
import type { ImageDraft } from './dialogue.ts';

const mark = (chosen: boolean, text: string) => (chosen ? `• ${text} •` : text);

/** Whom a picture is to show. */
export interface Sitters {
  readonly avatar: Avatar | null;
  readonly other: Avatar | null;
}

/** A trained avatar is drawn by its own model alone; everything else by a quicker or a better one. */
const hasChoice = ({ avatar, other }: Sitters) => avatar === null || avatar.instant || other !== null;

/** The draft as it can be ordered: quality only where there is a choice of it. */
export const qualityOf = (draft: Pick<ImageDraft, 'quality'>, sitters: Sitters) =>
  hasChoice(sitters) ? draft.quality : undefined;

export function imagineScreen(voice: Voice, draft: ImageDraft, sitters: Sitters): Screen {
  const { avatar, other } = sitters;
  const quality = qualityOf(draft, sitters);
  const priceOf = (count: number) => voice.price('image', { count, quality });
  const price = priceOf(draft.count);
  const numberOf = (count: number) => voice.priced(String(count), priceOf(count));
  const who =
    avatar && other
      ? voice.t('imagine.with_two', { name: avatar.name, other: other.name })
      : avatar
        ? voice.t('imagine.with', { name: avatar.name })
        : voice.t('imagine.without');
  return {
    text: [
      voice.t('imagine.title'),
      who,
      '',
      voice.t('imagine.ask'),
      voice.t('imagine.or_photo'),
      ...(price > 0
        ? ['', voice.t('imagine.price', { count: draft.count, price: voice.credits(price) })]
        : []),
    ].join('\n'),
    buttons: [
      ASPECT_NAMES.map((aspect) => button(mark(aspect === draft.aspect, aspect), 'imagine.aspect', aspect)),
      Array.from({ length: COUNT_MAX }, (_count, i) => i + 1).map((n) =>
        button(mark(n === draft.count, numberOf(n)), 'imagine.count', n),
      ),
      [
        ...(hasChoice(sitters)
          ? [
              quality === 'best'
                ? button(voice.label('imagine.quality.best'), 'imagine.quality', 'standard')
                : button(voice.label('imagine.quality.standard'), 'imagine.quality', 'best'),
            ]
          : []),
        draft.enrich
          ? button(voice.label('imagine.enrich.on'), 'imagine.enrich', 'off')
          : button(voice.label('imagine.enrich.off'), 'imagine.enrich', 'on'),
      ],
      [
        button(voice.label('imagine.avatar'), 'imagine.pick'),
        ...(avatar?.kind === 'portrait'
          ? [
              other
                ? button(voice.label('imagine.alone'), 'imagine.with', 'none')
                : button(voice.label('imagine.second'), 'imagine.second'),
            ]
          : []),
      ],
      [button(voice.label('imagine.styles'), 'styles'), cancelButton(voice)],
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

/** Who can be beside somebody in one picture. */
export function secondScreen(voice: Voice, avatars: readonly Avatar[]): Screen {
  return {
    text: voice.t(avatars.length > 0 ? 'imagine.second.pick' : 'imagine.second.nobody'),
    buttons: [
      ...avatars.map((avatar) => [button(avatar.name, 'imagine.with', avatar.id)]),
      [button(voice.label('avatars.new'), 'avatar.new')],
      [button(voice.label('button.back'), 'imagine.with', 'none')],
    ],
  };
}

/** At most two in a row: three labels of this length are cut off on a phone. */
export function imageButtons(voice: Voice, image: Image): Button[][] {
  const { made } = detailsOf(image);
  const repeat = (name: 'image.again' | 'image.variations', price: number) =>
    button(voice.priced(voice.label(name), price), name, image.id, price);
  const change = (name: 'image.upscale' | 'image.video', kind: 'upscale' | 'video') => {
    const price = voice.price(kind);
    return button(voice.priced(voice.label(name), price), name, image.id, price);
  };
  const favourite = voice.label(image.favourite ? 'image.unfavourite' : 'image.favourite');
  const drawn = made === undefined;
  return rows(
    [
      ...(drawn
        ? [
            repeat('image.again', voice.price('image', { count: 1 })),
            repeat('image.variations', voice.price('image', { count: COUNT_MAX })),
          ]
        : []),
      ...(made === 'edit' ? [repeat('image.again', voice.price('edit'))] : []),
      ...(made === 'video'
        ? []
        : [button(voice.priced(voice.label('image.edit'), voice.price('edit')), 'image.edit', image.id)]),
      ...(drawn || made === 'edit' ? [change('image.upscale', 'upscale')] : []),
      ...(made === 'video' ? [] : [change('image.video', 'video')]),
      button(voice.label('image.original'), 'image.file', image.id),
      button(favourite, 'image.favourite', image.id),
      button(voice.label('image.prompt'), 'image.prompt', image.id),
      button(voice.label('button.delete'), 'image.delete', image.id),
    ],
    2,
  );
}

/** What can be changed by a press, and that anything else can be asked for in words. */
export function editScreen(voice: Voice, imageId: string): Screen {
  const price = voice.price('edit');
  return {
    text: [
      voice.t('image.edit.ask'),
      ...(price > 0 ? ['', voice.t('image.edit.price', { price: voice.credits(price) })] : []),
    ].join('\n'),
    buttons: [
      ...rows(
        QUICK_EDIT_NAMES.map((name) =>
          button(voice.label(`image.edit.${name}`), 'image.edit.quick', imageId, name, price),
        ),
        2,
      ),
      [cancelButton(voice)],
    ],
  };
}

export function imageCaption(image: Image): string {
  return escapeHtml(shorten(image.prompt, CAPTION_LIMIT / 2, READABLY));
}

export function galleryCaption(voice: Voice, { image, number, total }: GalleryCard): string {
  const card = {
    aspect: image.aspect,
    date: voice.date(image.createdAt),
    prompt: shorten(image.prompt, CAPTION_LIMIT / 2, READABLY),
  };
  return number === null || total === null
    ? voice.t('gallery.card.uncounted', card)
    : voice.t('gallery.card', { ...card, number, total });
}

export function galleryButtons(
  voice: Voice,
  { image, hasNewer, hasOlder }: GalleryCard,
  filter: GalleryFilter,
): Button[][] {
  const to = (label: 'button.prev' | 'button.next', go: 'newer' | 'older') =>
    button(voice.label(label), 'cards', filter, { from: image.id, go });
  return [
    [...(hasNewer ? [to('button.prev', 'newer')] : []), ...(hasOlder ? [to('button.next', 'older')] : [])],
    ...imageButtons(voice, image),
    [
      filter.favourites
        ? button(voice.label('gallery.all'), 'gallery', 'all', 0)
        : button(voice.label('gallery.favourites'), 'gallery', 'favourites', 0),
      button(voice.label('gallery.filter'), 'cards.filter', filter),
    ],
    voice.settings.links ? [button(voice.label('image.link'), 'image.link', image.id)] : [],
    [menuButton(voice)],
  ];
}

/** What the gallery can be narrowed to; each choice keeps the others. */
export function filterScreen(
  voice: Voice,
  filter: GalleryFilter,
  has: { readonly avatars: readonly { id: string; name: string }[]; readonly months: readonly number[] },
): Screen {
  const choice = (chosen: boolean, label: string, changed: Partial<GalleryFilter>) =>
    button(mark(chosen, label), 'cards', { ...filter, ...changed });
  const monthName = (month: number) => voice.month(new Date(Date.UTC(Math.floor(month / 12), month % 12, 1)));
  return {
    text: voice.t('gallery.filter.title'),
    buttons: [
      [
        choice(!filter.favourites, voice.label('gallery.all'), { favourites: false }),
        choice(filter.favourites, voice.label('gallery.favourites'), { favourites: true }),
      ],
      ...rows(
        [
          choice(filter.avatarId === null, voice.label('gallery.any_avatar'), { avatarId: null }),
          ...has.avatars.map(({ id, name }) => choice(filter.avatarId === id, name, { avatarId: id })),
        ],
        2,
      ),
      ...rows(
        [
          choice(filter.month === null, voice.label('gallery.any_date'), { month: null }),
          ...has.months.map((month) => choice(filter.month === month, monthName(month), { month })),
        ],
        3,
      ),
      [menuButton(voice)],
    ],
  };
}
