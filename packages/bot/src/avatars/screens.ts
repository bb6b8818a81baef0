import type { PhotoProblem } from '@aisha/db';
import { type Avatar, PHOTO_COUNT, type PhotoCounts, PRESETS } from '@aisha/core';
import type { Screen } from '../chat/screen.ts';
import type { TextKey } from '../texts/index.ts';
import type { Turn } from '../chat/turn.ts';

/** What a screen needs of a turn: it is also drawn outside of one, when the counter changes. */
export type Voice = Pick<Turn, 't' | 'label' | 'settings'>;

export function avatarsScreen(turn: Turn, avatars: readonly Avatar[]): Screen {
  return {
    text: avatars.length === 0 ? turn.t('avatars.empty') : turn.t('avatars.title', { count: avatars.length }),
    buttons: [
      ...avatars.map((avatar) => [
        {
          text: `${avatar.isMain ? '⭐ ' : ''}${avatar.name} · ${turn.label(`avatar.state.${avatar.state}`)}`,
          data: `avatar:${avatar.id}`,
        },
      ]),
      [{ text: turn.label('avatars.new'), data: 'avatar.new' }],
      [{ text: turn.label('button.menu'), data: 'menu' }],
    ],
  };
}

export function avatarScreen(turn: Turn, avatar: Avatar, figures: { orders: number }): Screen {
  const { id } = avatar;
  const ready = avatar.state === 'ready';
  const open = avatar.state === 'draft' || avatar.state === 'failed';
  const lines = [
    turn.t('avatar.card', {
      name: avatar.name,
      main: avatar.isMain ? turn.label('avatar.main') : '',
      kind: turn.label(`avatar.kind.short.${avatar.kind}`),
      state: turn.label(`avatar.state.${avatar.state}`),
    }),
    ready && figures.orders > 0 ? turn.t('avatar.orders', { count: figures.orders }) : '',
    avatar.state === 'failed' && avatar.failure ? turn.t(`failure.${avatar.failure}`) : '',
  ];
  return {
    text: lines.filter(Boolean).join('\n\n'),
    buttons: [
      ready ? [{ text: turn.label('avatar.draw'), data: `imagine:${id}` }] : [],
      open ? [{ text: turn.label('avatar.continue'), data: `avatar.photos:${id}` }] : [],
      ready && !avatar.isMain ? [{ text: turn.label('avatar.make_main'), data: `avatar.main:${id}` }] : [],
      [
        { text: turn.label('avatar.rename'), data: `avatar.rename:${id}` },
        { text: turn.label('button.delete'), data: `avatar.delete:${id}` },
      ],
      [{ text: turn.label('button.back'), data: 'avatars' }],
    ],
  };
}

export function kindScreen(turn: Turn): Screen {
  return {
    text: turn.t('avatar.kind.title'),
    buttons: [
      [{ text: turn.label('avatar.kind.portrait'), data: 'avatar.kind:portrait' }],
      [{ text: turn.label('avatar.kind.style'), data: 'avatar.kind:style' }],
      [{ text: turn.label('button.cancel'), data: 'cancel' }],
    ],
  };
}

export function nameScreen(turn: Turn, key: TextKey = 'avatar.name.ask', name = ''): Screen {
  return { text: turn.t(key, { name }), buttons: [[{ text: turn.label('button.cancel'), data: 'cancel' }]] };
}

export function subjectScreen(turn: Turn): Screen {
  return {
    text: turn.t('avatar.subject.ask'),
    buttons: [
      (['man', 'woman', 'neutral'] as const).map((subject) => ({
        text: turn.label(`avatar.subject.${subject}`),
        data: `avatar.subject:${subject}`,
      })),
      [{ text: turn.label('button.cancel'), data: 'cancel' }],
    ],
  };
}

export function consentScreen(turn: Turn, kind: 'portrait' | 'style'): Screen {
  return {
    text: turn.t(kind === 'portrait' ? 'avatar.consent.text' : 'avatar.consent.style'),
    buttons: [
      [{ text: turn.label('avatar.consent.yes'), data: 'avatar.consent' }],
      [{ text: turn.label('button.cancel'), data: 'cancel' }],
    ],
  };
}

/** The counter: edited as photos arrive and are checked. */
export function photosScreen(
  voice: Voice,
  avatar: Pick<Avatar, 'id' | 'name'>,
  counts: PhotoCounts,
  rejected: readonly { reason: PhotoProblem; n: number }[],
): Screen {
  const { min, max } = PHOTO_COUNT;
  const missing = min - counts.accepted;
  const reasons = rejected.map(({ reason, n }) => `${voice.label(`photo.${reason}`)} (${n})`).join(', ');
  const lines = [
    voice.t('photos.title', { name: avatar.name }),
    '',
    counts.accepted + counts.received === 0
      ? voice.t('photos.ask', { min, max })
      : voice.t('photos.accepted', { count: counts.accepted, max }),
    counts.received > 0 ? voice.t('photos.checking', { count: counts.received }) : '',
    reasons ? voice.t('photos.rejected', { reasons }) : '',
    counts.accepted + counts.received === 0 || counts.received > 0
      ? ''
      : missing > 0
        ? voice.t('photos.more', { count: missing })
        : voice.t('photos.enough'),
  ];
  const trainable = missing <= 0 && counts.received === 0;
  return {
    text: lines.filter((line, i) => line !== '' || i === 1).join('\n'),
    buttons: [
      trainable ? [{ text: voice.label('photos.train'), data: `training:${avatar.id}` }] : [],
      counts.accepted + counts.received + counts.rejected > 0
        ? [{ text: voice.label('photos.clear'), data: `photos.clear:${avatar.id}` }]
        : [],
      [{ text: voice.label('photos.later'), data: 'photos.later' }],
    ],
  };
}

export function trainingScreen(turn: Turn, avatar: Avatar, photos: number): Screen {
  const presets = turn.settings.presets[avatar.kind];
  return {
    text: [
      turn.t('training.title', { name: avatar.name }),
      turn.t('training.summary', { count: photos }),
      turn.settings.testMode ? turn.t('test.banner') : '',
    ]
      .filter(Boolean)
      .join('\n\n'),
    buttons: [
      ...PRESETS.map((preset) => [
        {
          text: turn.label(`training.preset.${preset}`, { minutes: presets[preset]?.minutes ?? 0 }),
          data: `training.start:${avatar.id}:${preset}`,
        },
      ]),
      [{ text: turn.label('button.back'), data: `avatar.photos:${avatar.id}` }],
    ],
  };
}

export function confirmDeleteScreen(turn: Turn, avatar: Avatar): Screen {
  return {
    text: turn.t('avatar.delete.ask', { name: avatar.name }),
    buttons: [
      [{ text: turn.label('avatar.delete.yes'), data: `avatar.delete.yes:${avatar.id}` }],
      [{ text: turn.label('button.back'), data: `avatar:${avatar.id}` }],
    ],
  };
}
