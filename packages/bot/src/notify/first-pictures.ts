import { choiceFor, findAvatar, findOrder, imagesOf } from '@aisha/core';
import type { Db, OwedCall } from '@aisha/db';
import { likenessScreen } from '../avatars/likeness.ts';
import { sendScreen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { sendImage } from '../images/results.ts';
import { imageButtons } from '../images/screens.ts';

/** The first pictures of an avatar, the most alike first, and below them how like the best one is. */
export async function firstPicturesTold(
  db: Db,
  voice: Voice,
  { orderId, photos }: { readonly orderId: string; readonly photos: number | null },
): Promise<OwedCall[]> {
  const order = await findOrder(db, orderId);
  const avatar = order?.subjectId ? await findAvatar(db, order.ownerId, order.subjectId) : null;
  if (!order || !avatar) return [];
  const images = (await imagesOf(db, orderId)).toSorted((a, b) => (b.likeness ?? -1) - (a.likeness ?? -1));
  const choice = await choiceFor(db, avatar);
  return [
    ...images.map((image, n) =>
      sendImage(order, image, {
        caption: n === 0 ? voice.t('first.best', { name: avatar.name }) : '',
        buttons: imageButtons(voice, image),
      }),
    ),
    sendScreen(order, likenessScreen(voice, avatar, { photos, choice })),
  ];
}
