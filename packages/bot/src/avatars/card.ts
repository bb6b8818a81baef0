import { type Avatar, avatarFigures, choiceFor, guestOf, type Guest, photoPreview } from '@aisha/core';
import { button } from '../buttons.ts';
import type { Button } from '../chat/button.ts';
import { sendPhoto } from '../chat/files.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../chat/voice.ts';
import { choiceButtons, likenessLine } from './likeness.ts';

type Facts = Awaited<ReturnType<typeof factsOf>>;

async function factsOf(turn: Turn, avatar: Avatar) {
  const { tx } = turn.unit;
  return {
    figures: await avatarFigures(tx, avatar.id),
    choice: await choiceFor(tx, avatar),
    guest: await guestOf(tx, avatar.id),
    preview: avatar.previewKey ?? (await photoPreview(tx, avatar.id)),
  };
}

const nameOf = ({ firstName, username, id }: Guest): string =>
  username === null ? firstName || String(id) : `${firstName} (@${username})`.trim();

function cardText(voice: Voice, avatar: Avatar, { figures, guest }: Facts): string {
  const ready = avatar.state === 'ready';
  const { pictures, favourites, lastAt, photos, measured } = figures;
  return [
    voice.t('avatar.card', {
      name: avatar.name,
      main: avatar.isMain ? voice.label('avatar.main') : '',
      kind: voice.label(avatar.instant ? 'avatar.kind.short.instant' : `avatar.kind.short.${avatar.kind}`),
      state: voice.label(`avatar.state.${avatar.state}`),
    }),
    [
      voice.t('avatar.made', { date: voice.date(avatar.createdAt) }),
      ready && !avatar.instant && avatar.trainedAt
        ? voice.t('avatar.trained', { date: voice.date(avatar.trainedAt) })
        : '',
      pictures > 0 ? voice.t('avatar.pictures', { count: pictures }) : '',
      favourites > 0 ? voice.t('avatar.favourites', { count: favourites }) : '',
      lastAt ? voice.t('avatar.last', { date: voice.date(lastAt) }) : '',
      photos > 0 ? voice.t('avatar.photos', { count: photos }) : '',
      likenessLine(voice, avatar, measured),
      guest ? voice.t('avatar.guest', { name: nameOf(guest) }) : '',
    ]
      .filter(Boolean)
      .join('\n'),
    avatar.state === 'failed' && avatar.failure ? voice.t(`failure.${avatar.failure}`) : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

function cardButtons(voice: Voice, avatar: Avatar, { figures, choice, guest }: Facts): Button[][] {
  const { id } = avatar;
  const ready = avatar.state === 'ready';
  const open = avatar.state === 'draft' || avatar.state === 'failed';
  return [
    ready ? [button(voice.label('avatar.imagine'), 'imagine', id)] : [],
    ...choiceButtons(voice, avatar, choice),
    open ? [button(voice.label('avatar.continue'), 'avatar.photos', id)] : [],
    !open && figures.photos > 0 ? [button(voice.label('photos.look'), 'photos.look', id)] : [],
    ready && !avatar.isMain ? [button(voice.label('avatar.make_main'), 'avatar.main', id)] : [],
    !ready
      ? []
      : guest
        ? [button(voice.label('avatar.unshare'), 'avatar.unshare', id)]
        : [button(voice.label('avatar.share'), 'avatar.share', id)],
    [
      button(voice.label('avatar.rename'), 'avatar.rename', id),
      button(voice.label('button.delete'), 'avatar.delete', id),
    ],
    [button(voice.label('button.back'), 'avatars')],
  ];
}

/** The card of one of somebody's own avatars: its picture, if it has one, and what is known of it. */
export async function showCard(turn: Turn, avatar: Avatar): Promise<void> {
  const facts = await factsOf(turn, avatar);
  const text = cardText(turn, avatar, facts);
  const buttons = cardButtons(turn, avatar, facts);
  if (facts.preview === null) return turn.show({ text, buttons });
  const file = { bucket: 'avatars', key: facts.preview, filename: 'avatar.jpg' } as const;
  turn.owed.push(sendPhoto(turn, file, { caption: text, buttons }));
  // A message of text cannot become a picture.
  turn.remove();
}
