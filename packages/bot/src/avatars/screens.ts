import { type AvatarKind, SUBJECTS } from '@aisha/db';
import { type Avatar, type Photo, photoLimits, type PhotoSet, PRESETS } from '@aisha/core';
import { button } from '../buttons.ts';
import type { Button } from '../chat/button.ts';
import { pageButtons } from '../chat/pages.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { cancelButton, menuButton, noteScreen } from '../menu/screens.ts';
import type { TextKey } from '../texts/index.ts';

/** Somebody's own avatars, and below them those that others share with them. */
export function avatarsScreen(
  voice: Voice,
  avatars: readonly Avatar[],
  shared: readonly Avatar[] = [],
): Screen {
  return {
    text:
      avatars.length === 0 ? voice.t('avatars.empty') : voice.t('avatars.title', { count: avatars.length }),
    buttons: [
      ...avatars.map((avatar) => [
        button(
          `${avatar.isMain ? '⭐ ' : ''}${avatar.name} · ${voice.label(`avatar.state.${avatar.state}`)}`,
          'avatar',
          avatar.id,
        ),
      ]),
      ...shared.map(({ id, name }) => [button(voice.label('avatars.shared', { name }), 'imagine', id)]),
      [button(voice.label('avatars.new'), 'avatar.new')],
      [menuButton(voice)],
    ],
  };
}

export function kindScreen(voice: Voice): Screen {
  return {
    text: voice.t('avatar.kind.title'),
    buttons: [
      [button(voice.label('avatar.kind.instant'), 'avatar.instant')],
      [button(voice.label('avatar.kind.portrait'), 'avatar.kind', 'portrait')],
      [button(voice.label('avatar.kind.style'), 'avatar.kind', 'style')],
      [cancelButton(voice)],
    ],
  };
}

export function nameScreen(voice: Voice, key: TextKey = 'avatar.name.ask', name = ''): Screen {
  return { text: voice.t(key, { name }), buttons: [[cancelButton(voice)]] };
}

export function subjectScreen(voice: Voice): Screen {
  return {
    text: voice.t('avatar.subject.ask'),
    buttons: [
      SUBJECTS.map((subject) => button(voice.label(`avatar.subject.${subject}`), 'avatar.subject', subject)),
      [cancelButton(voice)],
    ],
  };
}

/** What somebody says by agreeing. */
export const consentText = (voice: Voice, kind: AvatarKind): string => voice.t(consentKey(voice, kind));

export function consentScreen(voice: Voice, kind: AvatarKind): Screen {
  return {
    text: consentText(voice, kind),
    buttons: [[button(voice.label('avatar.consent.yes'), 'avatar.consent')], [cancelButton(voice)]],
  };
}

const consentKey = ({ settings }: Voice, kind: AvatarKind) =>
  kind === 'style' ? 'avatar.consent.style' : settings.faces ? 'avatar.consent.faces' : 'avatar.consent.text';

/** What is said of one photo, and the ways from it: another, keep, remove, back to the counter. */
export function photoCard(
  voice: Voice,
  avatar: Pick<Avatar, 'id'>,
  photo: Photo,
  { page, total, open }: { readonly page: number; readonly total: number; readonly open: boolean },
): { caption: string; buttons: Button[][] } {
  const place = { number: page + 1, total };
  const doubt = open && photo.keptAt === null ? photo.doubt : null;
  return {
    caption: doubt
      ? voice.t('photos.card.doubt', { ...place, doubt: voice.label(`doubt.${doubt}`) })
      : voice.t('photos.card', place),
    buttons: [
      pageButtons(voice, page, total, (text, to) => button(text, 'photos.look', avatar.id, to)),
      [
        ...(doubt ? [button(voice.label('photo.keep'), 'photo.keep', photo.id, page)] : []),
        ...(open ? [button(voice.label('photo.delete'), 'photo.delete', photo.id, page)] : []),
      ],
      [
        open
          ? button(voice.label('photos.back'), 'avatar.photos', avatar.id)
          : button(voice.label('button.back'), 'avatar', avatar.id),
      ],
    ],
  };
}

/** The counter: edited as photos arrive and are checked. */
export function photosScreen(
  voice: Voice,
  avatar: Pick<Avatar, 'id' | 'name' | 'instant'>,
  { counts, rejected, doubts, advice }: PhotoSet,
): Screen {
  const { min, max } = photoLimits(avatar);
  const missing = min - counts.accepted;
  const reasons = rejected.map(({ reason, n }) => `• ${voice.label(`photo.${reason}`)} (${n})`).join('\n');
  const asked = doubts.map(({ doubt, n }) => `• ${voice.label(`doubt.${doubt}`)} (${n})`).join('\n');
  const lacking = advice
    .map(({ what, photos }) => `• ${voice.label(`photos.missing.${what}`, { count: photos })}`)
    .join('\n');
  const lines = [
    voice.t('photos.title', { name: avatar.name }),
    '',
    counts.accepted + counts.received === 0
      ? voice.t(avatar.instant ? 'photos.ask.instant' : 'photos.ask', { min, max })
      : voice.t('photos.accepted', { count: counts.accepted, max }),
    counts.received > 0 ? voice.t('photos.checking', { count: counts.received }) : '',
    reasons ? voice.t('photos.rejected', { reasons }) : '',
    asked ? voice.t('photos.doubted', { reasons: asked }) : '',
    lacking && counts.received === 0 ? voice.t('photos.advice', { missing: lacking }) : '',
    counts.accepted + counts.received === 0 || counts.received > 0
      ? ''
      : missing > 0
        ? voice.t('photos.more', { count: missing })
        : voice.t(avatar.instant ? 'photos.enough.instant' : 'photos.enough'),
  ];
  return {
    text: lines.filter((line, i) => line !== '' || i === 1).join('\n'),
    buttons: [
      !isTrainable(avatar, counts)
        ? []
        : avatar.instant
          ? [button(voice.label('photos.finish'), 'avatar.finish', avatar.id)]
          : [button(voice.label('photos.train'), 'training', avatar.id)],
      asked
        ? [
            button(voice.label('photos.keep'), 'photos.keep', avatar.id),
            button(voice.label('photos.drop'), 'photos.drop', avatar.id),
          ]
        : [],
      counts.accepted > 0 ? [button(voice.label('photos.look'), 'photos.look', avatar.id)] : [],
      counts.accepted + counts.received + counts.rejected > 0
        ? [button(voice.label('photos.clear'), 'photos.clear', avatar.id)]
        : [],
      [button(voice.label('photos.later'), 'photos.later')],
    ],
  };
}

/** Before an avatar is made of photos about which something is asked: they are its owner's to judge. */
export function doubtedScreen(
  voice: Voice,
  { id, name }: Pick<Avatar, 'id' | 'name'>,
  doubts: PhotoSet['doubts'],
): Screen {
  const count = doubts.reduce((sum, { n }) => sum + n, 0);
  const reasons = doubts.map(({ doubt, n }) => `• ${voice.label(`doubt.${doubt}`)} (${n})`).join('\n');
  return {
    text: voice.t('photos.finish.doubted', { name, count, reasons }),
    buttons: [
      [button(voice.label('photos.finish.keep'), 'avatar.finish', id, 'keep')],
      [
        button(voice.label('photos.drop'), 'photos.drop', id),
        button(voice.label('photos.look'), 'photos.look', id),
      ],
      [button(voice.label('photos.back'), 'avatar.photos', id)],
    ],
  };
}

export function instantReadyScreen(voice: Voice, avatar: Avatar): Screen {
  return {
    text: voice.t('avatar.instant.ready', { name: avatar.name }),
    buttons: [
      [button(voice.label('avatar.imagine'), 'imagine', avatar.id)],
      [button(voice.label('imagine.styles'), 'styles')],
      [button(voice.label('menu.avatars'), 'avatars')],
    ],
  };
}

/** The photos are kept for another day. */
export const savedScreen = (voice: Voice): Screen => noteScreen(voice, voice.t('photos.saved'));

/** There are enough photos, and all are judged. */
const isTrainable = (avatar: Pick<Avatar, 'instant'>, { accepted, received }: PhotoSet['counts']) =>
  accepted >= photoLimits(avatar).min && received === 0;

/** What the message of the counter shows now: the counter, or what a press has put there since. */
export function counterScreen(voice: Voice, avatar: Avatar, set: PhotoSet): Screen {
  if (avatar.screenShows === 'saved') return savedScreen(voice);
  if (avatar.screenShows === 'doubted' && set.doubts.length > 0)
    return doubtedScreen(voice, avatar, set.doubts);
  if (avatar.screenShows === 'presets' && isTrainable(avatar, set.counts))
    return trainingScreen(voice, avatar, set.counts.accepted);
  return photosScreen(voice, avatar, set);
}

export function trainingScreen(voice: Voice, avatar: Avatar, photos: number): Screen {
  const presets = voice.settings.presets[avatar.kind];
  return {
    text: [
      voice.t('training.title', { name: avatar.name }),
      voice.t('training.summary', { count: photos }),
      voice.t('training.steps', {
        steps: PRESETS.map((preset) => presets[preset]?.steps ?? 0).join(' · '),
      }),
      voice.settings.testMode ? voice.t('test.banner') : '',
    ]
      .filter(Boolean)
      .join('\n\n'),
    buttons: [
      ...PRESETS.map((preset) => {
        const price = voice.price('training', { preset });
        const label = voice.label(`training.preset.${preset}`, { minutes: presets[preset]?.minutes ?? 0 });
        return [button(voice.priced(label, price), 'training.start', avatar.id, preset, price)];
      }),
      [button(voice.label('button.back'), 'avatar.photos', avatar.id)],
    ],
  };
}

export function confirmDeleteScreen(voice: Voice, avatar: Avatar): Screen {
  return {
    text: voice.t('avatar.delete.ask', { name: avatar.name }),
    buttons: [
      [button(voice.label('avatar.delete.yes'), 'avatar.delete.yes', avatar.id)],
      [button(voice.label('button.back'), 'avatar', avatar.id)],
    ],
  };
}

/** To somebody whom an avatar was shared with. */
export function sharedScreen(
  voice: Voice,
  { id, name }: Pick<Avatar, 'id' | 'name'>,
  owner: { readonly firstName: string; readonly username: string | null } | null,
): Screen {
  const who = owner?.username ? `${owner.firstName} (@${owner.username})` : (owner?.firstName ?? '');
  return {
    text: voice.t('avatar.shared', { name, who }),
    buttons: [[button(voice.label('avatar.imagine'), 'imagine', id, 'below')], [menuButton(voice)]],
  };
}
