import {
  type Avatar,
  type Choice,
  choiceFor,
  isShareRefusal,
  listAvatars,
  redoTraining,
  refundUnlike,
} from '@aisha/core';
import { type Answers, button } from '../buttons.ts';
import type { Button } from '../chat/button.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { refusalScreen, statusScreen } from '../orders/screens.ts';
import { avatarsScreen } from './screens.ts';

/** A free training, the money; nothing where there is nothing to choose. */
export function choiceButtons(voice: Voice, { id }: Pick<Avatar, 'id'>, choice: Choice | null): Button[][] {
  if (!choice) return [];
  return [
    ...(choice.redo ? [[button(voice.label('likeness.redo'), 'avatar.redo', id)]] : []),
    ...(choice.refund
      ? [
          [
            button(
              voice.label('likeness.money', { price: voice.credits(choice.refund.credits) }),
              'avatar.money',
              id,
            ),
          ],
        ]
      : []),
  ];
}

/** How like the best picture is, as so many photos of so many; said only when it could be measured. */
export function likenessLine(
  voice: Voice,
  { likeness }: Pick<Avatar, 'likeness'>,
  photos: number | null,
): string {
  if (likeness === null || photos === null || photos === 0) return '';
  return voice.t('likeness.figure', { alike: Math.round(likeness * photos), photos });
}

export function likenessScreen(
  voice: Voice,
  avatar: Avatar,
  { photos, choice }: { readonly photos: number | null; readonly choice: Choice | null },
): Screen {
  return {
    text: [
      voice.t('first.title', { name: avatar.name }),
      likenessLine(voice, avatar, photos),
      choice ? voice.t(choice.redo ? 'likeness.unlike' : 'likeness.unlike.again') : '',
    ]
      .filter(Boolean)
      .join('\n\n'),
    buttons: [
      ...choiceButtons(voice, avatar, choice),
      [button(voice.label('avatar.imagine'), 'imagine', avatar.id, 'below')],
      [button(voice.label('menu.avatars'), 'avatars')],
    ],
  };
}

export const likenessAnswers = {
  'avatar.redo': async (turn, avatar) => {
    const placed = await redoTraining(turn.unit, avatar, { ...turn.place, messageId: turn.shownIn });
    if (!placed) return turn.toast('button.outdated');
    if (placed.kind === 'refused') {
      if (isShareRefusal(placed.reason)) return turn.toast(`limit.${placed.reason}`);
      return turn.send(refusalScreen(turn, placed));
    }
    turn.show(statusScreen(turn, placed.order), { bind: { to: 'order', id: placed.order.id } });
  },
  'avatar.money': async (turn, avatar) => {
    const choice = await choiceFor(turn.unit.tx, avatar);
    if (!choice?.refund) return turn.toast('button.outdated');
    turn.show({
      text: turn.t('likeness.money.ask', {
        name: avatar.name,
        price: turn.credits(choice.refund.credits),
      }),
      buttons: [
        [button(turn.label('likeness.money.yes'), 'avatar.money.yes', avatar.id)],
        [button(turn.label('button.back'), 'avatar', avatar.id)],
      ],
    });
  },
  'avatar.money.yes': async (turn, avatar) => {
    const credits = await refundUnlike(turn.unit, avatar);
    if (credits === null) return turn.toast('button.outdated');
    turn.toast('likeness.money.back', { price: turn.credits(credits) });
    turn.show(avatarsScreen(turn, await listAvatars(turn.unit.tx, turn.user.id)));
  },
} satisfies Partial<Answers>;
